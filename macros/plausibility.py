"""SQL of what can be true of an event, for the macros that need it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlglot import exp
from sqlmesh.core.macros import MacroEvaluator


def is_plausible(
    evaluator: MacroEvaluator, instant: exp.Expression, loaded_at: exp.Expression
) -> exp.Expression:
    """Whether an instant lies between the earliest day allowed and a day after it was loaded."""
    first = exp.GTE(this=instant.copy(), expression=earliest_instant(evaluator))
    day_after = exp.Add(this=exp.cast(loaded_at.copy(), "timestamp"), expression=one_day())
    return exp.paren(exp.and_(first, exp.LTE(this=instant.copy(), expression=day_after)))


def may_count_since(
    evaluator: MacroEvaluator, event_time: exp.Expression, first_day: str
) -> exp.Expression:
    """What is true of the time of every row whose `@event_day` is some day or a later one.

    Such a time is plausible, and then on that day or later, or it is missing, too early, or ahead
    of the day of loading, which is the last one its row can count for. So this says nothing new,
    but it is of one column, by which engines pass over whole blocks of rows without reading them.

    Args:
        evaluator: Given by SQLMesh.
        event_time: The first of the times that the day is taken from.
        first_day: In ISO format, of the shop's time zone.
    """
    # A day in any time zone begins within a day of the same one in UTC.
    day_before = date.fromisoformat(first_day) - timedelta(days=1)
    since = exp.cast(exp.Literal.string(str(day_before)), "timestamp")
    return exp.paren(
        exp.or_(
            exp.GTE(this=event_time.copy(), expression=since),
            exp.LT(this=event_time.copy(), expression=earliest_instant(evaluator)),
            exp.Is(this=event_time.copy(), expression=exp.null()),
        )
    )


def earliest_instant(evaluator: MacroEvaluator) -> exp.Expression:
    """The start of the earliest day in the shop's `business_timezone`, as UTC.

    Reckoned here, not by the engine for every row: that takes a microsecond for two of them.
    """
    zone = ZoneInfo(str(evaluator.var("business_timezone", "UTC")))
    start = datetime.fromisoformat(str(evaluator.var("earliest_event_date"))).replace(tzinfo=zone)
    utc = start.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    return exp.cast(exp.Literal.string(utc.isoformat(sep=" ")), "timestamp")


def earliest_day(evaluator: MacroEvaluator) -> exp.Expression:
    """The earliest day an event may have."""
    return exp.cast(exp.Literal.string(str(evaluator.var("earliest_event_date"))), "date")


def one_day() -> exp.Expression:
    """An interval of one day."""
    return exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY"))
