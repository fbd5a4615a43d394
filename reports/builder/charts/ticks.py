"""Where axes have ticks and what stands beside them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

# Beyond this, the distance between two values is no longer a number.
FURTHEST = 4e307
_LEAST = 1e-300
_NICE = (1, 2, 2.5, 5, 10)
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
_DAY_STEPS = (1, 2, 7, 14)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Scale:
    """A value axis: from where to where, and its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, 0 at the low end and 1 at the high end."""
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return (math.log10(max(value, self.low)) - low) / (high - low)
        return (value - self.low) / (self.high - self.low)

    def at(self, share: float) -> float:
        """The value at a place: the opposite of `share`."""
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return float(10 ** (low + share * (high - low)))
        return self.low + share * (self.high - self.low)


def log_scale(values: Sequence[float]) -> Scale:
    """A scale of powers of ten over the positive values."""
    positive = [min(max(value, _LEAST), FURTHEST) for value in values if value > 0] or [1.0]
    first = math.floor(math.log10(min(positive)))
    last = max(first + 1, math.ceil(math.log10(max(positive))))
    every = max(1, (last - first) // 6)
    ticks = tuple(10.0**power for power in range(first, last + 1, every))
    return Scale(10.0**first, 10.0**last, ticks, log=True)


def value_scale(
    low: float, high: float, count: int = 4, *, fixed: tuple[bool, bool] = (False, False)
) -> Scale:
    """A scale over the values with about `count` round steps.

    Args:
        low: The lowest value to show.
        high: The highest value to show.
        count: How many steps fit.
        fixed: Whether the low and the high end are exactly as given.
    """
    low, high = (max(-FURTHEST, min(end, FURTHEST)) for end in (low, high))
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):
        high = low + (abs(low) if abs(low) > 1e-9 else 1.0)
    step = _nice_step((high - low) / count)
    bottom = low if fixed[0] else _round_value(math.floor(low / step + 1e-9), step)
    top = high if fixed[1] else _round_value(math.ceil(high / step - 1e-9), step)
    first = math.ceil(bottom / step - 1e-9)
    last = math.floor(top / step + 1e-9)
    ticks = tuple(_round_value(index, step) for index in range(first, last + 1))
    return Scale(bottom, top, ticks)


def _round_value(index: int, step: float) -> float:
    """So many steps. The ends of an axis are exactly ticks: one a hair outside is not drawn."""
    return float(f"{index * step:.12g}")


def legible_scale(
    low: float,
    high: float,
    count: int,
    text: Callable[[float], str],
    *,
    fixed: tuple[bool, bool] = (False, False),
) -> Scale:
    """A scale with at most about `count` steps, none of which its format has to round.

    Args:
        low: The lowest value to show.
        high: The highest value to show.
        count: How many steps fit.
        text: How ticks are written.
        fixed: Whether the low and the high end are exactly as given.
    """
    scales = [value_scale(low, high, steps, fixed=fixed) for steps in range(max(count, 1), 0, -1)]
    return next((each for each in scales if _exact(each.ticks, text)), scales[0])


def _exact(ticks: Sequence[float], text: Callable[[float], str]) -> bool:
    """Whether the texts of ticks differ, and are as far apart as the ticks are."""
    if len({text(tick) for tick in ticks}) < len(ticks):
        return False
    texts = [(abs(tick), text(abs(tick))) for tick in ticks if tick]
    numbers = [(size, _DIGITS.search(shown)) for size, shown in texts]
    if len({_DIGITS.sub("", shown, count=1) for _, shown in texts}) > 1:
        return True
    read = [(size, float(match[0].replace(",", ""))) for size, match in numbers if match]
    largest = max(read, default=(1.0, 1.0))
    unit = largest[1] / largest[0]
    return all(abs(shown - size * unit) <= 1e-6 * largest[1] for size, shown in read)


def moment(value: date) -> float:
    """A date or timestamp (UTC) as milliseconds since 1970."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).timestamp() * 1000
    return datetime.combine(value, time(), tzinfo=UTC).timestamp() * 1000


def time_ticks(start: date, end: date, count: int) -> list[tuple[date, str]]:
    """At most `count` ticks on round dates between two dates, with their labels."""
    first, last = _day(start), _day(end)
    days = (last - first).days
    for step in _DAY_STEPS:
        if days / step <= count and days <= 92:
            return [
                (first + timedelta(offset), _day_label(first + timedelta(offset), first))
                for offset in range(0, days + 1, step)
            ]
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((each for each in _MONTH_STEPS if months / each <= count), _MONTH_STEPS[-1])
    ticks = _month_ticks(first, last, step)
    return [(tick, _month_label(tick, step, index == 0)) for index, tick in enumerate(ticks)]


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _month_ticks(first: date, last: date, step: int) -> list[date]:
    start = first.year * 12 + first.month - 1 + (first.day > 1)
    end = last.year * 12 + last.month - 1
    begin = math.ceil(start / step) * step
    return [date(index // 12, index % 12 + 1, 1) for index in range(begin, end + 1, step)]


def _month_label(tick: date, step: int, first: bool) -> str:
    if step >= 12:
        return str(tick.year)
    name = _MONTHS[tick.month - 1]
    return f"{name} {tick.year}" if first or tick.month == 1 else name


def _day_label(tick: date, first: date) -> str:
    return f"{tick.day} {_MONTHS[tick.month - 1]}" + (f" {tick.year}" if tick == first else "")


def _nice_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return float(next(nice * power for nice in _NICE if nice * power >= rough * (1 - 1e-9)))
