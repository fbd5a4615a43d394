"""<ReferenceLine>, <ReferenceArea>, <ReferencePoint> and <Callout>, over charts of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reports.builder.charts.annotations import Annotation
from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.components.chart_props import paint
from reports.builder.data.result import QueryResult
from reports.builder.expressions.functions import text_of

REFERENCES = ("ReferenceLine", "ReferenceArea", "ReferencePoint", "Callout")
_DASHES = {"solid": "", "dashed": "4 3", "dotted": "1.5 3"}


@dataclass(frozen=True)
class Axis:
    """What an axis of a chart shows: its column and the format that the page asks for."""

    column: str
    wanted: str | None


def drawn_over(use: Use, x: Axis, y: Axis) -> tuple[Annotation, ...]:
    """What a page draws over a chart.

    Args:
        use: The chart.
        x: Its axis of positions, as whose values those of its lines are written.
        y: Its axis of values, likewise.
    """
    found: list[Annotation] = []
    for part in use.parts("ReferenceArea"):
        found += [_area(part, row) for row in _rows(part)]
    for part in use.parts("ReferenceLine"):
        found += [_line(part, row, use, (x, y)) for row in _rows(part)]
    for name in ("ReferencePoint", "Callout"):
        for part in use.parts(name):
            found += [_mark(part, row) for row in _rows(part)]
    return tuple(found)


def _rows(part: Use) -> list[Mapping[str, object]]:
    """The props of a tag; with data, once for each row, columns replaced by their values."""
    data = part.values["data"]
    if not isinstance(data, QueryResult):
        return [part.values]
    places = ("x", "y", "x2", "y2", "xMin", "xMax", "yMin", "yMax", "label")
    return [
        part.values
        | {
            name: row.get(str(value), value)
            for name in places
            if (value := part.values.get(name)) is not None
        }
        for row in data.rows
    ]


def _line(part: Use, row: Mapping[str, object], use: Use, axes: tuple[Axis, Axis]) -> Annotation:
    x, y = _position(row["x"]), _number(part, row["y"])
    x2, y2 = _position(row["x2"]), _number(part, row["y2"])
    if x is None and y is None:
        raise ComponentError("<ReferenceLine> needs x= or y=")
    label = text_of(row["label"])
    named = x is not None and label and not part.text("fmt")  # a date that has a name needs no more
    if (x is None or y is None) and not named and not part.flag("hideValue"):
        value, axis = (y, axes[1]) if x is None else (x, axes[0])
        style = use.format(part.text("fmt") or axis.wanted, axis.column, [value])
        label = f"{label} ({style.text(value)})" if label else style.text(value)
    both = paint(part, "color", "var(--muted)")
    return Annotation(
        "line",
        x=x,
        y=y,
        x2=x2,
        y2=y2,
        label=label,
        color=paint(part, "lineColor", both),
        label_color=paint(part, "labelColor", both),
        dash=_DASHES.get(part.text("lineType") or "", "4 3"),
        width=part.number("lineWidth") or 1.3,
        position=part.text("labelPosition") or "",
        bold=part.flag("bold"),
    )


def _area(part: Use, row: Mapping[str, object]) -> Annotation:
    both = paint(part, "color", "var(--muted)")
    low, high = _position(row["xMin"]), _position(row["xMax"])
    bottom, top = _number(part, row["yMin"]), _number(part, row["yMax"])
    if low is None and high is None and bottom is None and top is None:
        raise ComponentError("<ReferenceArea> needs xMin=, xMax=, yMin= or yMax=")
    return Annotation(
        "area",
        x=low,
        x2=high,
        y=bottom,
        y2=top,
        label=text_of(row["label"]),
        color=paint(part, "areaColor", both),
        label_color=paint(part, "labelColor", "var(--ink)"),
        position=part.text("labelPosition") or "topLeft",
        opacity=part.number("opacity") or 0.14,
        bold=part.flag("bold"),
    )


def _mark(part: Use, row: Mapping[str, object]) -> Annotation:
    x, y = _position(row["x"]), _number(part, row["y"])
    if x is None or y is None:
        raise ComponentError(f"<{part.component.name}> needs x= and y=")
    both = paint(part, "color", "var(--ink)")
    return Annotation(
        "callout" if part.component.name == "Callout" else "point",
        x=x,
        y=y,
        label=text_of(row["label"]),
        color=paint(part, "symbolColor", both),
        label_color=paint(part, "labelColor", both),
        position=part.text("labelPosition") or "top",
        size=part.number("symbolSize") or 8.0,
        bold=part.flag("bold"),
    )


def _number(part: Use, value: object) -> float | None:
    try:
        return None if value is None else float(str(value))
    except ValueError as error:
        raise ComponentError(f"<{part.component.name}> y={value!r} is not a number") from error


def _position(value: object) -> date | float | str | None:
    if value is None or isinstance(value, date | int | float):
        return value
    text = str(value)
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


_LABELS = (
    Prop("data", "data"),
    Prop("label"),
    Prop("labelPosition"),
    Prop("labelColor", "any"),
    Prop("color", "any"),
    Prop("bold", "flag"),
    *(
        Prop(name, "ignored")
        for name in (
            *("fontSize", "italic", "align", "labelPadding", "labelBackgroundColor"),
            *("labelBorderColor", "labelBorderRadius", "labelBorderType", "labelBorderWidth"),
            *("labelVisible", "labelWidth", "emptySet", "emptyMessage", "preserveWhitespace"),
        )
    ),
)
_SYMBOLS = (
    Prop("x", "any"),
    Prop("y", "any"),
    *_LABELS,
    Prop("symbolColor", "any"),
    Prop("symbolSize", "number"),
    Prop("symbol", "ignored"),
    Prop("symbolOpacity", "ignored"),
    Prop("symbolBorderColor", "ignored"),
    Prop("symbolBorderWidth", "ignored"),
)

COMPONENTS = (
    Component(
        "ReferenceLine",
        (
            *(Prop(name, "any") for name in ("x", "y", "x2", "y2")),
            *_LABELS,
            Prop("hideValue", "flag"),
            Prop("fmt", "format"),
            Prop("lineColor", "any"),
            Prop("lineType", choices=("solid", "dashed", "dotted"), default="dashed"),
            Prop("lineWidth", "number"),
            Prop("symbolStart", "ignored"),
            Prop("symbolEnd", "ignored"),
            Prop("symbolStartSize", "ignored"),
            Prop("symbolEndSize", "ignored"),
        ),
        None,
    ),
    Component(
        "ReferenceArea",
        (
            *(Prop(name, "any") for name in ("xMin", "xMax", "yMin", "yMax")),
            *_LABELS,
            Prop("areaColor", "any"),
            Prop("opacity", "number"),
            Prop("border", "ignored"),
            Prop("borderColor", "ignored"),
            Prop("borderType", "ignored"),
            Prop("borderWidth", "ignored"),
        ),
        None,
    ),
    Component("ReferencePoint", _SYMBOLS, None),
    Component("Callout", _SYMBOLS, None),
)
