"""How improbable something is of which many were looked at."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def bonferroni_p_value(
    evaluator: MacroEvaluator, p_value: exp.Expression, *by: exp.Expression
) -> str:
    """A p-value times the number of those known beside it, at most 1: Bonferroni's correction.

    Of twenty comparisons without any difference one is below 0.05 by chance. Corrected, none is
    with a probability of 0.95, however the comparisons depend on each other. Holm's rule, which
    goes on from the lowest to the next, says the same of the lowest.

    Args:
        evaluator: Given by SQLMesh.
        p_value: The p-value of a row; rows where it is NULL were not compared.
        by: Columns that name the rows looked at together, if not all are.

    Example: `@bonferroni_p_value(p_value, region)`
    """
    number = f"({p_value.sql('duckdb')})::DOUBLE"
    groups = ", ".join(column.sql("duckdb") for column in by)
    window = f"OVER ({f'PARTITION BY {groups}' if groups else ''})"
    corrected = f"{number} * COUNT({number}) {window}"
    return f"CASE WHEN {corrected} < 1 THEN {corrected} WHEN {corrected} >= 1 THEN 1 END"
