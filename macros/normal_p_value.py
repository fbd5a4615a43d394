"""How improbable a value of the normal distribution is."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.normal_tails import both_tails


@macro()
def normal_p_value(evaluator: MacroEvaluator, z: exp.Expression) -> str:
    """The probability that a standard normal variable is at least as far from zero, as DOUBLE.

    Example: `@normal_p_value(z_score)`
    """
    return both_tails(f"({z.sql('duckdb')})::DOUBLE")
