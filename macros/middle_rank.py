"""Ranks that treat equal values alike."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def middle_rank(
    evaluator: MacroEvaluator, value: exp.Expression, group: exp.Expression | None = None
) -> str:
    """The share of rows below plus half of the share of equal rows, above 0 and below 1.

    Unlike NTILE it gives equal values equal ranks, and unlike PERCENT_RANK it puts a value that all
    rows share in the middle. Numerator and denominator are whole numbers, so that fifths are exact.
    Rows are those of a group, which are all where none is named.

    Example: `LEAST(5, FLOOR(5 * @middle_rank(total_spent)) + 1)`
    """
    return place_among(value, group)


def place_among(value: exp.Expression, group: exp.Expression | None) -> str:
    """SQL of the place of a value among the rows of a group."""
    column = value.sql(dialect="duckdb")
    within = f"PARTITION BY {group.sql(dialect='duckdb')}" if group else ""
    below = f"RANK() OVER ({within} ORDER BY {column}) - 1"
    up_to = (
        f"COUNT(*) OVER ({within} ORDER BY {column}"
        " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    )
    return f"(({below} + {up_to})::DOUBLE / (2 * COUNT(*) OVER ({within})))"
