"""How far from zero Student's distribution reaches."""

from __future__ import annotations

from statistics import NormalDist

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.student_t_quantile import student_t_quantile


@macro()
def student_t_limit(evaluator: MacroEvaluator, degrees: exp.Expression) -> str:
    """How far from zero Student's t stays with the probability `confidence_level`, as DOUBLE.

    Wrong by less than 1e-4 from 10 degrees of freedom on.

    Example: `@student_t_limit(degrees_of_freedom)`
    """
    z = NormalDist().inv_cdf(0.5 + float(str(evaluator.var("confidence_level"))) / 2)
    return student_t_quantile(z, degrees.sql("duckdb"))
