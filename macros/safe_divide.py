"""Division that never fails."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def safe_divide(
    evaluator: MacroEvaluator, numerator: exp.Expression, denominator: exp.Expression
) -> exp.Expression:
    """A quotient as DOUBLE, NULL where the denominator is zero or unknown.

    Example: `@safe_divide(net_revenue_amount, order_count)`
    """
    zero = exp.Literal.number(0)
    quotient = exp.Div(
        this=exp.cast(exp.paren(numerator.copy()), "double"),
        expression=exp.Nullif(this=exp.cast(denominator.copy(), "double"), expression=zero),
    )
    return exp.paren(quotient)
