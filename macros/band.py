"""Names for ranges of a number."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


@macro()
def band(evaluator: MacroEvaluator, value: exp.Expression, bands: exp.Expression) -> exp.Expression:
    """The name of the first band whose lower bound the value reaches; NULL for a NULL value.

    Args:
        evaluator: Given by SQLMesh.
        value: The number to name.
        bands: Name and lower bound in turn, highest first, ending with the name of the rest.

    Example: `@band(order_amount, @order_value_tiers)` with `[High, 100, Medium, 50, Low]`
    """
    entries = bands.expressions
    if not isinstance(bands, exp.Array | exp.Tuple) or len(entries) < 3 or len(entries) % 2 == 0:
        raise SQLMeshError(
            f"@band takes [name, lower bound, ..., name of the rest], got {bands.sql()}"
        )
    case = exp.Case()
    for name, bound in zip(entries[:-1:2], entries[1::2], strict=True):
        case = case.when(exp.GTE(this=value.copy(), expression=bound.copy()), name.copy())
    rest = exp.not_(exp.Is(this=value.copy(), expression=exp.null()))
    return case.when(rest, entries[-1].copy())


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
    compare: type[exp.Binary] = exp.GTE if descending.sql().upper() == "TRUE" else exp.LTE
    case = exp.Case()
    for points, bound in zip((5, 4, 3, 2), entries, strict=True):
        reached = compare(this=value.copy(), expression=bound.copy())
        case = case.when(reached, exp.Literal.number(points))
    return case.else_(exp.Literal.number(1))
