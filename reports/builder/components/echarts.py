"""<ECharts>: what can be read of another library's configuration, as bars or lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from reports.builder.charts.figure import Caption, figure
from reports.builder.charts.frame import Wanted, build_frame
from reports.builder.charts.model import Chart, ChartKind, Options, Series
from reports.builder.components.base import Component, Prop, Use
from reports.builder.components.chart_props import CAPTION_PROPS
from reports.builder.components.convert import result_of_rows
from reports.builder.data.result import Row, number
from reports.builder.expressions.functions import text_of

_SHARES = ("pie", "funnel", "treemap", "sunburst")


def _render(use: Use) -> Markup:
    config = use.values["config"]
    series = _list(config.get("series")) if isinstance(config, Mapping) else []
    drawn = [each for each in series if isinstance(each, Mapping)]
    kinds = {str(each.get("type")) for each in drawn}
    title = use.text("title") or _title(config)
    if drawn and kinds <= set(_SHARES):
        rows = [row for each in drawn for row in _named(each.get("data"))]
        if rows:
            return _bars(use, rows, title)
    names = _categories(config)
    if drawn and names and kinds <= {"bar", "line", "scatter"}:
        return _axes(use, drawn, names, title)
    listed = ", ".join(sorted(kinds)) or "nothing"
    use.warn(f"cannot be drawn here ({listed}); use a chart component instead")
    message = "This chart is made for another chart library and cannot be drawn."
    return use.template("empty.html", title=title, message=message)


def _bars(use: Use, rows: list[Row], title: str) -> Markup:
    """Parts of a whole: bars in the order of their size are read more easily than a pie."""
    data = result_of_rows(rows)
    frame = build_frame(data, Wanted(x="name", y=("value",), sort=True), use.page.formatter)
    style = frame.series[0].format
    chart = Chart("bar", "category", frame.positions, frame.series, style, (), Options())
    return figure(chart, Caption(title, "", "Name"), use.page.columns, use.page.templates)


def _axes(use: Use, drawn: Sequence[Mapping[str, object]], names: list[str], title: str) -> Markup:
    kind: ChartKind = "bar" if any(each.get("type") == "bar" for each in drawn) else "line"
    rows: list[Row] = [{"name": name} for name in names]
    labels: list[str] = []
    for place, each in enumerate(drawn):
        label = text_of(each.get("name")) or f"Series {place + 1}"
        labels.append(label)
        for row, value in zip(rows, _list(each.get("data")), strict=False):
            row[label] = number(value.get("value") if isinstance(value, Mapping) else value)
    for row in rows:
        row |= {label: row.get(label) for label in labels}
    frame = build_frame(result_of_rows(rows), Wanted(x="name", y=tuple(labels)), use.page.formatter)
    series: tuple[Series, ...] = frame.series
    stacked = any(each.get("stack") for each in drawn)
    options = Options(stacking="stacked" if stacked else "grouped" if kind == "bar" else "none")
    style = series[0].format
    chart = Chart(kind, "category", frame.positions, series, style, (), options)
    return figure(chart, Caption(title, "", "Name"), use.page.columns, use.page.templates)


def _named(data: object) -> list[Row]:
    return [
        {"name": text_of(each.get("name")), "value": number(each.get("value"))}
        for each in _list(data)
        if isinstance(each, Mapping) and number(each.get("value")) is not None
    ]


def _categories(config: object) -> list[str]:
    for name in ("xAxis", "yAxis"):
        axis = config.get(name) if isinstance(config, Mapping) else None
        axis = _list(axis)[0] if _list(axis) else axis
        if isinstance(axis, Mapping) and _list(axis.get("data")):
            return [text_of(each) for each in _list(axis.get("data"))]
    return []


def _title(config: object) -> str:
    title = config.get("title") if isinstance(config, Mapping) else None
    return text_of(title.get("text")) if isinstance(title, Mapping) else ""


def _list(value: object) -> list[object]:
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return list(value) if is_list and isinstance(value, Sequence) else []


COMPONENTS = (
    Component(
        "ECharts",
        (
            Prop("config", "any", required=True),
            *CAPTION_PROPS,
            Prop("data", "data"),
            Prop("height", "ignored"),
            Prop("width", "ignored"),
            Prop("evidenceChartTitle", "ignored"),
        ),
        _render,
    ),
)
