"""Scores by fixed bounds."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


@macro()
def score(
    evaluator: MacroEvaluator,
    value: exp.Expression,
    bounds: exp.Expression,
    descending: exp.Expression,
) -> exp.Expression:
    """A score from 5 down to 1 by four fixed bounds.

    Args:
        evaluator: Given by SQLMesh.
        value: The number to score.
        bounds: Four bounds, best first.
        descending: TRUE where more is better (value >= bound), else FALSE (value <= bound).

    Example: `@score(days_since_last_order, @rfm_recency_days, FALSE)`
    """
    entries = bounds.expressions
    if len(entries) != 4:
        raise SQLMeshError(f"@score takes four bounds, got {bounds.sql()}")
    return points_by_bounds(value, entries, more_is_better=descending.sql().upper() == "TRUE")


def points_by_bounds(
    value: exp.Expression, bounds: list[exp.Expression], *, more_is_better: bool
) -> exp.Expression:
    """Points from 5 down to 2 for the first of four bounds that is reached, else 1."""
    compare: type[exp.Binary] = exp.GTE if more_is_better else exp.LTE
    case = exp.Case()
    for points, bound in zip((5, 4, 3, 2), bounds, strict=True):
        reached = compare(this=value.copy(), expression=bound.copy())
        case = case.when(reached, exp.Literal.number(points))
    return case.else_(exp.Literal.number(1))
