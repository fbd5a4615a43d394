"""SQL of times and days as the shop counts them, for the macros that need them."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh.core.macros import MacroEvaluator


def local_time(evaluator: MacroEvaluator, instant: exp.Expression) -> exp.Expression:
    """The wall-clock time in the shop's `business_timezone` of a UTC timestamp."""
    zone = str(evaluator.var("business_timezone", "UTC"))
    stamp = exp.cast(instant.copy(), "timestamp")
    if zone == "UTC":
        return stamp
    if evaluator.var("engine", "duckdb") == "spark":
        arguments: list[exp.Expression] = [stamp, exp.Literal.string(zone)]
        return exp.Anonymous(this="FROM_UTC_TIMESTAMP", expressions=arguments)
    utc = exp.AtTimeZone(this=stamp, zone=exp.Literal.string("UTC"))
    return exp.paren(exp.AtTimeZone(this=exp.paren(utc), zone=exp.Literal.string(zone)))


def local_day(evaluator: MacroEvaluator, instant: exp.Expression) -> exp.Expression:
    """The calendar day in the shop's `business_timezone` of a UTC timestamp."""
    return exp.cast(local_time(evaluator, instant), "date")
