"""The Vega-Lite specification of a chart: all geometry is decided in `layout`, Vega draws it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from reports.builder.charts.layout import Layout
from reports.builder.charts.model import Chart, Reference, Series
from reports.builder.charts.ticks import moment

Spec = dict[str, Any]
_INK, _MUTED, _GRID = "var(--ink)", "var(--muted)", "var(--line)"
_BAND = {"paddingInner": 0.28, "paddingOuter": 0.14}
_FONT = "Helvetica Neue, Arial, Liberation Sans, sans-serif"


def specification(chart: Chart, layout: Layout) -> Spec:
    """The Vega-Lite specification of a chart with a geometry."""
    marks = {"bar": _bars, "line": _lines, "area": _areas}[chart.kind](chart, layout)
    layers = [
        *marks,
        *(_reference(chart, layout, line) for line in chart.references),
        *_end_labels(chart, layout),
        *_hits(chart, layout),
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": layout.width,
        "height": layout.height,
        "autosize": "none",
        "padding": {
            "left": layout.left,
            "right": layout.right,
            "top": layout.top,
            "bottom": layout.bottom,
        },
        "background": None,
        "layer": layers,
        "config": _config(),
    }


def _config() -> Spec:
    return {
        "font": _FONT,
        "view": {"stroke": None},
        "aria": False,
        "axis": {
            "labelColor": _MUTED,
            "labelFontSize": 12,
            "labelPadding": 6,
            "labelOverlap": False,
            "labelLimit": 0,
            "gridColor": _GRID,
            "domainColor": _GRID,
            "titleColor": _MUTED,
            "titleFontWeight": "normal",
            "titleFontSize": 12,
            "ticks": False,
            "domain": False,
            "grid": False,
        },
    }


def _x_value(chart: Chart, index: int) -> Any:
    """What stands for a position: milliseconds, the number, or the position's index as text."""
    value = chart.positions[index].value
    if chart.kind == "bar" or chart.x_kind == "category":
        return str(index)
    return moment(value) if isinstance(value, date) else value


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
        axis |= {"labelColor": _INK}
    else:
        axis |= {"domain": True, "labelBound": chart.kind != "bar", "labelFlush": False}
    channel: Spec = {"field": "x", "axis": axis}
    if chart.kind == "bar" or chart.x_kind == "category":
        domain = [str(index) for index in range(len(chart.positions))]
        band = _BAND if chart.kind == "bar" else {}
        kind = "band" if chart.kind == "bar" else "point"
        padding = {} if chart.kind == "bar" else {"padding": 0.5}
        scale = {"type": kind, "domain": domain, **band, **padding}
        return channel | {"type": "nominal", "sort": None, "scale": scale}
    values = [_x_value(chart, index) for index in range(len(chart.positions))]
    domain = [min(values), max(values)] if values else [0, 1]
    return channel | {
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False, "zero": False},
    }


def _key(chart: Chart, at: float) -> str:
    value = _tick_value(chart, at)
    return value if isinstance(value, str) else f"{value:.15g}"


def _tick_value(chart: Chart, at: float) -> Any:
    if chart.kind == "bar" or chart.x_kind == "category":
        return str(int(at))
    return int(at) if at == int(at) else at


