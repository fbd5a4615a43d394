"""How much room the parts of a chart need at a width, and where labels go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from reports.builder.charts import text
from reports.builder.charts.model import Chart, Series
from reports.builder.charts.points import LARGEST
from reports.builder.charts.position_ticks import Tick, x_ticks
from reports.builder.charts.ticks import (
    Scale,
    legible_scale,
    log_scale,
    moment,
)

_GAP = 8
_BAR_STEP = 30
_MAX_DIRECT_LABELS = 6


@dataclass(frozen=True)
class Layout:
    """The geometry of a chart at one width, in pixels.

    Attributes:
        width: Of the plotting area.
        height: Of the plotting area.
        left: Room for labels on the left; `right`, `top` and `bottom` likewise.
        scale: The value axis.
        x_ticks: The other axis.
        horizontal: Whether bars go to the right.
        end_labels: Name and vertical position of each line's label; empty if there are none.
        value_labels: Whether values stand beside the bars.
        right_scale: The axis on the right, if there is one.
    """

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    scale: Scale
    x_ticks: tuple[Tick, ...]
    horizontal: bool
    end_labels: tuple[tuple[str, float], ...]
    value_labels: bool
    right_scale: Scale | None = None

    def height_of(self, series: Series, value: float) -> float:
        """A value of a series as a value of the axis on the left, where it is drawn."""
        if series.right and self.right_scale:
            return self.scale.at(self.right_scale.share(value))
        return value


def lay_out(chart: Chart, total_width: int) -> Layout:
    """The geometry of a chart that is `total_width` wide altogether."""
    if chart.kind == "bar" and (chart.options.horizontal or _labels_collide(chart, total_width)):
        return _horizontal(chart, total_width)
    return _vertical(chart, total_width)


def has_direct_labels(chart: Chart) -> bool:
    """Whether the lines are named where they end, so that no legend is needed."""
    plain = all(each.mark in (None, "line") and not each.right for each in chart.series)
    return chart.kind == "line" and plain and 1 < len(chart.series) <= _MAX_DIRECT_LABELS


def _scale(chart: Chart, count: int, *, exact: bool = False) -> Scale:
    """The value axis; an exact one, which nobody sees, ends where the values do."""
    spans = chart.totals()
    values = [value for span in spans for value in span]
    values += [height for each in chart.annotations for height in each.heights]
    options = chart.options
    if options.axes.log:
        shown = [value for each in chart.series for value in each.values if value is not None]
        return log_scale([*shown, *values])
    low, high = min(values, default=0.0), max(values, default=1.0)
    if options.from_zero or chart.kind != "line":
        low, high = min(low, 0.0), max(high, 0.0)
    low = options.low if options.low is not None else low
    high = options.high if options.high is not None else high
    if low > high:
        low, high = high, low
    fixed = (exact or options.low is not None, exact or options.high is not None)
    return legible_scale(low, high, count, chart.axis_format.text, fixed=fixed)


def _vertical(chart: Chart, total: int) -> Layout:
    height = float(chart.options.plot_height)
    scale = _scale(chart, 4 if height < 260 else 5)
    left = max((text.width(chart.axis_format.text(t)) for t in scale.ticks), default=0) + _GAP
    around = LARGEST + 2 if any(each.sizes for each in chart.series) and not chart.named else 0.0
    if not chart.options.axes.y_labels:
        left = float(_GAP)
    right_scale = _right_scale(chart, len(scale.ticks) - 1)
    left, right = max(left, around), max(_right_room(chart, total, right_scale), around)
    width = max(total - left - right, 40.0)
    ticks = x_ticks(chart, width)
    before, after = _missing_room(chart, ticks, (left, right), width)
    left, right, width = left + before, right + after, width - before - after
    lines = max((len(tick.lines) for tick in ticks), default=1)
    titled = chart.options.y_title or chart.options.axes.right_title
    labelled = chart.options.labels or chart.options.total_labels
    top = 26.0 if titled else 16.0 if labelled else 8.0
    return Layout(
        width=width,
        height=height,
        left=left,
        right=right,
        top=max(top, around),
        bottom=13 + 15.0 * lines + (18 if chart.options.x_title else 0),
        scale=_with_room_below(chart, scale, height, None) if chart.options.labels else scale,
        x_ticks=ticks,
        horizontal=False,
        end_labels=_end_labels(chart, scale, height, right),
        value_labels=chart.options.labels,
        right_scale=right_scale,
    )


def _missing_room(
    chart: Chart, ticks: tuple[Tick, ...], room: tuple[float, float], width: float
) -> tuple[float, float]:
    """By how much the first and the last label of an axis of time would stick out."""
    if chart.x_kind != "time" or chart.kind == "bar" or not ticks:
        return 0.0, 0.0
    moments = [moment(each.value) for each in chart.positions if isinstance(each.value, date)]
    low, high = min(moments), max(moments)
    span = high - low
    first, last = ((each.at - low) / span if span else 0.5 for each in (ticks[0], ticks[-1]))
    halves = [text.width(each.lines[0]) / 2 for each in (ticks[0], ticks[-1])]
    return (
        max(0.0, halves[0] - room[0] - first * width),
        max(0.0, halves[1] - room[1] - (1 - last) * width),
    )


def _right_scale(chart: Chart, count: int) -> Scale | None:
    values = [
        value for each in chart.series if each.right for value in each.values if value is not None
    ]
    if not values:
        return None
    axes = chart.options.axes
    low = min(0.0, *values) if axes.right_low is None else axes.right_low
    high = max(0.0, *values) if axes.right_high is None else axes.right_high
    fixed = (axes.right_low is not None, axes.right_high is not None)
    style = next(each.format for each in chart.series if each.right)
    return legible_scale(min(low, high), max(low, high), count, style.text, fixed=fixed)


def right_ticks(chart: Chart, scale: Scale) -> list[tuple[float, str]]:
    """The ticks of the axis on the right, with their texts."""
    style = next(each.format for each in chart.series if each.right)
    return [(tick, style.text(tick)) for tick in scale.ticks]


def _horizontal(chart: Chart, total: int) -> Layout:
    value_labels = len(chart.series) == 1 or chart.options.labels
    scale = _scale(chart, 4, exact=value_labels)
    right_scale = _right_scale(chart, 4)
    room = min(total * 0.42, 220.0)
    names = _names(chart, room)
    left = max((text.width(line) for lines in names for line in lines), default=0) + _GAP
    values = [
        text.width((chart.options.label_format or each.format).text(value))
        for each in chart.series
        for value in each.values
        if value is not None
    ]
    right = max(values, default=0) + _GAP if value_labels else 12.0
    count = len(chart.positions)
    thickness = _BAR_STEP * (len(chart.series) * 0.6 if _grouped(chart) else 1)
    width = max(total - left - right, 40.0)
    return Layout(
        width=width,
        height=max(1, count) * thickness,
        left=left,
        right=right,
        top=4.0,
        bottom=4.0 if value_labels else 25.0,
        scale=_with_room_below(chart, scale, width, text.width) if value_labels else scale,
        x_ticks=tuple(Tick(index, lines) for index, lines in enumerate(names)),
        horizontal=True,
        end_labels=(),
        value_labels=value_labels,
        right_scale=right_scale,
    )


def _names(chart: Chart, room: float) -> list[tuple[str, ...]]:
    """What stands beside lying bars: each name whole, in two lines if need be, or shortened."""
    texts = [position.text for position in chart.positions]
    return [
        tuple((text.width(whole) > room and text.wrap(whole, room)) or [short])
        for whole, short in zip(texts, text.distinct(texts, room), strict=True)
    ]


def _with_room_below(
    chart: Chart, scale: Scale, length: float, extent: Callable[[str, float], float] | None
) -> Scale:
    """The scale, going on below its values so far that the texts of negative bars find room.

    Args:
        chart: What is drawn.
        scale: Its value axis.
        length: Of that axis, in pixels.
        extent: How far a text of a size reaches along it; None if only by its size.
    """
    if chart.kind != "bar" or chart.options.low is not None or scale.log:
        return scale
    size, low = chart.options.label_size, scale.low
    for value, label in _labels_below(chart):
        room = (extent(label, size) if extent else size) + _GAP + (4 if extent else 0)
        if room < length / 2:
            end = max(value, scale.low)
            low = min(low, end - (scale.high - end) * room / (length - room))
    return replace(scale, low=low)


def _labels_below(chart: Chart) -> Iterator[tuple[float, str]]:
    """Where negative bars with a text beyond them end, and the texts."""
    own, given = chart.of_its_kind(), chart.options.label_format
    if not own or _grouped(chart):
        return
    columns = [(each.values, given or each.format) for each in own]
    if chart.stacked:
        style = given or own[0].format
        values = zip(*(each.values for each in own), strict=True)
        columns = [(tuple(_below(each) for each in values), style)]
    for column, style in columns:
        yield from ((value, style.text(value)) for value in column if value and value < 0)


def _below(values: Sequence[float | None]) -> float | None:
    """The sum of a stack that lies below zero altogether."""
    present = [value for value in values if value is not None]
    return None if any(value > 0 for value in present) else sum(present)


def _grouped(chart: Chart) -> bool:
    return chart.options.stacking == "grouped" and len(chart.of_its_kind()) > 1


def _right_room(chart: Chart, total: int, right_scale: Scale | None) -> float:
    if right_scale:
        return max(text.width(label) for _, label in right_ticks(chart, right_scale)) + _GAP + 6
    if not has_direct_labels(chart):
        return max(14.0, _half_label(chart))
    longest = max(text.width(each.label) for each in chart.series)
    return min(longest + _GAP + 4, total * 0.3)


def _half_label(chart: Chart) -> float:
    """Room for one half of the text over the last point of a line."""
    if chart.kind == "bar" or not chart.options.labels:
        return 0.0
    last = [each.values[-1] for each in chart.series]
    style = chart.options.label_format or chart.series[0].format
    return max((text.width(style.text(value)) / 2 for value in last), default=0.0)


def _end_labels(
    chart: Chart, scale: Scale, height: float, room: float
) -> tuple[tuple[str, float], ...]:
    if not has_direct_labels(chart):
        return ()
    wanted = []
    for each in chart.series:
        present = [value for value in each.values if value is not None]
        wanted.append((1 - scale.share(present[-1])) * height if present else height)
    placed = text.spread(wanted, 15, 4, height - 2)
    labels = text.distinct([each.label for each in chart.series], room - _GAP)
    return tuple(zip(labels, placed, strict=True))


def _labels_collide(chart: Chart, total: int) -> bool:
    """Whether names under the bars would not fit, so that the bars had better lie down."""
    if chart.x_kind != "category" or not chart.positions:
        return False
    room = (total - 50) / len(chart.positions) - 6
    return any(text.wrap(position.text, room) is None for position in chart.positions)
