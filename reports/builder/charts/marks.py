"""Bars, lines and areas as Vega-Lite layers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reports.builder.charts import text
from reports.builder.charts.channels import INK, Spec, channels, x_value
from reports.builder.charts.layout import Layout
from reports.builder.charts.model import Chart, Series
from reports.builder.charts.points import radius


def bars(chart: Chart, layout: Layout, shown: Sequence[Series]) -> list[Spec]:
    """One layer of bars for each series, and their labels."""
    layers: list[Spec] = []
    grouped = chart.options.stacking == "grouped" and len(shown) > 1
    for number, (each, row) in enumerate(zip(shown, _spans(chart, layout, shown), strict=True)):
        values = [
            {"x": str(index), "y": span[1], "y0": span[0], "s": str(number)}
            for index, span in enumerate(row)
            if span
        ]
        encoding = channels(chart, layout)
        encoding["x2" if layout.horizontal else "y2"] = {"field": "y0"}
        if grouped:
            offset = "yOffset" if layout.horizontal else "xOffset"
            domain = [str(index) for index in range(len(shown))]
            encoding[offset] = {"field": "s", "type": "nominal", "scale": {"domain": domain}}
        rounded = 0 if chart.stacked else 2
        mark: Spec = {"type": "bar", "fill": each.color, "cornerRadiusEnd": rounded}
        if chart.options.fill_opacity is not None:
            mark["fillOpacity"] = chart.options.fill_opacity
        layers.append({"data": {"values": values}, "mark": mark, "encoding": encoding})
        if layout.value_labels and not grouped:
            layers += _value_labels(chart, layout, each, values)
    if chart.options.total_labels and chart.stacked:
        layers += _total_labels(chart, layout, shown)
    return layers


def _value_labels(chart: Chart, layout: Layout, series: Series, values: list[Spec]) -> list[Spec]:
    style = chart.options.label_format or series.format
    labelled = [value | {"t": style.text(series.values[int(value["x"])])} for value in values]
    if not chart.stacked:
        return _texts(chart, layout, labelled, INK)
    labelled = [row for row in labelled if _fits(chart, layout, row, chart.options.label_size)]
    return _texts(chart, layout, labelled, "var(--card)", inside=True)


def _texts(
    chart: Chart, layout: Layout, rows: list[Spec], color: str, *, inside: bool = False
) -> list[Spec]:
    """Texts at the ends of bars, beyond them or inside; those below zero end on the other side."""
    layers: list[Spec] = []
    for below in (False, True):
        values = [row for row in rows if (row["y"] < row["y0"]) == below]
        if not values:
            continue
        after = below == inside  # to the right of the bar's end, or over it
        if layout.horizontal:
            gap = 4 if inside else 5
            side = {"align": "left", "dx": gap} if after else {"align": "right", "dx": -gap}
            side |= {"baseline": "middle"}
        else:
            gap = 4 if inside else 3
            side = {"baseline": "bottom", "dy": -gap} if after else {"baseline": "top", "dy": gap}
        size = chart.options.label_size
        mark = {"type": "text", "fill": color, "fontSize": size, **side}
        encoding = channels(chart, layout) | {"text": {"field": "t"}}
        layers.append({"data": {"values": values}, "mark": mark, "encoding": encoding})
    return layers


def _fits(chart: Chart, layout: Layout, row: Spec, size: int) -> bool:
    """Whether a text has room inside its part of a stacked bar."""
    share = abs(layout.scale.share(row["y"]) - layout.scale.share(row["y0"]))
    band = (layout.height if layout.horizontal else layout.width) / len(chart.positions) * 0.72
    room = text.width(row["t"], size)
    if layout.horizontal:
        return share * layout.width >= room + 6 and band >= size
    return share * layout.height >= size + 5 and band >= room


def _total_labels(chart: Chart, layout: Layout, shown: Sequence[Series]) -> list[Spec]:
    """The sum of each position, over its stack; under it where nothing is above zero."""
    style = chart.options.label_format or shown[0].format
    rows = []
    for index in range(len(chart.positions)):
        values = [value for each in shown if (value := each.values[index]) is not None]
        top = sum(value for value in values if value > 0)
        if values:
            end = top or sum(values)
            rows.append({"x": str(index), "y": end, "y0": 0.0, "t": style.text(sum(values))})
    return _texts(chart, layout, rows, INK)


def lines(chart: Chart, layout: Layout, shown: Sequence[Series]) -> list[Spec]:
    """One line for each series; a dashed one is only there to compare with."""
    layers: list[Spec] = []
    options = chart.options
    for each in shown:
        mark: Spec = {
            "type": "line",
            "stroke": each.color,
            "strokeWidth": options.line_width or (1.5 if each.muted else 2.25),
            "strokeJoin": "round",
            "interpolate": "step-after" if options.step else "linear",
        }
        if each.muted or options.dash:
            mark["strokeDash"] = [float(part) for part in (options.dash or "4 3").split()]
        if options.markers or _isolated(each):
            mark["point"] = {
                "filled": True,
                "fill": each.color,
                "size": options.marker_size**2 * 0.8,
            }
        layers.append(_series_layer(chart, layout, mark, _heights(chart, layout, each)))
        if options.labels:
            layers.append(_line_labels(chart, layout, each))
    return layers


def points(chart: Chart, layout: Layout, shown: Sequence[Series]) -> list[Spec]:
    """Dots alone, of one size or of sizes that tell something."""
    layers: list[Spec] = []
    for each in shown:
        mark: Spec = {"type": "point", "filled": True, "fill": each.color, "size": 50}
        if each.sizes:
            mark |= {"shape": "circle", "fillOpacity": 0.7, "stroke": "var(--card)"}
        layer = _series_layer(chart, layout, mark, _heights(chart, layout, each))
        if each.sizes:
            radii = [radius(value, each.sizes.largest) for value in each.sizes.values]
            rows = zip(layer["data"]["values"], radii, strict=True)
            layer["data"] = {"values": [row | {"r": (2 * r) ** 2} for row, r in rows]}
            layer["encoding"]["size"] = {"field": "r", "type": "quantitative", "scale": None}
        layers.append(layer)
    return layers


def _line_labels(chart: Chart, layout: Layout, series: Series) -> Spec:
    style = chart.options.label_format or series.format
    rows = [
        {"x": x_value(chart, index), "y": layout.height_of(series, value), "t": style.text(value)}
        for index, value in enumerate(series.values)
        if value is not None
    ]
    size = chart.options.label_size
    widest = max((text.width(row["t"], size) for row in rows), default=0.0) + 4
    every = max(1, math.ceil(len(rows) * widest / layout.width))
    rows = rows[(len(rows) - 1) % every :: every]  # the last value always has its text
    mark = {"type": "text", "fill": INK, "fontSize": size, "baseline": "bottom", "dy": -6}
    encoding = channels(chart, layout) | {"text": {"field": "t"}}
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}


def _heights(chart: Chart, layout: Layout, series: Series) -> tuple[float | None, ...]:
    """Where the values of a series are drawn; None without a place on the axis."""
    gaps = chart.options.gaps
    values = [
        (0.0 if gaps == "zero" else None)
        if value is None
        else None
        if layout.scale.log and value <= 0
        else layout.height_of(series, value)
        for value in series.values
    ]
    return tuple(values)


def _isolated(series: Series) -> bool:
    """Whether a line has a value without neighbours, which only a dot can show."""
    padded = (None, *series.values, None)
    return any(
        padded[index] is not None and padded[index - 1] is None and padded[index + 1] is None
        for index in range(1, len(padded) - 1)
    )


def areas(chart: Chart, layout: Layout, shown: Sequence[Series]) -> list[Spec]:
    """One area for each series, on top of each other."""
    layers: list[Spec] = []
    opacity = 0.7 if chart.options.fill_opacity is None else chart.options.fill_opacity
    for each, row in zip(shown, _spans(chart, layout, shown), strict=True):
        mark: Spec = {"type": "area", "fill": each.color, "fillOpacity": opacity}
        if chart.options.step:
            mark["interpolate"] = "step-after"
        width = 1.5 if chart.options.line_width is None else chart.options.line_width
        line = {"color": each.color, "strokeWidth": width, "stroke": each.color}
        tops = tuple(span[1] if span else None for span in row)
        bottoms = tuple(span[0] if span else None for span in row)
        shape = mark | ({"line": line} if width else {})
        layer = _series_layer(chart, layout, shape, tops, bottoms)
        layer["encoding"]["y2"] = {"field": "y0"}
        layers.append(layer)
        if chart.options.labels:
            layers.append(_line_labels(chart, layout, each))
    return layers


def _series_layer(
    chart: Chart,
    layout: Layout,
    mark: Spec,
    values: tuple[float | None, ...],
    bottoms: tuple[float | None, ...] = (),
) -> Spec:
    rows = []
    connected = chart.options.gaps == "connect"
    for index, value in enumerate(values):
        if value is None and connected:
            continue
        row = {"x": x_value(chart, index), "y": value}
        if bottoms:
            row["y0"] = bottoms[index]
        rows.append(row)
    return {
        "data": {"values": rows},
        "mark": mark,
        "encoding": channels(chart, layout),
    }


def _spans(
    chart: Chart, layout: Layout, shown: Sequence[Series]
) -> list[list[tuple[float, float] | None]]:
    """From where to where each value of each series goes, stacked if the chart is."""
    floor = layout.scale.low if layout.scale.log else 0.0
    up = [0.0] * len(chart.positions)
    down = [0.0] * len(chart.positions)
    spans: list[list[tuple[float, float] | None]] = []
    for each in shown:
        row: list[tuple[float, float] | None] = []
        for index, value in enumerate(each.values):
            if value is None or (layout.scale.log and value <= 0):
                row.append(None)
            elif each.right:
                row.append((layout.height_of(each, 0.0), layout.height_of(each, value)))
            elif not chart.stacked:
                row.append((floor, value))
            else:
                base = up if value >= 0 else down
                row.append((base[index] or floor, base[index] + value))
                base[index] += value
        spans.append(row)
    return spans
