"""The axes of a chart as Vega-Lite channels."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from reports.builder.charts.layout import Layout
from reports.builder.charts.model import Chart
from reports.builder.charts.ticks import moment

Spec = dict[str, Any]
INK, MUTED, GRID = "var(--ink)", "var(--muted)", "var(--line)"
_BAND = {"paddingInner": 0.28, "paddingOuter": 0.14}


def x_value(chart: Chart, index: int) -> Any:
    """What stands for a position: milliseconds, the number, or the position's index as text."""
    value = chart.positions[index].value
    if chart.named:
        return str(index)
    return moment(value) if isinstance(value, date) else value


def channels(chart: Chart, layout: Layout) -> Spec:
    """The channels x and y of a chart; bars that go to the right have their positions on y."""
    position, value = _position_channel(chart, layout), _value_channel(chart, layout)
    return {"y": position, "x": value} if layout.horizontal else {"x": position, "y": value}


def _position_channel(chart: Chart, layout: Layout) -> Spec:
    """The channel of x (or of y for bars that go to the right)."""
    by_tick = {_key(chart, tick.at): list(tick.lines) for tick in layout.x_ticks}
    axis: Spec = {
        "title": None,
        "values": [_tick_value(chart, tick.at) for tick in layout.x_ticks],
        "labelExpr": f"({json.dumps(by_tick)})[datum.value]",
        "labelAngle": 0,
        "labelLineHeight": 15,
    }
    if layout.horizontal:
        axis |= {"labelColor": INK, "labelBaseline": _beside_middle(chart, layout)}
        axis |= {"labelLineHeight": 13}
    else:
        parts = chart.options.axes
        axis |= {"domain": parts.x_base, "labelPadding": 9, "labelFlush": False}
        axis |= {"grid": parts.x_grid, "ticks": parts.x_ticks, "labels": parts.x_labels}
        if chart.options.x_title:
            axis |= {"title": chart.options.x_title, "titlePadding": 8}
    channel: Spec = {"field": "x", "axis": axis}
    if chart.named:
        names = [str(index) for index in range(len(chart.positions))]
        band = _BAND if chart.kind == "bar" else {}
        kind = "band" if chart.kind == "bar" else "point"
        padding = {} if chart.kind == "bar" else {"padding": 0.5}
        scale = {"type": kind, "domain": names, **band, **padding}
        return channel | {"type": "nominal", "sort": None, "scale": scale}
    values = [x_value(chart, index) for index in range(len(chart.positions))]
    domain = [min(values), max(values)] if values else [0, 1]
    return channel | {
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False, "zero": False},
    }


def _beside_middle(chart: Chart, layout: Layout) -> Spec:
    """Where names stand beside lying bars: two lines begin half a line higher than one."""
    two = [_tick_value(chart, tick.at) for tick in layout.x_ticks if len(tick.lines) > 1]
    test = f"indexof({json.dumps(two)}, datum.value) >= 0"
    return {"condition": {"test": test, "value": "line-bottom"}, "value": "middle"}


def _value_channel(chart: Chart, layout: Layout, field: str = "y") -> Spec:
    texts = {f"{tick:.15g}": chart.axis_format.text(tick) for tick in layout.scale.ticks}
    hidden = layout.horizontal and layout.value_labels
    axis: Spec | None = {
        "title": None,
        "values": list(layout.scale.ticks),
        "labelExpr": f"({json.dumps(texts)})[datum.value]",
        "grid": chart.options.axes.y_grid,
        "domain": chart.options.axes.y_base,
        "ticks": chart.options.axes.y_ticks,
        "labels": chart.options.axes.y_labels,
        "labelBound": False,
    }
    if chart.options.y_title and axis and not layout.horizontal:
        axis |= {
            "title": chart.options.y_title,
            "titleAngle": 0,
            "titleAlign": "left",
            "titleAnchor": "end",
            "titleX": -layout.left + 2,
            "titleY": -14,
        }
    scale: Spec = {"domain": [layout.scale.low, layout.scale.high], "nice": False}
    scale |= {"type": "log"} if layout.scale.log else {"zero": False}
    return {
        "field": field,
        "type": "quantitative",
        "stack": None,
        "scale": scale,
        "axis": None if hidden else axis,
    }


def _key(chart: Chart, at: float) -> str:
    value = _tick_value(chart, at)
    return value if isinstance(value, str) else f"{value:.15g}"


def _tick_value(chart: Chart, at: float) -> Any:
    if chart.named:
        return str(int(at))
    return int(at) if at == int(at) else at
