"""Sums in which the past fades."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def decayed(
    evaluator: MacroEvaluator,
    value: exp.Expression,
    age_days: exp.Expression,
    days: exp.Expression,
    decimals: exp.Expression,
) -> str:
    """The sum of a value weighted with exp(-age / days), as DOUBLE.

    Weighted values are made decimals first, so that the sum is the same in whatever order.

    Example: `@decayed(order_count, age_days, 90, 9)`
    """
    v, age, scale, places = (part.sql("duckdb") for part in (value, age_days, days, decimals))
    weighted = f"({v})::DOUBLE * EXP(-({age}) / ({scale})::DOUBLE)"
    return f"SUM(({weighted})::DECIMAL(18, {places}))::DECIMAL(38, {places})::DOUBLE"
