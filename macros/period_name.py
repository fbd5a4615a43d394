"""Names of weeks, months, quarters and years."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


@macro()
def period_name(evaluator: MacroEvaluator, day: exp.Expression, grain: exp.Expression) -> str:
    """The name of the period that a day is in, which sorts by time: 2025-W07, 2025-02, 2025-Q1.

    A week belongs to the year of its Thursday, as in ISO 8601.

    Example: `@period_name(order_date, 'week')`
    """
    unit, date = grain.name.lower(), f"({day.sql('duckdb')})::DATE"
    thursday = f"(DATE_TRUNC('WEEK', {date})::DATE + 3)::DATE"
    year = f"EXTRACT(YEAR FROM {thursday if unit == 'week' else date})::TEXT"
    parts = {
        "week": f"CONCAT({year}, '-W', LPAD(EXTRACT(WEEK FROM {date})::TEXT, 2, '0'))",
        "month": f"CONCAT({year}, '-', LPAD(EXTRACT(MONTH FROM {date})::TEXT, 2, '0'))",
        "quarter": f"CONCAT({year}, '-Q', EXTRACT(QUARTER FROM {date})::TEXT)",
        "year": year,
    }
    if unit not in parts:
        raise SQLMeshError(f"@period_name knows no grain '{unit}'; use one of {', '.join(parts)}")
    # CONCAT makes a text of an unknown day, too.
    return f"CASE WHEN NOT {date} IS NULL THEN {parts[unit]} END"