def _value_channel(chart: Chart, layout: Layout, field: str = "y") -> Spec:
    texts = {f"{tick:.15g}": chart.axis_format.text(tick) for tick in layout.scale.ticks}
    hidden = layout.horizontal and layout.value_labels
    axis: Spec | None = {
        "title": None,
        "values": list(layout.scale.ticks),
        "labelExpr": f"({json.dumps(texts)})[datum.value]",
        "grid": True,
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
    scale = {"domain": [layout.scale.low, layout.scale.high], "nice": False, "zero": False}
    return {
        "field": field,
        "type": "quantitative",
        "stack": None,
        "scale": scale,
        "axis": None if hidden else axis,
    }


def _channels(chart: Chart, layout: Layout) -> Spec:
    position, value = _position_channel(chart, layout), _value_channel(chart, layout)
    return {"y": position, "x": value} if layout.horizontal else {"x": position, "y": value}


def _spans(chart: Chart) -> list[list[tuple[float, float] | None]]:
    """From where to where each value of each series goes, stacked if the chart is."""
    up = [0.0] * len(chart.positions)
    down = [0.0] * len(chart.positions)
    spans: list[list[tuple[float, float] | None]] = []
    for each in chart.series:
        row: list[tuple[float, float] | None] = []
        for index, value in enumerate(each.values):
            if value is None:
                row.append(None)
            elif not chart.stacked:
                row.append((0.0, value))
            else:
                base = up if value >= 0 else down
                row.append((base[index], base[index] + value))
                base[index] += value
        spans.append(row)
    return spans


def _bars(chart: Chart, layout: Layout) -> list[Spec]:
    layers: list[Spec] = []
    grouped = chart.options.stacking == "grouped" and len(chart.series) > 1
    for number, (each, row) in enumerate(zip(chart.series, _spans(chart), strict=True)):
        values = [
            {"x": str(index), "y": span[1], "y0": span[0], "s": str(number)}
            for index, span in enumerate(row)
            if span
        ]
        encoding = _channels(chart, layout)
        encoding["x2" if layout.horizontal else "y2"] = {"field": "y0"}
        if grouped:
            offset = "yOffset" if layout.horizontal else "xOffset"
            domain = [str(index) for index in range(len(chart.series))]
            encoding[offset] = {"field": "s", "type": "nominal", "scale": {"domain": domain}}
        rounded = 0 if chart.stacked else 2
        mark = {"type": "bar", "fill": each.color, "cornerRadiusEnd": rounded}
        layers.append({"data": {"values": values}, "mark": mark, "encoding": encoding})
        if layout.value_labels and not grouped:
            layers.append(_value_labels(chart, layout, each, values))
    return layers


def _value_labels(chart: Chart, layout: Layout, series: Series, values: list[Spec]) -> Spec:
    labelled = [
        value | {"t": series.format.text(series.values[int(value["x"])])} for value in values
    ]
    mark: Spec = {"type": "text", "fill": _INK, "fontSize": 12}
    if layout.horizontal:
        mark |= {"align": "left", "baseline": "middle", "dx": 5}
    elif chart.stacked:
        mark |= {"baseline": "top", "dy": 4, "fill": "var(--card)"}
    else:
        mark |= {"baseline": "bottom", "dy": -3}
    encoding = _channels(chart, layout) | {"text": {"field": "t"}}
    return {"data": {"values": labelled}, "mark": mark, "encoding": encoding}


def _lines(chart: Chart, layout: Layout) -> list[Spec]:
    layers: list[Spec] = []
    for each in chart.series:
        mark: Spec = {
            "type": "line",
            "stroke": each.color,
            "strokeWidth": 1.5 if each.muted else 2.25,
            "strokeJoin": "round",
            "interpolate": "step-after" if chart.options.step else "linear",
        }
        if each.muted:
            mark["strokeDash"] = [4, 3]
        if chart.options.markers or _isolated(each):
            mark["point"] = {"filled": True, "fill": each.color, "size": 28}
        layers.append(_series_layer(chart, layout, mark, each.values))
    return layers


def _isolated(series: Series) -> bool:
    """Whether a line has a value without neighbours, which only a dot can show."""
    padded = (None, *series.values, None)
    return any(
        padded[index] is not None and padded[index - 1] is None and padded[index + 1] is None
        for index in range(1, len(padded) - 1)
    )


def _areas(chart: Chart, layout: Layout) -> list[Spec]:
    layers: list[Spec] = []
    for each, row in zip(chart.series, _spans(chart), strict=True):
        mark = {"type": "area", "fill": each.color, "fillOpacity": 0.7}
        line = {"color": each.color, "strokeWidth": 1.5, "stroke": each.color}
        tops = tuple(span[1] if span else None for span in row)
        bottoms = tuple(span[0] if span else None for span in row)
        layer = _series_layer(chart, layout, mark | {"line": line}, tops, bottoms)
        layer["encoding"]["y2"] = {"field": "y0"}
        layers.append(layer)
    return layers


def _series_layer(
    chart: Chart,
    layout: Layout,
    mark: Spec,
    values: tuple[float | None, ...],
    bottoms: tuple[float | None, ...] = (),
) -> Spec:
    rows = []
    for index, value in enumerate(values):
        row = {"x": _x_value(chart, index), "y": value}
        if bottoms:
            row["y0"] = bottoms[index]
        rows.append(row)
    return {
        "data": {"values": rows},
        "mark": mark,
        "encoding": _channels(chart, layout) | {"order": {"field": "x", "type": "quantitative"}},
    }


def _end_labels(chart: Chart, layout: Layout) -> list[Spec]:
    return [
        {
            "data": {"values": [{}]},
            "mark": {
                "type": "text",
                "text": label,
                "x": layout.width + 6,
                "y": position,
                "align": "left",
                "baseline": "middle",
                "fontSize": 12,
                "fontWeight": "normal" if each.muted else "bold",
                "fill": _MUTED if each.muted else each.color,
            },
        }
        for each, (label, position) in zip(
            chart.series, layout.end_labels, strict=bool(layout.end_labels)
        )
    ]


def _reference(chart: Chart, layout: Layout, line: Reference) -> Spec:
    across = (line.axis == "y") != layout.horizontal
    rule: Spec = {"type": "rule", "stroke": line.color, "strokeWidth": 1.3, "strokeDash": [4, 3]}
    label: Spec = {
        "type": "text",
        "text": line.label,
        "fill": line.color,
        "fontSize": 12,
        "align": "right" if across else "left",
        "baseline": "bottom" if across else "top",
        "dx": 0 if across else 4,
        "dy": -4 if across else 0,
    }
    if across:
        label["x"] = layout.width
    else:
        label["y"] = 0
    channels = _channels(chart, layout)
    name = "y" if across else "x"
    channel = {key: value for key, value in channels[name].items() if key != "axis"}
    value: Any = line.value
    if line.axis == "x":
        channel["field"], value = "x", _reference_position(chart, line)
    row = {channel["field"]: value}
    encoding = {name: channel}
    return {
        "data": {"values": [row]},
        "layer": [{"mark": rule, "encoding": encoding}, {"mark": label, "encoding": encoding}],
    }


def _reference_position(chart: Chart, line: Reference) -> Any:
    if chart.kind == "bar" or chart.x_kind == "category":
        texts = [str(position.value) for position in chart.positions]
        wanted = str(line.value)
        return str(texts.index(wanted)) if wanted in texts else None
    return moment(line.value) if isinstance(line.value, date) else line.value


def _hits(chart: Chart, layout: Layout) -> list[Spec]:
    """Invisible areas, one for each position, that carry the text for tooltips and screen readers."""
    spans = _hit_spans(chart, layout)
    rows = []
    for index, (start, end) in spans:
        row: Spec = {"t": tip(chart, index), "s": start, "e": end, "w": 0}
        row["f"] = layout.width if layout.horizontal else layout.height
        rows.append(row)
    along, across = ("y", "x") if layout.horizontal else ("x", "y")
    pixel = {"type": "quantitative", "scale": None, "axis": None}
    encoding = {
        along: {"field": "s", **pixel},
        along + "2": {"field": "e"},
        across: {"field": "w", **pixel},
        across + "2": {"field": "f"},
        "description": {"field": "t", "type": "nominal"},
    }
    mark = {"type": "rect", "fill": _INK, "opacity": 0, "aria": True}
    return [{"data": {"values": rows}, "mark": mark, "encoding": encoding}] if rows else []


def _hit_spans(chart: Chart, layout: Layout) -> list[tuple[int, tuple[float, float]]]:
    size = layout.height if layout.horizontal else layout.width
    count = len(chart.positions)
    if chart.kind == "bar" or chart.x_kind == "category":
        return [(i, (i * size / count, (i + 1) * size / count)) for i in range(count)]
    values = [float(_x_value(chart, index)) for index in range(count)]
    low, high = min(values, default=0), max(values, default=1)
    places = [(value - low) / ((high - low) or 1) * size for value in values]
    every = max(1, round(count * 4 / size))
    kept = list(range(0, count, every))
    edges = [
        0.0,
        *((places[a] + places[b]) / 2 for a, b in zip(kept, kept[1:], strict=False)),
        size,
    ]
    return [(index, (edges[n], edges[n + 1])) for n, index in enumerate(kept)]


def tip(chart: Chart, index: int) -> str:
    """What is said about one position: its name, and the value of each series."""
    values = [
        f"{each.label}: {each.format.text(each.values[index])}"
        for each in chart.series
        if each.values[index] is not None
    ]
    return "\n".join([chart.positions[index].text, *values])
