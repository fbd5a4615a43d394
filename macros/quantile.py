"""Quantiles that mean the same on every engine."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def quantile(
    evaluator: MacroEvaluator, value: exp.Expression, share: exp.Expression
) -> exp.Expression:
    """The exact, interpolated quantile of a group, as DOUBLE.

    Example: `@quantile(days_since_prior_order, 0.5)`
    """
    number = exp.cast(value.copy(), "double")
    if evaluator.var("engine", "duckdb") == "spark":
        return exp.Anonymous(this="PERCENTILE", expressions=[number, share])
    return exp.PercentileCont(this=number, expression=share)
