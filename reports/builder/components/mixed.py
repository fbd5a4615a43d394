"""<Chart>: bars, lines, areas, dots, bubbles and bins in one drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from reports.builder.charts.frame import Wanted
from reports.builder.charts.model import ChartKind, Mark
from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.components.chart_props import colors, first_of, order_of
from reports.builder.components.charts import COMMON, GAPS, LINES, chart_of
from reports.builder.components.empty import empty
from reports.builder.components.mixed_plane import on_plane
from reports.builder.components.references import REFERENCES

_MARKS: Mapping[str, Mark] = {
    "Bar": "bar",
    "Area": "area",
    "Line": "line",
    "Scatter": "point",
    "Bubble": "point",
}
PARTS = (*_MARKS, "Hist")


def _render(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    parts = [part for name in PARTS for part in use.parts(name)]
    names = {part.component.name for part in parts}
    if not parts:
        raise ComponentError(f"<Chart> needs a part inside: {', '.join(f'<{n}>' for n in PARTS)}")
    if {"Bar", "Hist"} <= names:
        raise ComponentError(
            "<Hist> counts rows along an axis of numbers, <Bar> shows a value by name:"
            " they need a chart each"
        )
    if "Hist" in names or names <= {"Scatter", "Bubble"}:
        return on_plane(use, parts)
    return _framed(use, parts)


def _framed(use: Use, parts: Sequence[Use]) -> Markup:
    """Parts that have one value for each position, which bars and areas may stack."""
    marks: dict[str, tuple[Mark, ...]] = {}
    sizes: dict[str, str] = {}
    paints: dict[str, str] = {}
    titles: dict[str, str] = {}
    for part in parts:
        mark = _MARKS[part.component.name]
        for column in part.columns("y") or use.columns("y"):
            marks[column] = tuple(dict.fromkeys((*marks.get(column, ()), mark)))
            if paint := part.values["fillColor"] or part.values["lineColor"]:
                paints[column] = first_of(paint)
            if name := part.text("name"):
                titles[column] = name
            if part.component.prop("size"):
                sizes[column] = part.text("size") or ""
    drawn = {mark for each in marks.values() for mark in each}
    kinds: tuple[ChartKind, ...] = ("bar", "area", "line")
    kind: ChartKind = next((each for each in kinds if each in drawn), "line")
    stacking = next((text for part in parts if (text := part.text("type"))), "stacked")
    wanted = Wanted(
        x=use.text("x") or next((text for part in parts if (text := part.text("x"))), None),
        y=tuple(column for column in marks if column not in use.columns("y2")),
        series=use.text("series"),
        x_format=use.text("xFmt"),
        y_format=use.text("yFmt"),
        colors=paints or colors(use),
        order=order_of(use),
        sort=kind == "bar" and use.flag("sort"),
        fill_gaps=kind == "area",
        marks=marks,
        sizes=sizes,
        size_format=next((text for p in parts if (text := _size_format(p))), None),
        titles=titles,
        right=tuple(use.columns("y2")),
        right_format=use.text("y2Fmt"),
    )
    return chart_of(kind, use, "none" if kind == "line" else stacking, wanted, parts)


def _size_format(part: Use) -> str | None:
    return part.text("sizeFmt") if part.component.prop("sizeFmt") else None


_PART = (
    Prop("x", "column"),
    Prop("y", "columns"),
    Prop("type"),
    Prop("name"),
    Prop("fillColor", "any"),
    Prop("lineColor", "any"),
)
_LABELS = (Prop("labels", "flag"), Prop("labelFmt", "format"))
_STROKES = (*LINES, Prop("handleMissing", choices=GAPS))
_FILLS = (Prop("fillOpacity", "number"),)
_LOOKS: Mapping[str, tuple[Prop, ...]] = {
    "Bar": (*_LABELS, *_FILLS),
    "Area": (*_LABELS, *_FILLS, *_STROKES, Prop("line", "flag")),
    "Line": (*_LABELS, *_STROKES),
}
_KNOWN = (
    *(prop.name for prop in _LOOKS["Area"]),
    *("series", "outlineColor", "outlineWidth", "pointSize", "shape", "opacity"),
    *("options", "colorPalette", "yFmt", "xFmt", "tooltipTitle"),
)
_SIZES = (
    Prop("size", "column", required=True),
    Prop("sizeFmt", "format"),
    Prop("scaleTo", "ignored"),
)


def _part(name: str) -> Component:
    """A tag inside; what has a meaning for other parts only is taken without one."""
    looks = (*_LOOKS.get(name, ()), *(_SIZES if name == "Bubble" else ()))
    named = {prop.name for prop in looks}
    rest = (Prop(each, "ignored") for each in _KNOWN if each not in named)
    return Component(name, (*_PART, *looks, *rest), None)


COMPONENTS = (
    Component(
        "Chart",
        (
            *COMMON,
            Prop("swapXY", "flag"),
            Prop("type"),
            Prop("yScale", "flag"),
            Prop("options", "ignored"),
        ),
        _render,
        parts=(*PARTS, *REFERENCES),
    ),
    *(_part(name) for name in PARTS),
)
