"""Correlation from sums, which are the same in whatever order they are made."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def trend_of_sums(
    evaluator: MacroEvaluator,
    count: exp.Expression,
    total: exp.Expression,
    squares: exp.Expression,
    numbered: exp.Expression,
) -> str:
    """The correlation of whole numbers with their places 1, 2, .. `count`, -1 to 1.

    NULL where the numbers are all equal. The sums are multiplied as decimals, so equal numbers have
    no spread at all.

    Args:
        evaluator: Given by SQLMesh.
        count: How many numbers.
        total: Their sum.
        squares: The sum of their squares.
        numbered: The sum of each times its place.

    Example: `@trend_of_sums(order_count, spent_cents, squared_cents, numbered_cents)`
    """
    n, s, q, p = (
        f"({part.sql('duckdb')})::DECIMAL(19, 0)" for part in (count, total, squares, numbered)
    )
    pairs = f"({n} * ({n} + 1))::DECIMAL(19, 0)"
    covariance = f"(2 * ({n} * {p}) - {pairs} * {s})::DOUBLE"
    spread = f"({n} * {q} - {s} * {s})"
    places = f"({n}::DOUBLE * {n}::DOUBLE * ({n}::DOUBLE * {n}::DOUBLE - 1) / 3)"
    correlation = f"{covariance} / SQRT({spread}::DOUBLE * {places})"
    return f"CASE WHEN {spread} > 0 THEN LEAST(1, GREATEST(-1, {correlation})) END"
