"""<Heatmap> and <CalendarHeatmap>."""

from __future__ import annotations

from datetime import date, datetime

from markupsafe import Markup

from reports.builder.charts import palette
from reports.builder.charts.figure import Caption, Drawn, drawn_figure
from reports.builder.charts.heat import Calendar, Grid
from reports.builder.charts.shade import READABLE, Shades
from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.components.chart_props import CAPTION_PROPS, FOREIGN_PROPS, first_of
from reports.builder.components.empty import EMPTY_PROPS, empty
from reports.builder.data.result import Row, number
from reports.builder.expressions.functions import text_of
from reports.builder.formats.resolve import default_text

_MAX_NAMES = 200
_MAX_YEARS = 12


def shades_of(
    use: Use, values: list[float], strongest: float = 92.0, weakest: float = 8.0
) -> Shades:
    """The scale of colours that a page wants over values."""
    given = use.values["colorScale"]
    if given is None and use.component.prop("colorPalette"):
        given = use.values["colorPalette"]
    listed = [first_of(each) for each in given] if isinstance(given, list) else [given or "accent"]
    paints = []
    for name in map(str, listed):
        found = "var(--series-1)" if name in ("default", "bluegreen") else palette.color(name)
        if found is None:
            use.warn(f"'{name}' is not a colour")
        paints.append(found or "var(--series-1)")
    low, high = use.number("min"), use.number("max")
    return Shades(
        paints,
        min(values) if low is None else low,
        max(values) if high is None else high,
        strongest=strongest,
        weakest=weakest,
    )


def caption(use: Use) -> Caption:
    """What stands over the grid."""
    return Caption(use.text("title") or "", use.text("subtitle") or "", "")


def _heatmap(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    x, y, value = (use.text(name) or "" for name in ("x", "y", "value"))
    x_style, y_style = use.format(use.text("xFmt"), x), use.format(use.text("yFmt"), y)
    style = use.format(use.text("valueFmt"), value)
    cells: dict[tuple[str, str], float] = {}
    for row in use.data.rows:
        amount = number(row.get(value))
        if amount is not None:
            key = (y_style.text(row.get(y)), x_style.text(row.get(x)))
            cells[key] = cells.get(key, 0.0) + amount
    if not cells:
        raise ComponentError(f"<Heatmap> finds no numbers in {value}")
    columns = [x_style.text(each) for each in _names(use, x, "xSort", "xSortOrder")]
    rows = [y_style.text(each) for each in _names(use, y, "ySort", "ySortOrder")]
    columns, rows = list(dict.fromkeys(columns)), list(dict.fromkeys(rows))
    if max(len(columns), len(rows)) > _MAX_NAMES:
        use.warn(f"only the first {_MAX_NAMES} rows and columns are drawn")
        columns, rows = columns[:_MAX_NAMES], rows[:_MAX_NAMES]
    if use.flag("nullsZero"):
        cells = {(row, column): 0.0 for row in rows for column in columns} | cells
    grid = Grid(
        columns=columns,
        rows=rows,
        cells=cells,
        shades=shades_of(use, list(cells.values()), READABLE if use.flag("valueLabels") else 92.0),
        style=style,
        cell_height=max(8.0, min(use.number("cellHeight") or 30.0, 200.0)),
        labels=use.flag("valueLabels"),
        legend=use.flag("legend"),
    )
    shown = list(cells.values())
    titles = use.page.formatter.title
    drawn = Drawn(
        draw=grid.draw,
        label=f"Heatmap of {titles(value)} by {titles(y)} and {titles(x)}, from"
        f" {style.text(min(shown))} to {style.text(max(shown))}",
        heads=[titles(y), *columns],
        rows=[[row, *(style.text(cells.get((row, column))) for column in columns)] for row in rows],
    )
    return drawn_figure(drawn, caption(use), use.page.columns, use.page.templates)


def _names(use: Use, column: str, sort: str, order: str) -> list[object]:
    rows = list(use.data.rows)
    by = use.text(sort)
    if by:
        rows.sort(key=lambda row: _sort_key(row, by), reverse=use.text(order) == "desc")
    return list(dict.fromkeys(_hashable(row.get(column)) for row in rows))


def _hashable(value: object) -> object:
    return text_of(value) if isinstance(value, list) else value


def _sort_key(row: Row, column: str) -> tuple[float, str]:
    amount = number(row.get(column))
    return (0.0, text_of(row.get(column))) if amount is None else (amount, "")


def _calendar(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    column, value = use.text("date") or "", use.text("value") or ""
    style = use.format(use.text("valueFmt"), value)
    days: dict[date, float] = {}
    for row in use.data.rows:
        day, amount = _day(row.get(column)), number(row.get(value))
        if day and amount is not None:
            days[day] = days.get(day, 0.0) + amount
    if not days:
        raise ComponentError(f"<CalendarHeatmap> finds no numbers by day in {column} and {value}")
    years = sorted({day.year for day in days})
    if len(years) > _MAX_YEARS:
        use.warn(f"only the last {_MAX_YEARS} years are drawn")
        days = {day: amount for day, amount in days.items() if day.year in years[-_MAX_YEARS:]}
    calendar = Calendar(
        days=days,
        shades=shades_of(use, list(days.values())),
        style=style,
        years=use.flag("yearLabel"),
        months=use.flag("monthLabel"),
        weekdays=use.flag("dayLabel"),
        legend=use.flag("legend"),
    )
    titles = use.page.formatter.title
    first, last = min(days), max(days)
    drawn = Drawn(
        draw=calendar.draw,
        label=f"Calendar of {titles(value)}, {default_text(first)} to {default_text(last)}, from"
        f" {style.text(min(days.values()))} to {style.text(max(days.values()))}",
        heads=[titles(column), titles(value)],
        rows=[[default_text(day), style.text(days[day])] for day in sorted(days)],
    )
    return drawn_figure(drawn, caption(use), use.page.columns, use.page.templates)


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


_COMMON = (
    Prop("data", "data", required=True),
    Prop("value", "column", required=True),
    Prop("valueFmt", "format"),
    Prop("colorScale", "any"),
    Prop("colorPalette", "any"),
    Prop("min", "number"),
    Prop("max", "number"),
    Prop("legend", "flag", default=True),
    *CAPTION_PROPS,
    *EMPTY_PROPS,
    *FOREIGN_PROPS,
)

COMPONENTS = (
    Component(
        "Heatmap",
        (
            *_COMMON,
            Prop("x", "column", required=True),
            Prop("y", "column", required=True),
            Prop("xFmt", "format"),
            Prop("yFmt", "format"),
            Prop("xSort", "column"),
            Prop("ySort", "column"),
            Prop("xSortOrder", choices=("asc", "desc")),
            Prop("ySortOrder", choices=("asc", "desc")),
            Prop("cellHeight", "number", default=30.0),
            Prop("valueLabels", "flag", default=True),
            Prop("nullsZero", "flag", default=True),
            *(
                Prop(name, "ignored")
                for name in (
                    *("mobileValueLabels", "zeroDisplay", "borders", "xTickMarks", "yTickMarks"),
                    *("xLabelRotation", "xAxisPosition", "filter", "chartAreaHeight"),
                )
            ),
        ),
        _heatmap,
    ),
    Component(
        "CalendarHeatmap",
        (
            *_COMMON,
            Prop("date", "column", required=True),
            Prop("yearLabel", "flag", default=True),
            Prop("monthLabel", "flag", default=True),
            Prop("dayLabel", "flag", default=True),
            Prop("filter", "ignored"),
            Prop("chartAreaHeight", "ignored"),
        ),
        _calendar,
    ),
)
