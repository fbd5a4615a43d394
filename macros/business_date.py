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
    return _local_time(evaluator, instant)


@macro()
def business_date(evaluator: MacroEvaluator, instant: exp.Expression) -> exp.Expression:
    """The calendar day in the shop's `business_timezone` of a UTC timestamp.

    Example: `@business_date(ordered_at)`
    """
    return exp.cast(_local_time(evaluator, instant), "date")


@macro()
def is_plausible_time(
    evaluator: MacroEvaluator, instant: exp.Expression, loaded_at: exp.Expression
) -> exp.Expression:
    """Whether an event lies between 2000, as the shop counts days, and a day after it was loaded.

    "Now" is not asked: what was in the future when it arrived stays refused.

    Example: `@is_plausible_time(ordered_at, _loaded_at)`
    """
    first = exp.cast(exp.Literal.string("2000-01-01"), "timestamp")
    day = exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY"))
    last = exp.Add(this=exp.cast(loaded_at.copy(), "timestamp"), expression=day)
    return exp.paren(
        exp.and_(
            exp.GTE(this=_local_time(evaluator, instant), expression=first),
            exp.LTE(this=instant.copy(), expression=last),
        )
    )


def _local_time(evaluator: MacroEvaluator, instant: exp.Expression) -> exp.Expression:
    zone = str(evaluator.var("business_timezone", "UTC"))
    stamp = exp.cast(instant.copy(), "timestamp")
    if zone == "UTC":
        return stamp
    if evaluator.var("engine", "duckdb") == "spark":
        arguments: list[exp.Expression] = [stamp, exp.Literal.string(zone)]
        return exp.Anonymous(this="FROM_UTC_TIMESTAMP", expressions=arguments)
    utc = exp.AtTimeZone(this=stamp, zone=exp.Literal.string("UTC"))
    return exp.paren(exp.AtTimeZone(this=exp.paren(utc), zone=exp.Literal.string(zone)))
