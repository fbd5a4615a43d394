"""<ScatterPlot> and <BubbleChart>."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from markupsafe import Markup

from reports.builder.charts.annotations import Annotation
from reports.builder.charts.axes import Axis, category_axis, number_axis, time_axis
from reports.builder.charts.figure import Drawn, drawn_figure
from reports.builder.charts.plane import Plane
from reports.builder.charts.points import LARGEST, Dot, dots, radius
from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.components.chart_props import (
    BASE_PROPS,
    axis_title,
    colors,
    order_of,
    series_color,
)
from reports.builder.components.empty import empty
from reports.builder.components.frames import (
    FOREIGN,
    axes_of,
    caption_of,
    height_of,
    numbers_of,
    references_of,
)
from reports.builder.components.references import REFERENCES
from reports.builder.data.result import Row, number
from reports.builder.expressions.functions import text_of
from reports.builder.formats import Format


def _points(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    x, column = use.text("x") or "", (use.columns("y") or [""])[0]
    size = use.text("size") if use.component.prop("size") else None
    rows = [
        row
        for row in use.data.rows
        if row.get(x) is not None and number(row.get(column)) is not None
    ]
    if not rows:
        raise ComponentError(f"<{use.component.name}> finds no points in {x} and {column}")
    references = references_of(use, x, column)
    x_style = use.format(use.text("xFmt"), x)
    y_style = use.format(use.text("yFmt"), column)
    x_axis = position_axis(use, [row[x] for row in rows], x_style)
    y_axis = number_axis(
        numbers_of(rows, column) + [h for each in references for h in each.heights],
        y_style,
        5,
        low=use.number("yMin"),
        high=use.number("yMax"),
        log=use.flag("yLog"),
    )
    paints = _paints(use, rows)
    shown = _dots(use, rows, (x, column, size), (x_axis(4), y_axis), paints)
    plane = _plane(use, x_axis, y_axis, (x, column), references)
    opacity = use.number("opacity")
    alpha = 0.7 if opacity is None else max(0.0, min(opacity, 1.0))
    heads = [x, column, *([size] if size else [])]
    styles = [x_style, y_style, *([use.format(use.text("sizeFmt"), size)] if size else [])]
    names, titles = _names(use), use.page.formatter.title
    label = (
        f"{len(rows)} points, {titles(column)} from {y_style.text(min(numbers_of(rows, column)))}"
        f" to {y_style.text(max(numbers_of(rows, column)))}"
    )
    drawn = Drawn(
        draw=lambda wide: plane.draw(wide, lambda canvas, at: dots(canvas, at, shown, alpha)),
        label=label,
        heads=[*map(titles, names), *map(titles, heads)],
        rows=[
            [
                *(text_of(row.get(name)) for name in names),
                *(style.text(row.get(head)) for style, head in zip(styles, heads, strict=True)),
            ]
            for row in rows
        ],
        legend=list(paints.items()) if use.text("series") else (),
        texts=len(names),
    )
    return drawn_figure(drawn, caption_of(use), use.page.columns, use.page.templates)


def _names(use: Use) -> list[str]:
    given = (use.text("tooltipTitle"), use.text("series"))
    return list(dict.fromkeys(name for name in given if name and use.data.column(name)))


def position_axis(use: Use, values: Sequence[object], style: Format) -> Callable[[int], Axis]:
    """The axis at the bottom, of time, numbers or names, for a number of ticks."""
    dates = [value for value in values if isinstance(value, date)]
    if len(dates) == len(values):
        return lambda count: time_axis(dates, count)
    numbers = [found for value in values if (found := number(value)) is not None]
    if len(numbers) == len(values):
        low, high = (
            use.number(end) if use.component.prop(end) else None for end in ("xMin", "xMax")
        )
        return lambda count: number_axis(numbers, style, count, low=low, high=high)
    names = list(dict.fromkeys(text_of(value) for value in values))
    return lambda _: category_axis(names)


def _paints(use: Use, rows: Sequence[Row]) -> dict[str, str]:
    """The colour of each series, by name; without series one under an empty name."""
    series = use.text("series")
    names = list(dict.fromkeys(text_of(row.get(series)) for row in rows)) if series else [""]
    order = order_of(use)
    names.sort(key=lambda name: order.index(name) if name in order else len(order))
    wanted = colors(use)
    return {name: series_color(wanted, name, place) for place, name in enumerate(names)}


def _dots(
    use: Use,
    rows: Sequence[Row],
    columns: tuple[str, str, str | None],
    axes: tuple[Axis, Axis],
    paints: dict[str, str],
) -> list[Dot]:
    (x, y, size), (x_axis, y_axis) = columns, axes
    series = use.text("series")
    largest = max((abs(value) for value in numbers_of(rows, size)), default=1.0) if size else 1.0
    factor = (use.number("scaleTo") or 1.0) if size else 1.0
    plain = min((use.number("pointSize") or 10.0) / 2 if not size else 0.0, 40.0)
    shown: list[Dot] = []
    for row in rows:
        first, second = x_axis.number(_axis_value(row[x], x_axis)), number(row.get(y))
        if first is None or second is None or not 0 <= x_axis.share(first) <= 1:
            continue
        if not 0 <= y_axis.share(second) <= 1:
            continue
        extent = radius(number(row.get(size)), largest, factor) if size else plain
        color = paints[text_of(row.get(series)) if series else ""]
        shown.append(Dot(first, second, extent, color, _tip(use, row, x, y, size)))
    return shown


def _axis_value(value: object, axis: Axis) -> object:
    return text_of(value) if axis.names else value


def _tip(use: Use, row: Row, x: str, y: str, size: str | None) -> str:
    titles = use.page.formatter.title
    lines = [text_of(row.get(name)) for name in _names(use)]
    wanted = ((x, "xFmt"), (y, "yFmt"), *(((size, "sizeFmt"),) if size else ()))
    lines += [
        f"{titles(name)}: {use.format(use.text(prop), name).text(row.get(name))}"
        for name, prop in wanted
    ]
    return "\n".join(lines)


def _plane(
    use: Use,
    x: Callable[[int], Axis],
    y: Axis,
    columns: tuple[str, str],
    references: tuple[Annotation, ...],
) -> Plane:
    x_name, y_name = columns
    return Plane(
        x=x,
        y=y,
        height=height_of(use),
        x_title=axis_title(use, "xAxisTitle", x_name) or use.page.formatter.title(x_name),
        y_title=axis_title(use, "yAxisTitle", y_name) or use.page.formatter.title(y_name),
        axes=axes_of(use),
        annotations=references,
        margin=LARGEST + 2 if use.component.prop("size") else 14.0,
    )


_NEEDED = ("x", "y")
_POINT_PROPS = (
    *(each for each in BASE_PROPS if each.name not in _NEEDED),
    Prop("x", "column", required=True),
    Prop("y", "columns", required=True),
    Prop("tooltipTitle", "column"),
    Prop("xMin", "number"),
    Prop("xMax", "number"),
    Prop("opacity", "number"),
    Prop("pointSize", "number"),
    Prop("sort", "ignored"),
    Prop("shape", "ignored"),
    Prop("outlineColor", "ignored"),
    Prop("outlineWidth", "ignored"),
    Prop("yScale", "ignored"),
    *FOREIGN,
)

COMPONENTS = (
    Component("ScatterPlot", _POINT_PROPS, _points, parts=REFERENCES),
    Component(
        "BubbleChart",
        (
            *_POINT_PROPS,
            Prop("size", "column", required=True),
            Prop("sizeFmt", "format"),
            Prop("scaleTo", "number"),
        ),
        _points,
        parts=REFERENCES,
    ),
)
