"""<Value> and <Sparkline>: one value, or one small chart, in a line of text."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping

from markupsafe import Markup

from reports.builder.charts import palette
from reports.builder.charts.sparkline import sparkline
from reports.builder.components.base import Component, Prop, Use
from reports.builder.data.result import number
from reports.builder.expressions.functions import text_of
from reports.builder.formats import MISSING

_AGGREGATES: Mapping[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "avg": statistics.fmean,
    "mean": statistics.fmean,
    "median": statistics.median,
    "min": min,
    "max": max,
}


def _value(use: Use) -> Markup:
    data = use.data
    column = use.text("column") or use.text("value") or (data.column_names or ("",))[0]
    values = data.values(column)
    row = int(use.number("row") or 0)
    value = values[row] if 0 <= row < len(values) else None
    if aggregate := use.text("agg"):
        present = [found for each in values if (found := number(each)) is not None]
        value = _AGGREGATES.get(aggregate, sum)(present) if present else None
    if value is None:
        return Markup("{}").format(use.text("placeholder") or MISSING)
    text = use.format(use.text("fmt"), column).text(value)
    amount = number(value)
    named = use.text("color") or ""
    color = palette.color(named) if named else None
    if use.flag("redNegatives") and amount is not None and amount < 0:
        color = palette.color("negative")
    style = Markup(' style="color:{}"').format(color) if color else ""
    return Markup("<span{}>{}</span>").format(style, text)


def _sparkline(use: Use) -> Markup:
    dates, values = use.text("dateCol") or "", use.text("valueCol") or ""
    rows = sorted(use.data.rows, key=lambda row: text_of(row.get(dates)))
    return sparkline(
        [number(row.get(values)) for row in rows],
        label=f"{use.page.formatter.title(values)}: course over {len(rows)} periods",
        kind=use.text("type") or "line",
        color=use.text("color"),
        width=round(use.number("width") or 60),
        height=round(use.number("height") or 18),
    )


COMPONENTS = (
    Component(
        "Value",
        (
            Prop("data", "data", required=True),
            Prop("column", "column"),
            Prop("value", "column"),
            Prop("row", "number", default=0),
            Prop("fmt", "format"),
            Prop("agg", choices=tuple(_AGGREGATES)),
            Prop("color"),
            Prop("redNegatives", "flag"),
            Prop("placeholder"),
            Prop("emptySet", "ignored"),
        ),
        _value,
        block=False,
    ),
    Component(
        "Sparkline",
        (
            Prop("data", "data", required=True),
            Prop("dateCol", "column", required=True),
            Prop("valueCol", "column", required=True),
            Prop("type", choices=("line", "area", "bar"), default="line"),
            Prop("color"),
            Prop("width", "number"),
            Prop("height", "number"),
            Prop("valueFmt", "ignored"),
            Prop("dateFmt", "ignored"),
            Prop("yScale", "ignored"),
        ),
        _sparkline,
        block=False,
    ),
)
