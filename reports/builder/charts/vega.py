"""The Vega-Lite specification of a chart: all geometry is decided in `layout`, Vega draws it."""

from __future__ import annotations

from itertools import pairwise

from reports.builder.charts.channels import GRID, INK, MUTED, Spec, x_value
from reports.builder.charts.layout import Layout
from reports.builder.charts.marks import areas, bars, lines, points
from reports.builder.charts.model import Chart
from reports.builder.formats import Format

_FONT = "Helvetica Neue, Arial, Liberation Sans, sans-serif"


def specification(chart: Chart, layout: Layout) -> Spec:
    """The Vega-Lite specification of a chart with a geometry."""
    layers = [
        *_marks(chart, layout),
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
        "background": "transparent",
        "layer": layers,
        "config": _config(),
    }


def _marks(chart: Chart, layout: Layout) -> list[Spec]:
    """The series in the order of how much they cover: bars, areas, lines, dots."""
    draw = {"bar": bars, "area": areas, "line": lines, "point": points}
    layers: list[Spec] = []
    for right in (False, True):
        for kind, layer in draw.items():
            shown = [
                each
                for each in chart.series
                if (each.mark or chart.kind) == kind and each.right == right
            ]
            layers += layer(chart, layout, shown) if shown else []
    return layers


def _config() -> Spec:
    return {
        "font": _FONT,
        "view": {"stroke": None},
        "aria": False,
        "axis": {
            "labelColor": MUTED,
            "labelFontSize": 12,
            "labelPadding": 6,
            "labelOverlap": False,
            "labelLimit": 0,
            "gridColor": GRID,
            "domainColor": GRID,
            "titleColor": MUTED,
            "titleFontWeight": "normal",
            "titleFontSize": 12,
            "ticks": False,
            "domain": False,
            "grid": False,
        },
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
                "fill": MUTED if each.muted else each.color,
            },
        }
        for each, (label, position) in zip(
            chart.series, layout.end_labels, strict=bool(layout.end_labels)
        )
    ]


def _hits(chart: Chart, layout: Layout) -> list[Spec]:
    """Invisible areas, one for each position, with the text for tooltips and screen readers."""
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
    mark = {"type": "rect", "fill": INK, "opacity": 0, "aria": True}
    return [{"data": {"values": rows}, "mark": mark, "encoding": encoding}] if rows else []


def _hit_spans(chart: Chart, layout: Layout) -> list[tuple[int, tuple[float, float]]]:
    size = layout.height if layout.horizontal else layout.width
    count = len(chart.positions)
    if chart.named:
        return [(i, (i * size / count, (i + 1) * size / count)) for i in range(count)]
    values = [float(x_value(chart, index)) for index in range(count)]
    low, high = min(values, default=0), max(values, default=1)
    places = [(value - low) / ((high - low) or 1) * size for value in values]
    every = max(1, round(count * 4 / size))
    kept = list(range(0, count, every))
    edges = [
        0.0,
        *((places[a] + places[b]) / 2 for a, b in pairwise(kept)),
        size,
    ]
    return [(index, (edges[n], edges[n + 1])) for n, index in enumerate(kept)]


def tip(chart: Chart, index: int) -> str:
    """What is said about one position: its name, and the value of each series."""
    lines = [chart.positions[index].text]
    for label, style, values in told_columns(chart):
        if values[index] is not None:
            lines.append(f"{label}: {style.text(values[index])}")
    return "\n".join(lines)


def told_columns(chart: Chart) -> list[tuple[str, Format, tuple[float | None, ...]]]:
    """What a chart says of each position: values, and what dots tell by their size."""
    found: list[tuple[str, Format, tuple[float | None, ...]]] = []
    for each in chart.series:
        if not each.again:
            found.append((each.label, each.format, each.values))
        if each.sizes:
            found.append((each.sizes.label, each.sizes.format, each.sizes.values))
    return found
