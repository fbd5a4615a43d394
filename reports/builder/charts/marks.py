"""Bars, lines and areas as Vega-Lite layers."""

from __future__ import annotations

from reports.builder.charts.channels import INK, Spec, channels, x_value
from reports.builder.charts.layout import Layout
from reports.builder.charts.model import Chart, Series


def bars(chart: Chart, layout: Layout) -> list[Spec]:
    """One layer of bars for each series, and their labels."""
    layers: list[Spec] = []
    grouped = chart.options.stacking == "grouped" and len(chart.series) > 1
    for number, (each, row) in enumerate(zip(chart.series, _spans(chart), strict=True)):
        values = [
            {"x": str(index), "y": span[1], "y0": span[0], "s": str(number)}
            for index, span in enumerate(row)
            if span
        ]
        encoding = channels(chart, layout)
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
    style = chart.options.label_format or series.format
    labelled = [value | {"t": style.text(series.values[int(value["x"])])} for value in values]
    mark: Spec = {"type": "text", "fill": INK, "fontSize": 12}
    if layout.horizontal:
        mark |= {"align": "left", "baseline": "middle", "dx": 5}
    elif chart.stacked:
        mark |= {"baseline": "top", "dy": 4, "fill": "var(--card)"}
    else:
        mark |= {"baseline": "bottom", "dy": -3}
    encoding = channels(chart, layout) | {"text": {"field": "t"}}
    return {"data": {"values": labelled}, "mark": mark, "encoding": encoding}


def lines(chart: Chart, layout: Layout) -> list[Spec]:
    """One line for each series; a dashed one is only there to compare with."""
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


def areas(chart: Chart, layout: Layout) -> list[Spec]:
    """One area for each series, on top of each other."""
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
        row = {"x": x_value(chart, index), "y": value}
        if bottoms:
            row["y0"] = bottoms[index]
        rows.append(row)
    return {
        "data": {"values": rows},
        "mark": mark,
        "encoding": channels(chart, layout) | {"order": {"field": "x", "type": "quantitative"}},
    }


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
