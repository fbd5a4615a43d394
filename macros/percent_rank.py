"""The share of others that a value is above."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def percent_rank(evaluator: MacroEvaluator, value: exp.Expression, *by: exp.Expression) -> str:
    """The share of the other rows with a lower value, 0 to 1; equal values have the same.

    An unknown value has no rank and counts for nobody else's. 0 where there is no other row.

    Args:
        evaluator: Given by SQLMesh.
        value: What is ranked, the least first.
        by: Columns that name a group, if rows are ranked within groups.

    Example: `@percent_rank(total_spent)`, `@percent_rank(net_revenue_amount, department_id)`
    """
    column = value.sql("duckdb")
    groups = ", ".join([f"({column}) IS NULL", *(part.sql("duckdb") for part in by)])
    ranked = f"PERCENT_RANK() OVER (PARTITION BY {groups} ORDER BY {column})"
    return f"CASE WHEN NOT ({column}) IS NULL THEN {ranked} END"
