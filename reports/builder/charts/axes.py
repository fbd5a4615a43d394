"""Axes of drawings: where a value lies, and what stands beside the axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.builder.charts.ticks import FURTHEST, Scale, legible_scale, moment, time_ticks
from reports.builder.formats import Format

Value = float | date | str


@dataclass(frozen=True)
class Axis:
    """An axis.

    Attributes:
        low: The value at its beginning; dates are milliseconds, categories their place.
        high: The value at its end.
        ticks: Values and texts.
        names: The categories, if it has any.
        log: Whether equal distances are equal ratios.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    names: tuple[str, ...] = ()
    log: bool = False

    @property
    def spans_zero(self) -> bool:
        """Whether it is of numbers on both sides of 0."""
        return not self.names and not self.log and self.low < 0 < self.high

    def share(self, value: float) -> float:
        """Where a number lies, 0 at the low end and 1 at the high end."""
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return (math.log10(max(value, self.low)) - low) / ((high - low) or 1.0)
        return (value - self.low) / ((self.high - self.low) or 1.0)

    def place(self, value: object) -> float | None:
        """Where a value as pages write it lies; None if it is not on the axis."""
        found = self.number(value)
        if found is None:
            return None
        share = self.share(found)
        return share if -1e-9 <= share <= 1 + 1e-9 else None

    def number(self, value: object) -> float | None:
        """A value as a number of this axis."""
        if self.names:
            text = str(value)
            return float(self.names.index(text)) if text in self.names else None
        if isinstance(value, date):
            return moment(value)
        return float(value) if isinstance(value, int | float) else None


def number_axis(
    values: Sequence[float],
    style: Format,
    count: int,
    *,
    low: float | None = None,
    high: float | None = None,
    from_zero: bool = False,
    log: bool = False,
) -> Axis:
    """An axis of numbers with about `count` round steps."""
    bottom, top = min(values, default=0.0), max(values, default=1.0)
    if log and top > 0:
        return _log_axis([value for value in values if value > 0], style, low, high)
    if from_zero:
        bottom, top = min(bottom, 0.0), max(top, 0.0)
    bottom, top = (bottom if low is None else low), (top if high is None else high)
    if bottom > top:
        bottom, top = top, bottom
    fixed = (low is not None, high is not None)
    scale: Scale = legible_scale(bottom, top, count, style.text, fixed=fixed)
    ticks = tuple((tick, style.text(tick)) for tick in scale.ticks)
    return Axis(scale.low, scale.high, ticks)


def _log_axis(
    values: Sequence[float], style: Format, low: float | None, high: float | None
) -> Axis:
    bottom = low if low and low > 0 else min(values)
    top = high if high and high > bottom else max(values)
    bottom, top = max(bottom, 1e-300), min(top, FURTHEST)
    first, last = math.floor(math.log10(bottom)), math.ceil(math.log10(top))
    last = max(last, first + 1)
    every = max(1, (last - first) // 6)
    powers = [10.0**power for power in range(first, last + 1, every)]
    ticks = tuple((power, style.text(power)) for power in powers)
    return Axis(10.0**first, 10.0**last, ticks, log=True)


def time_axis(values: Sequence[date], count: int) -> Axis:
    """An axis of time with at most `count` ticks on round dates."""
    first, last = min(values), max(values)
    low, high = moment(first), moment(last)
    ticks = tuple((moment(tick), label) for tick, label in time_ticks(first, last, count))
    day = 86_400_000.0
    return Axis(low - day / 2, high + day / 2, ticks) if low == high else Axis(low, high, ticks)


def category_axis(names: Sequence[str]) -> Axis:
    """An axis of names, each in the middle of its place."""
    ticks = tuple((float(place), name) for place, name in enumerate(names))
    return Axis(-0.5, len(names) - 0.5, ticks, tuple(names))
