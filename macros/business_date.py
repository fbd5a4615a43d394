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
    return _local_day(evaluator, instant)


@macro()
def is_plausible_time(
    evaluator: MacroEvaluator, instant: exp.Expression, loaded_at: exp.Expression
) -> exp.Expression:
    """Whether an event lies between the earliest day allowed and a day after it was loaded.

    "Now" is not asked: what was in the future when it arrived stays refused.

    Example: `@is_plausible_time(ordered_at, _loaded_at)`
    """
    return _is_plausible(evaluator, instant, loaded_at)


@macro()
def is_plausible_date(
    evaluator: MacroEvaluator, day: exp.Expression, loaded_at: exp.Expression
) -> exp.Expression:
    """What `@is_plausible_time` is for timestamps, for a column that holds days.

    Example: `@is_plausible_date(spend_date, _loaded_at)`
    """
    last = exp.Add(this=_local_day(evaluator, loaded_at), expression=_one_day())
    return exp.paren(exp.Between(this=day.copy(), low=_earliest_day(evaluator), high=last))


@macro()
def is_too_early(evaluator: MacroEvaluator, instant: exp.Expression) -> exp.Expression:
    """Whether a time that may lie ahead, such as a planned start, is before the earliest day.

    Example: `@is_too_early(starts_at)`
    """
    return exp.paren(
        exp.LT(this=_local_time(evaluator, instant), expression=_earliest_day(evaluator))
    )


@macro()
def event_day(evaluator: MacroEvaluator, *instants: exp.Expression) -> exp.Expression:
    """The calendar day of the first plausible one of some times, else the day of loading.

    Args:
        evaluator: Given by SQLMesh.
        instants: Times in order of preference, the time of loading last.

    Example: `@event_day(ordered_at, updated_at, _loaded_at)`
    """
    *preferred, loaded_at = instants
    case = exp.Case()
    for instant in preferred:
        plausible = _is_plausible(evaluator, instant, loaded_at)
        case = case.when(plausible, _local_day(evaluator, instant))
    return case.else_(_local_day(evaluator, loaded_at))


def _is_plausible(
    evaluator: MacroEvaluator, instant: exp.Expression, loaded_at: exp.Expression
) -> exp.Expression:
    first = exp.GTE(this=_local_time(evaluator, instant), expression=_earliest_day(evaluator))
    day_after = exp.Add(this=exp.cast(loaded_at.copy(), "timestamp"), expression=_one_day())
    return exp.paren(exp.and_(first, exp.LTE(this=instant.copy(), expression=day_after)))


def _earliest_day(evaluator: MacroEvaluator) -> exp.Expression:
    return exp.cast(exp.Literal.string(str(evaluator.var("earliest_event_date"))), "date")


def _one_day() -> exp.Expression:
    return exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY"))


def _local_day(evaluator: MacroEvaluator, instant: exp.Expression) -> exp.Expression:
    return exp.cast(_local_time(evaluator, instant), "date")


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
