"""How far from zero Student's distribution reaches."""

from __future__ import annotations

from statistics import NormalDist

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def student_t_limit(evaluator: MacroEvaluator, degrees: exp.Expression) -> str:
    """How far from zero Student's t stays with the probability `confidence_level`, as DOUBLE.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5: wrong by less than 1e-4 from
    10 degrees of freedom on.

    Example: `@student_t_limit(degrees_of_freedom)`
    """
    z = NormalDist().inv_cdf(0.5 + float(str(evaluator.var("confidence_level"))) / 2)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    df = f"({degrees.sql('duckdb')})::DOUBLE"
    return (
        "("
        + " + ".join(f"{term!r}::DOUBLE / POWER({df}, {n})" for n, term in enumerate(terms))
        + ")"
    )
