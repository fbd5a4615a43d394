"""What is laid over and under a drawing of Vega: annotations, and the axis on the right."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date

from reports.builder.charts.annotations import Ground, draw_annotations, draw_bands
from reports.builder.charts.canvas import Canvas
from reports.builder.charts.channels import x_value
from reports.builder.charts.layout import Layout, right_ticks
from reports.builder.charts.model import Chart
from reports.builder.charts.text import width
from reports.builder.charts.ticks import moment


def with_overlay(svg: str, chart: Chart, layout: Layout) -> str:
    """The drawing of a chart with its annotations and its axis on the right."""
    ground = _ground(chart, layout)
    under, over = Canvas(layout.width, layout.height), Canvas(layout.width, layout.height)
    draw_bands(under, ground, chart.annotations)
    draw_annotations(over, ground, chart.annotations)
    _right_axis(over, chart, layout)
    head, _, body = svg.partition(">")
    body = body.removesuffix("</svg>")
    return f"{head}>{_group(under, layout)}{body}{_group(over, layout)}</svg>"


def _group(canvas: Canvas, layout: Layout) -> str:
    content = canvas.content()
    if not content:
        return ""
    place = f"translate({layout.left:.1f},{layout.top:.1f})"
    return f'<g transform="{place}" pointer-events="none">{content}</g>'


def _right_axis(canvas: Canvas, chart: Chart, layout: Layout) -> None:
    scale = layout.right_scale
    if scale is None:
        return
    if layout.horizontal:
        return
    for tick, label in right_ticks(chart, scale):
        y = (1 - scale.share(tick)) * layout.height + 4
        canvas.text((layout.width + 8, y), label)
    title = chart.options.axes.right_title
    room = width(title)
    canvas.text((layout.width + layout.right - room, -14.0), title)


def _ground(chart: Chart, layout: Layout) -> Ground:
    count = max(len(chart.positions), 1)

    def x(value: object) -> float | None:
        return _named_place(chart, value) if chart.named else _place(chart, value)

    def y(value: object) -> float | None:
        if not isinstance(value, int | float):
            return None
        share = layout.scale.share(float(value))
        return share if -1e-9 <= share <= 1 + 1e-9 else None

    step = 0.5 / count if chart.named else 0.0
    return Ground(layout.width, layout.height, x, y, turned=layout.horizontal, step=step)


def _named_place(chart: Chart, value: object) -> float | None:
    """The middle of a position's place; a date between two positions lies between them."""
    count = len(chart.positions)
    for index, position in enumerate(chart.positions):
        if position.value == value or str(position.value) == str(value):
            return (index + 0.5) / count
    dates = [moment(each.value) for each in chart.positions if isinstance(each.value, date)]
    if isinstance(value, date) and len(dates) == count and count > 1:
        wanted = moment(value)
        index = bisect_left(dates, wanted)
        if 0 < index < count:
            part = (wanted - dates[index - 1]) / (dates[index] - dates[index - 1])
            return (index - 0.5 + part) / count
    return None


def _place(chart: Chart, value: object) -> float | None:
    if isinstance(value, date):
        value = moment(value)
    if not isinstance(value, int | float) or not chart.positions:
        return None
    places = [float(x_value(chart, index)) for index in range(len(chart.positions))]
    low, high = min(places), max(places)
    share = (value - low) / ((high - low) or 1.0)
    return share if -1e-9 <= share <= 1 + 1e-9 else None
