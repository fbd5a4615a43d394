"""How improbable a chi-square statistic is."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.normal_tails import both_tails


@macro()
def chi_square_p_value(evaluator: MacroEvaluator, statistic: exp.Expression) -> str:
    """The chance of a chi-square statistic with one degree of freedom at least as large.

    That is the square of a standard normal variable. The statistic is written out often: give it a
    column.

    Example: `@chi_square_p_value(chi_square)`
    """
    return both_tails(f"SQRT(({statistic.sql('duckdb')})::DOUBLE)")
