"""Probabilities that engines have no function for."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

# erfcc of Numerical Recipes (Press et al., 2nd edition, 6.2), lowest power first: a Chebyshev fit
# whose relative error is below 1.2e-7 everywhere.
COEFFICIENTS = (
    -1.26551223,
    1.00002368,
    0.37409196,
    0.09678418,
    -0.18628806,
    0.27886807,
    -1.13520398,
    1.48851587,
    -0.82215223,
    0.17087277,
)


@macro()
def chi_square_p_value(evaluator: MacroEvaluator, statistic: exp.Expression) -> str:
    """The chance of a chi-square statistic with one degree of freedom at least as large.

    That is erfc(sqrt(statistic / 2)), here with a relative error below 2e-7, and 0 where the truth
    is below 1e-290. The statistic is written out often: give it a column.

    Example: `@chi_square_p_value(chi_square)`
    """
    root = f"SQRT(({statistic.sql('duckdb')})::DOUBLE / 2)"
    t = f"(1 / (1 + {root} / 2))"
    series = f"{COEFFICIENTS[-1]}"
    for coefficient in reversed(COEFFICIENTS[:-1]):
        series = f"({coefficient} + {t} * {series})"
    # Not every engine takes EXP of so negative a number for zero.
    tail = f"LEAST({t} * EXP({series} - {root} * {root}), 1)"
    # LEAST passes over NULL, so what is unknown needs a line of its own.
    unknown = f"({statistic.sql('duckdb')}) IS NULL"
    return f"CASE WHEN {unknown} THEN NULL WHEN {root} > 25.5 THEN 0 ELSE {tail} END"
