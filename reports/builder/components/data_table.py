"""<DataTable> and <Column>: a table that sorts, searches, pages and downloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from reports.builder.components.base import Component, Prop, Use
from reports.builder.components.chart_props import paint
from reports.builder.components.delta import DELTA_PROPS
from reports.builder.components.empty import EMPTY_PROPS, empty
from reports.builder.data.result import QueryResult, Row, number
from reports.builder.expressions.functions import text_of
from reports.builder.formats import Format
from reports.builder.inputs.texts import filtered_columns
from reports.builder.render.urls import page_link
from reports.builder.tables.cells import Cell, Column, cell
from reports.builder.tables.grouping import grouped
from reports.builder.tables.totals import AGGREGATES, is_additive, total

_CONTENT = (
    *("delta", "colorscale", "bar", "link", "image", "html"),
    *("sparkline", "sparkarea", "sparkbar"),
)


@dataclass(frozen=True)
class _Body:
    number: int
    cells: list[Cell]


@dataclass(frozen=True)
class _Section:
    name: str
    rows: list[_Body]
    totals: list[Cell]
    size: int


def _render(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    columns = _columns(use)
    rows = _sorted(use)
    page_size = use.values["rows"]
    grouping = use.text("groupBy")
    sections = _sections(use, columns, rows, grouping) if grouping else []
    kind = use.text("groupType") or "accordion"
    return use.template(
        "data_table.html",
        title=use.text("title") or "",
        subtitle=use.text("subtitle") or "",
        columns=columns,
        groups=_column_groups(columns),
        body=[]
        if sections
        else [_Body(place, _cells(use, columns, row)) for place, row in enumerate(rows, 1)],
        sections=sections,
        section_column=kind == "section",
        folded=sections and kind == "accordion" and grouping not in {each.name for each in columns},
        group_title=use.page.formatter.title(grouping) if grouping else "",
        closed=kind == "accordion" and not use.flag("groupsOpen"),
        totals=_totals(use.data, columns) if use.flag("totalRow") else None,
        page_size=0 if sections or page_size == "all" else max(0, int(use.number("rows") or 10)),
        head_style=_head_style(use),
        search=use.flag("search"),
        downloadable=use.flag("downloadable"),
        sortable=use.flag("sortable") and not sections,
        numbered=use.flag("rowNumbers"),
        classes=_classes(use),
        filtered=_filtered(use, columns, before=use.flag("rowNumbers") + (kind == "section")),
    )


def _filtered(use: Use, columns: Sequence[Column], before: int) -> tuple[str, int] | None:
    """The input whose text filters the rows, and the place of the cell that has to contain it."""
    if not isinstance(use.values["data"], QueryResult):
        return None
    found = filtered_columns(use.data.name, use.scope.store.queries)
    inputs = use.page.inputs
    texts = [each for each in found if each in inputs and inputs.input(each).control == "text"]
    names = [column.name.lower() for column in columns]
    if len(texts) == 1 and found[texts[0]].lower() in names:
        return texts[0], names.index(found[texts[0]].lower()) + before
    for each in texts:
        use.warn(f"shows all rows, whatever is typed into '{each}': {found[each]} is not shown")
    return None


def _head_style(use: Use) -> str:
    """The colours of the headings, if the page gives any."""
    styles = (("headerColor", "background"), ("headerFontColor", "color"))
    given = [(prop, css) for prop, css in styles if use.values[prop] is not None]
    return ";".join(f"{css}:{paint(use, prop, 'inherit')}" for prop, css in given)


def _sections(use: Use, columns: list[Column], rows: list[Row], grouping: str) -> list[_Section]:
    sections: list[_Section] = []
    place = 0
    for group in grouped(rows, grouping):
        bodies = []
        for row in group.rows:
            place += 1
            bodies.append(_Body(place, _cells(use, columns, row)))
        totals: list[Cell] = []
        if use.flag("subtotals"):
            totals = _totals(group.result(use.data), columns, "Subtotal")
        sections.append(_Section(group.name, bodies, totals, len(group.rows)))
    return sections


def _columns(use: Use) -> list[Column]:
    tags = use.parts("Column")
    wanted: list[tuple[str, Use | None]] = [(tag.text("id") or "", tag) for tag in tags] or [
        (name, None)
        for name in use.data.column_names
        if (name != use.text("link") or use.flag("showLinkCol")) and name != use.text("groupBy")
    ]
    return [_column(use, name, tag) for name, tag in wanted]


def _column(use: Use, name: str, tag: Use | None) -> Column:
    info = use.data.column(name)
    values = tuple(use.data.values(name))
    style = use.format(tag.text("fmt") if tag else None, name, values)
    if tag and tag.text("fmtColumn"):
        style = Format("")
    if tag and tag.text("contentType") == "html":
        tag.warn("contentType=html shows the text as it is: nothing from data is taken as HTML")
    title = (tag.text("title") if tag else None) or (
        use.page.formatter.title(name) if use.flag("formatColumnTitles") else name
    )
    default = "right" if info and info.kind == "number" else "left"
    align = (tag.text("align") if tag else None) or default
    return Column(name, title, style, align, tag.text("colGroup") if tag else None, tag, values)


def _sorted(use: Use) -> list[Row]:
    rows = list(use.data.rows)
    wanted = (use.text("sort") or "").split()
    if not wanted:
        return rows
    name = wanted[0]
    if use.data.column(name) is None:
        use.warn(f"cannot sort by '{name}': there is no such column")
        return rows
    present = [row for row in rows if row.get(name) is not None]
    present.sort(key=lambda row: _sort_key(row[name]), reverse=wanted[1:] == ["desc"])
    return present + [row for row in rows if row.get(name) is None]


def _sort_key(value: object) -> tuple[float, str]:
    amount = number(value)
    return (amount, "") if amount is not None else (0.0, text_of(value))


def _cells(use: Use, columns: list[Column], row: Row) -> list[Cell]:
    link = use.text("link")
    target = text_of(row.get(link)) if link else ""
    url = page_link(target, use.page.output, use.page.outputs) if target else None
    return [cell(column, row, url if place == 0 else None) for place, column in enumerate(columns)]


def _totals(data: QueryResult, columns: list[Column], name: str = "Total") -> list[Cell]:
    totals = [_total(data, column) for column in columns]
    if columns and totals[0].html == "":
        totals[0] = replace(totals[0], html=Markup("{}").format(name))
    return totals


def _total(data: QueryResult, column: Column) -> Cell:
    tag = column.use
    aggregate = tag.text("totalAgg") if tag else None
    weight = tag.text("weightCol") if tag else None
    style = column.style
    if tag and tag.text("totalFmt"):
        style = tag.page.formatter.resolve(tag.text("totalFmt"), column.name, values=column.values)
    if tag and tag.text("fmtColumn") and data.rows:
        style = tag.format(text_of(data.rows[0].get(tag.text("fmtColumn") or "")), column.name)
    if tag and aggregate and aggregate not in AGGREGATES:
        return Cell(Markup("{}").format(aggregate), "", "")  # a text of the page's own
    if tag and aggregate == "sum" and not is_additive(column.name, style):
        tag.warn(f"'{column.name}' is not summed: it is a ratio or an average (give weightCol=)")
        aggregate = None
    if aggregate is None and weight:
        aggregate = "weightedMean"
    info = data.column(column.name)
    if (
        aggregate is None
        and not (tag and tag.values["totalAgg"])
        and info
        and info.kind == "number"
    ):
        aggregate = "sum" if is_additive(column.name, style) else None
    value = total(data, column.name, aggregate, weight)
    return Cell(Markup("{}").format(style.text(value) if value is not None else ""), "", "")


def _column_groups(columns: list[Column]) -> list[tuple[str, int]]:
    """The headings above columns, with how many each spans; empty if there are none."""
    groups: list[tuple[str, int]] = []
    for column in columns:
        name = (column.group or "").strip()
        if groups and groups[-1][0] == name:
            groups[-1] = (name, groups[-1][1] + 1)
        else:
            groups.append((name, 1))
    return groups if any(name for name, _ in groups) else []


def _classes(use: Use) -> str:
    names = {"rowShading": "shaded", "compact": "compact", "wrapTitles": "wrap-titles"}
    found = [name for prop, name in names.items() if use.flag(prop)]
    return " ".join(found if use.flag("rowLines") else [*found, "no-lines"])


COMPONENTS = (
    Component(
        "DataTable",
        (
            Prop("data", "data", required=True),
            Prop("rows", "number", default=10, choices=("all",)),
            Prop("title"),
            Prop("subtitle"),
            Prop("search", "flag"),
            Prop("sort"),
            Prop("sortable", "flag", default=True),
            Prop("downloadable", "flag", default=True),
            Prop("totalRow", "flag"),
            Prop("rowShading", "flag"),
            Prop("rowNumbers", "flag"),
            Prop("rowLines", "flag", default=True),
            Prop("compact", "flag"),
            Prop("wrapTitles", "flag"),
            Prop("link", "column"),
            Prop("showLinkCol", "flag"),
            Prop("groupBy", "column"),
            Prop("groupType", choices=("accordion", "section"), default="accordion"),
            Prop("groupsOpen", "flag", default=True),
            Prop("subtotals", "flag"),
            Prop("headerColor", "any"),
            Prop("headerFontColor", "any"),
            Prop("formatColumnTitles", "flag", default=True),
            *(
                Prop(name, "ignored")
                for name in (
                    *("groupNamePosition", "accordionRowColor", "subtotalRowColor", "subtotalFmt"),
                    *("subtotalFontColor", "totalRowColor", "totalFontColor", "backgroundColor"),
                    *("isFullPage", "generateMarkdown", "totalFmt", "rowColor", "headerFontSize"),
                )
            ),
            *EMPTY_PROPS,
        ),
        _render,
        parts=("Column",),
    ),
    Component(
        "Column",
        (
            Prop("id", "column", required=True),
            Prop("title"),
            Prop("fmt", "format"),
            Prop("fmtColumn", "column"),
            Prop("align", choices=("left", "right", "center")),
            Prop("contentType", choices=_CONTENT),
            Prop("colorScale", "any"),
            Prop("colorPalette", "any"),
            Prop("colorMin", "number"),
            Prop("colorMid", "number"),
            Prop("colorMax", "number"),
            Prop("colorBreakpoints", "any"),
            Prop("scaleColumn", "column"),
            Prop("backgroundColor", "any"),
            Prop("sparkX"),
            Prop("sparkY"),
            Prop("sparkColor", "any"),
            Prop("sparkWidth", "number"),
            Prop("sparkHeight", "number"),
            Prop("sparkYScale", "ignored"),
            Prop("height", "number"),
            Prop("width", "number"),
            Prop("deltaSymbol", "flag", default=True),
            Prop("showValue", "flag", default=True),
            Prop("openInNewTab", "ignored"),
            Prop("wrapTitle", "ignored"),
            Prop("colorScaleColumn", "ignored"),
            Prop("barColor"),
            Prop("negativeBarColor"),
            Prop("backgroundBarColor", "ignored"),
            Prop("hideLabels", "flag"),
            Prop("totalAgg"),
            Prop("totalFmt", "format"),
            Prop("weightCol", "column"),
            Prop("colGroup"),
            Prop("wrap", "flag"),
            Prop("chip", "flag"),
            Prop("redNegatives", "flag"),
            Prop("linkLabel"),
            Prop("alt"),
            Prop("description"),
            *DELTA_PROPS,
        ),
        None,
    ),
)
