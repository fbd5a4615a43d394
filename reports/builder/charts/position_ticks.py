"""Which positions of a chart are named under it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.builder.charts import text
from reports.builder.charts.model import Chart
from reports.builder.charts.ticks import legible_scale, moment, time_ticks


@dataclass(frozen=True)
class Tick:
    """A tick of the x axis: the position's index or the time in milliseconds, and its text."""

    at: float
    lines: tuple[str, ...]


def x_ticks(chart: Chart, width: float) -> tuple[Tick, ...]:
    """The ticks of the axis of positions.

    Args:
        chart: What is drawn.
        width: Of the plotting area.
    """
    if not chart.positions:
        return ()
    if chart.x_kind == "time":
        return _time_ticks(chart, width)
    if chart.x_kind == "number" and chart.kind != "bar":
        return _number_ticks(chart, width)
    room = width / len(chart.positions) - 6
    if chart.x_kind == "category" and chart.kind == "bar":
        return tuple(
            Tick(index, tuple(text.wrap(position.text, room) or [position.text]))
            for index, position in enumerate(chart.positions)
        )
    return _own_ticks(chart, width)


def _own_ticks(chart: Chart, width: float) -> tuple[Tick, ...]:
    """The texts of the positions themselves, as many as have room."""
    widest = max(text.width(position.text) for position in chart.positions) + 10
    every = max(1, round(len(chart.positions) * widest / width + 0.5))
    return tuple(
        Tick(_at(chart, index), (position.text,))
        for index, position in enumerate(chart.positions)
        if index % every == 0
    )


def _at(chart: Chart, index: int) -> float:
    value = chart.positions[index].value
    return float(index) if chart.named or not isinstance(value, date) else moment(value)


def _time_ticks(chart: Chart, width: float) -> tuple[Tick, ...]:
    dates = [position.value for position in chart.positions if isinstance(position.value, date)]
    ticks = time_ticks(min(dates), max(dates), max(2, int(width / 64)))
    own = _own_ticks(chart, width)
    if _finer_than_data(chart, ticks, dates):
        return own
    if chart.kind != "bar":
        return tuple(Tick(moment(tick), (label,)) for tick, label in ticks)
    moments = [moment(each) for each in dates]
    by_bar = {
        bisect_left(moments, moment(tick)): label
        for tick, label in ticks
        if moment(tick) <= moments[-1]
    }
    if len(by_bar) < len(own) == len(moments):
        return own
    return tuple(Tick(index, (label,)) for index, label in by_bar.items())


def _finer_than_data(chart: Chart, ticks: Sequence[tuple[date, str]], dates: list[date]) -> bool:
    """Whether ticks name days of which the chart shows nothing: bars would be named wrongly."""
    named = {moment(each) for each in dates}
    between = any(tick.day > 1 and moment(tick) not in named for tick, _ in ticks)
    return between and (chart.kind == "bar" or len(ticks) > len(dates))


def _number_ticks(chart: Chart, width: float) -> tuple[Tick, ...]:
    numbers = [float(position.value) for position in chart.positions]  # type: ignore[arg-type]
    if len(numbers) == 1:
        return (Tick(numbers[0], (chart.positions[0].text,)),)
    written = chart.position_format.text
    count, fixed = max(2, int(width / 80)), (True, True)
    scale = legible_scale(min(numbers), max(numbers), count, written, fixed=fixed)
    return tuple(Tick(tick, (written(tick),)) for tick in scale.ticks)
