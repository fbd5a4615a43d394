"""Days as the shop counts them."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def business_time(evaluator: MacroEvaluator, instant: exp.Expression) -> exp.Expression:
    """The wall-clock time in the shop's `business_timezone` of a UTC timestamp.

    Example: `@business_time(ordered_at)`
    """
    zone = str(evaluator.var("business_timezone", "UTC"))
    stamp = exp.cast(instant.copy(), "timestamp")
    if zone == "UTC":
        return stamp
    if evaluator.var("engine", "duckdb") == "spark":
        arguments: list[exp.Expression] = [stamp, exp.Literal.string(zone)]
        return exp.Anonymous(this="FROM_UTC_TIMESTAMP", expressions=arguments)
    utc = exp.AtTimeZone(this=stamp, zone=exp.Literal.string("UTC"))
    return exp.AtTimeZone(this=exp.paren(utc), zone=exp.Literal.string(zone))


@macro()
def business_date(evaluator: MacroEvaluator, instant: exp.Expression) -> exp.Expression:
    """The calendar day in the shop's `business_timezone` of a UTC timestamp.

    Example: `@business_date(ordered_at)`
    """
    zone = str(evaluator.var("business_timezone", "UTC"))
    stamp = exp.cast(instant.copy(), "timestamp")
    if zone == "UTC":
        return exp.cast(stamp, "date")
    if evaluator.var("engine", "duckdb") == "spark":
        arguments: list[exp.Expression] = [stamp, exp.Literal.string(zone)]
        return exp.cast(exp.Anonymous(this="FROM_UTC_TIMESTAMP", expressions=arguments), "date")
    utc = exp.AtTimeZone(this=stamp, zone=exp.Literal.string("UTC"))
    local = exp.AtTimeZone(this=exp.paren(utc), zone=exp.Literal.string(zone))
    return exp.cast(exp.paren(local), "date")
