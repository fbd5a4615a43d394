"""<Histogram> and <BoxPlot>."""

from __future__ import annotations

from markupsafe import Markup

from reports.builder.charts import palette
from reports.builder.charts.axes import category_axis, number_axis
from reports.builder.charts.figure import Drawn, drawn_figure
from reports.builder.charts.plane import Plane
from reports.builder.charts.points import Bin, Box, binned, bins, boxes
from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.components.chart_props import BASE_PROPS, axis_title, colors, first_of, paint
from reports.builder.components.empty import empty
from reports.builder.components.frames import (
    FOREIGN,
    axes_of,
    caption_of,
    height_of,
    numbers_of,
    references_of,
)
from reports.builder.components.references import REFERENCES, Axis, drawn_over
from reports.builder.data.result import number
from reports.builder.expressions.functions import text_of
from reports.builder.formats import Format


def _histogram(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    x = use.text("x") or (use.data.column_names or ("",))[0]
    values = numbers_of(use.data.rows, x)
    if not values:
        raise ComponentError(f"<Histogram> finds no numbers in {x}")
    style = use.format(use.text("xFmt"), x)
    shown = binned(values)
    low, high = shown[0].low, shown[-1].high
    edges = [low, high]
    color = (palette.color(first_of(given[0])) if (given := list(colors(use))) else None) or ""
    plane = Plane(
        x=lambda count: number_axis(edges, style, count, low=low, high=high),
        y=number_axis(
            [float(each.count) for each in shown], Format("#,##0"), 4,
            low=use.number("yMin") or 0.0, high=use.number("yMax"),
        ),
        height=height_of(use),
        x_title=axis_title(use, "xAxisTitle", x) or use.page.formatter.title(x),
        y_title=axis_title(use, "yAxisTitle", "Count"),
        axes=axes_of(use),
        annotations=drawn_over(use, Axis(x, use.text("xFmt")), Axis("", "num0")),
    )  # fmt: skip

    def span(each: Bin) -> str:
        return f"{style.text(each.low)} to {style.text(each.high)}"

    drawn = Drawn(
        draw=lambda wide: plane.draw(
            wide,
            lambda canvas, at: bins(
                canvas,
                at,
                shown,
                color or palette.SERIES[0],
                lambda each: f"{span(each)}: {each.count:,}",
            ),
        ),
        label=f"Distribution of {len(values):,} values from {style.text(min(values))} to"
        f" {style.text(max(values))}",
        heads=[use.page.formatter.title(x), "Count"],
        rows=[[span(each), f"{each.count:,}"] for each in shown],
    )
    return drawn_figure(drawn, caption_of(use), use.page.columns, use.page.templates)


def _box_plot(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    shown, style = _boxes(use)
    values = [
        value
        for each in shown
        for value in (each.least, each.low, each.middle, each.high, each.most)
        if value is not None
    ]
    turned = use.flag("swapXY")
    name, middle = use.text("name") or "", use.text("midpoint") or ""
    references = references_of(use, name, middle)
    values += [height for each in references for height in each.heights]
    names = [each.name for each in shown]
    count = 4 if turned else 5
    value_axis = number_axis(values, style, count, low=use.number("yMin"), high=use.number("yMax"))
    ordered = list(reversed(shown)) if turned else shown
    named = category_axis(list(reversed(names)) if turned else names)
    plane = Plane(
        x=(lambda _: value_axis) if turned else (lambda _: named),
        y=named if turned else value_axis,
        height=max(40.0, 34.0 * len(shown)) if turned else height_of(use),
        x_title=axis_title(use, "xAxisTitle", name),
        y_title=axis_title(use, "yAxisTitle", middle),
        axes=axes_of(use),
        annotations=references,
        zero=True,
    )
    parts = [
        part
        for part in ("min", "intervalBottom", "midpoint", "intervalTop", "max")
        if use.text(part)
    ]
    heads = [name, *(use.text(part) or "" for part in parts)]
    drawn = Drawn(
        draw=lambda wide: plane.draw(
            wide, lambda canvas, at: boxes(canvas, ordered, at, turned=turned)
        ),
        label=f"Box plot of {', '.join(names[:12])}",
        heads=[use.page.formatter.title(head) for head in heads],
        rows=[
            [text_of(row.get(name)), *(style.text(row.get(head)) for head in heads[1:])]
            for row in use.data.rows
        ],
    )
    return drawn_figure(drawn, caption_of(use), use.page.columns, use.page.templates)


def _boxes(use: Use) -> tuple[list[Box], Format]:
    middle = use.text("midpoint") or ""
    style = use.format(use.text("yFmt"), middle)
    paints = colors(use)
    listed = list(paints.values()) if isinstance(paints, dict) else list(paints)
    color = paint(use, "color", palette.SERIES[0]) if not listed else ""
    shown: list[Box] = []
    for place, row in enumerate(use.data.rows):
        center = number(row.get(middle))
        if center is None:
            continue
        around = number(row.get(use.text("confidenceInterval") or ""))
        low, high = (number(row.get(use.text(p) or "")) for p in ("intervalBottom", "intervalTop"))
        if around is not None:
            low, high = center - around, center + around
        least, most = (number(row.get(use.text(p) or "")) for p in ("min", "max"))
        name = text_of(row.get(use.text("name") or ""))
        said = zip(
            ("Lowest", "Low", "Middle", "High", "Highest"),
            (least, low, center, high, most),
            strict=True,
        )
        tip = "\n".join([name, *(f"{word}: {style.text(v)}" for word, v in said if v is not None)])
        fill = color or palette.color(listed[place % len(listed)]) or palette.SERIES[0]
        shown.append(Box(name, center, low, high, least, most, fill, tip))
    if not shown:
        raise ComponentError(f"<BoxPlot> finds no numbers in {middle}")
    return shown, style


COMPONENTS = (
    Component(
        "Histogram",
        (*BASE_PROPS, *FOREIGN, Prop("yScale", "ignored")),
        _histogram,
        parts=REFERENCES,
    ),
    Component(
        "BoxPlot",
        (
            *BASE_PROPS,
            Prop("name", "column", required=True),
            Prop("midpoint", "column", required=True),
            Prop("intervalBottom", "column"),
            Prop("intervalTop", "column"),
            Prop("min", "column"),
            Prop("max", "column"),
            Prop("confidenceInterval", "column"),
            Prop("swapXY", "flag"),
            Prop("color", "any"),
            Prop("sort", "ignored"),
            Prop("yScale", "ignored"),
            *FOREIGN,
        ),
        _box_plot,
        parts=REFERENCES,
    ),
)
