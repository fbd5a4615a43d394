"""Whether a price should be higher or lower."""

from __future__ import annotations

from statistics import NormalDist

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def price_verdict(
    evaluator: MacroEvaluator,
    margin_share: exp.Expression,
    elasticity: exp.Expression,
    standard_error: exp.Expression,
) -> str:
    """Whether a 'Higher' or a 'Lower' price would earn more, 'Not clear' or 'Unknown'.

    Profit is highest where the margin is -1 / elasticity of the price (A. P. Lerner, Review of
    Economic Studies 1, 1934); where demand falls by less than the price rises, a higher price
    always earns more. A side is taken where it is right for every elasticity that the estimate
    allows with `confidence_level`; 'Unknown' without a margin, NULL without an elasticity.

    Example: `@price_verdict(gross_margin_share, price_elasticity, price_elasticity_error)`
    """
    z = NormalDist().inv_cdf(0.5 + float(str(evaluator.var("confidence_level"))) / 2)
    margin, error = margin_share.sql("duckdb"), standard_error.sql("duckdb")
    # The least and the greatest response of demand.
    least = f"({elasticity.sql('duckdb')} + {z} * {error})"
    greatest = f"({elasticity.sql('duckdb')} - {z} * {error})"
    return (
        f"CASE WHEN {elasticity.sql('duckdb')} IS NULL THEN NULL "
        f"WHEN {margin} IS NULL THEN 'Unknown' "
        f"WHEN {greatest} >= -1 OR {margin} < -1 / NULLIF({greatest}, 0) THEN 'Higher' "
        f"WHEN {least} < -1 AND {margin} > -1 / NULLIF({least}, 0) THEN 'Lower' "
        "ELSE 'Not clear' END"
    )
