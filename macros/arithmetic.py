"""Divisions and quantiles that mean the same on every engine."""

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


@macro()
def value_list(evaluator: MacroEvaluator, value: exp.Expression) -> exp.Expression:
    """The distinct values of a group, sorted, as one comma-separated text.

    Example: `@value_list(payment_method)`
    """
    text = exp.cast(value.copy(), "text")
    if evaluator.var("engine", "duckdb") == "spark":
        values = exp.Anonymous(this="COLLECT_SET", expressions=[text])
        ordered = exp.Anonymous(this="SORT_ARRAY", expressions=[values])
        arguments: list[exp.Expression] = [ordered, exp.Literal.string(", ")]
        joined = exp.Anonymous(this="ARRAY_JOIN", expressions=arguments)
        return exp.Nullif(this=joined, expression=exp.Literal.string(""))
    by_value = exp.Ordered(this=text.copy(), nulls_first=False)
    distinct = exp.Distinct(expressions=[text])
    return exp.GroupConcat(
        this=exp.Order(this=distinct, expressions=[by_value]),
        separator=exp.Literal.string(", "),
    )
