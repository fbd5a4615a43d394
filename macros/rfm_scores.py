"""The scores of recency, frequency and monetary value."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


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
            _by_bounds(recency_days, evaluator.var("rfm_recency_days"), "<="),
            _by_bounds(orders, evaluator.var("rfm_frequency_orders"), ">="),
            _by_bounds(spent, evaluator.var("rfm_monetary_amounts"), ">="),
        ]
    elif method == "quintile":
        scores = [_by_rank(value, group) for value in (exp.Neg(this=recency_days), orders, spent)]
    else:
        raise SQLMeshError(f"rfm_method is 'quintile' or 'fixed', not '{method}'")
    names = ("recency_score", "frequency_score", "monetary_score")
    return [f"{score}::INT AS {name}" for score, name in zip(scores, names, strict=True)]


def _by_rank(value: exp.Expression, group: exp.Expression | None) -> str:
    """Below plus half of the equal ones, in fifths; whole numbers, so that fifths are exact."""
    column = value.sql(dialect="duckdb")
    within = f"PARTITION BY {group.sql(dialect='duckdb')}" if group else ""
    below = f"RANK() OVER ({within} ORDER BY {column}) - 1"
    up_to = (
        f"COUNT(*) OVER ({within} ORDER BY {column}"
        " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    )
    everyone = f"COUNT(*) OVER ({within})"
    return f"LEAST(5, FLOOR(5 * (({below} + {up_to})::DOUBLE / (2 * {everyone}))) + 1)"


def _by_bounds(value: exp.Expression, bounds: list[float], compare: str) -> str:
    column = value.sql(dialect="duckdb")
    cases = " ".join(
        f"WHEN {column} {compare} {bound} THEN {points}"
        for points, bound in zip((5, 4, 3, 2), bounds, strict=True)
    )
    return f"CASE {cases} ELSE 1 END"
