"""How unusual a value is among those before it."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


@macro()
def z_score(
    evaluator: MacroEvaluator,
    value: exp.Expression,
    order_by: exp.Expression,
    periods: exp.Expression,
    *by: exp.Expression,
) -> str:
    """Distance from the mean of the rows before, in their sample standard deviations, as DOUBLE.

    NULL until so many values are known before a row, and where they are all equal.

    Args:
        evaluator: Given by SQLMesh.
        value: The number to judge.
        order_by: What puts the rows of a series in order, without ties.
        periods: How many rows before it are compared, two or more.
        by: Columns that name a series, if there are several.

    Example: `@z_score(revenue, month_start, 12, region)`
    """
    count = int(periods.name) if periods.is_int else 0
    if count < 2:
        raise SQLMeshError(f"@z_score compares with two periods or more, not {periods.sql()}")
    number = f"({value.sql('duckdb')})::DOUBLE"
    series = ", ".join(column.sql("duckdb") for column in by)
    window = (
        f"OVER ({f'PARTITION BY {series} ' if series else ''}ORDER BY {order_by.sql('duckdb')}"
        f" ROWS BETWEEN {count} PRECEDING AND 1 PRECEDING)"
    )
    # Rounding may leave equal values with a standard deviation that is not quite zero.
    return (
        f"CASE WHEN COUNT({number}) {window} = {count}"
        f" AND MIN({number}) {window} < MAX({number}) {window}"
        f" THEN ({number} - AVG({number}) {window}) / STDDEV_SAMP({number}) {window} END"
    )
