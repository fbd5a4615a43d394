"""The share of the normal distribution up to a value."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.normal_tails import both_tails


@macro()
def normal_cdf(evaluator: MacroEvaluator, z: exp.Expression) -> str:
    """The probability that a standard normal variable is at most z, as DOUBLE.

    Example: `@normal_cdf(z_score)`
    """
    value = f"({z.sql('duckdb')})::DOUBLE"
    tail = f"({both_tails(value)} / 2)"
    return f"CASE WHEN {value} > 0 THEN 1 - {tail} WHEN {value} <= 0 THEN {tail} END"
