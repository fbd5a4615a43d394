"""The scores of recency, frequency and monetary value."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError

from macros.middle_rank import place_among
from macros.score import points_by_bounds


@macro()
def rfm_scores(
    evaluator: MacroEvaluator,
    recency_days: exp.Expression,
    orders: exp.Expression,
    spent: exp.Expression,
    group: exp.Expression | None = None,
) -> list[str]:
    """The columns recency_score, frequency_score and monetary_score, 1 to 5, by `rfm_method`.

    `quintile` compares the customers of a group, which are all rows where none is named: a fifth of
    them has each score, and equal values have equal scores. `fixed` compares with bounds.

    Example: `SELECT customer_id, @rfm_scores(days_since_last_order, total_orders, total_spent)`
    """
    method = evaluator.var("rfm_method")
    if method == "fixed":
        scores = [
            _by_bounds(recency_days, evaluator.var("rfm_recency_days"), more_is_better=False),
            _by_bounds(orders, evaluator.var("rfm_frequency_orders"), more_is_better=True),
            _by_bounds(spent, evaluator.var("rfm_monetary_amounts"), more_is_better=True),
        ]
    elif method == "quintile":
        scores = [_by_rank(value, group) for value in (exp.Neg(this=recency_days), orders, spent)]
    else:
        raise SQLMeshError(f"rfm_method is 'quintile' or 'fixed', not '{method}'")
    names = ("recency_score", "frequency_score", "monetary_score")
    return [f"{score}::INT AS {name}" for score, name in zip(scores, names, strict=True)]


def _by_rank(value: exp.Expression, group: exp.Expression | None) -> str:
    return f"LEAST(5, FLOOR(5 * {place_among(value, group)}) + 1)"


def _by_bounds(value: exp.Expression, bounds: list[float], *, more_is_better: bool) -> str:
    numbers: list[exp.Expression] = [exp.Literal.number(bound) for bound in bounds]
    return points_by_bounds(value, numbers, more_is_better=more_is_better).sql("duckdb")
