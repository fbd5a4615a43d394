"""<FunnelChart> and <SankeyDiagram>."""

from __future__ import annotations

from markupsafe import Markup

from reports.builder.charts import palette
from reports.builder.charts.figure import Caption, Drawn, drawn_figure
from reports.builder.charts.flow import (
    Flows,
    Link,
    Step,
    draw_funnel,
    node_sizes,
    without_circles,
)
from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.components.chart_props import (
    CAPTION_PROPS,
    COLOR_PROPS,
    FOREIGN_PROPS,
    colors,
    series_color,
)
from reports.builder.components.empty import EMPTY_PROPS, empty
from reports.builder.data.result import number
from reports.builder.expressions.functions import text_of
from reports.builder.formats import Format

_MAX_LINKS = 300
_PERCENT = Format("0.0%", is_ratio=True)


def _funnel(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    name, column = use.text("nameCol") or "", use.text("valueCol") or ""
    style = use.format(use.text("valueFmt"), column)
    rows = [
        (text_of(row.get(name)), amount)
        for row in use.data.rows
        if (amount := number(row.get(column))) is not None
    ]
    if not rows:
        raise ComponentError(f"<FunnelChart> finds no numbers in {column}")
    order = use.text("funnelSort")
    if order in ("ascending", "descending"):
        rows.sort(key=lambda row: row[1], reverse=order == "descending")
    paints = _paints(use, [each for each, _ in rows])
    largest = max(value for _, value in rows)
    percent = use.flag("showPercent") and largest > 0
    steps = [
        Step(
            each,
            value,
            style.text(value),
            _PERCENT.text(value / largest) if percent else "",
            paints[each],
        )
        for each, value in rows
    ]
    align = use.text("funnelAlign") or "center"
    titles = use.page.formatter.title
    drawn = Drawn(
        draw=lambda wide: draw_funnel(wide, steps, align),
        label=f"Funnel from {steps[0].name} ({steps[0].text})"
        f" to {steps[-1].name} ({steps[-1].text})",
        heads=[titles(name), titles(column)],
        rows=[[step.name, step.text] for step in steps],
    )
    return drawn_figure(drawn, _caption(use), use.page.columns, use.page.templates)


def _caption(use: Use) -> Caption:
    return Caption(use.text("title") or "", use.text("subtitle") or "", "")


def _paints(use: Use, names: list[str]) -> dict[str, str]:
    wanted = colors(use)
    plain = palette.SERIES[0] if use.component.name == "FunnelChart" else None
    return {name: series_color(wanted, name, place, plain) for place, name in enumerate(names)}


def _sankey(use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    source, target, column = (use.text(p) or "" for p in ("sourceCol", "targetCol", "valueCol"))
    percent = use.text("percentCol")
    style = use.format(use.text("valueFmt"), column)
    given = [
        Link(text_of(row.get(source)), text_of(row.get(target)), amount, style.text(amount))
        for row in use.data.rows
        if (amount := number(row.get(column))) is not None and amount > 0
    ]
    links = without_circles(given)[:_MAX_LINKS]
    if not links:
        raise ComponentError(f"<SankeyDiagram> finds no flows in {column}")
    if len(links) < len(given):
        left = len(given) - len(links)
        use.warn(f"leaves out {left} of {len(given)} flows: in a circle, or too many")
    sizes = node_sizes(links)
    titles = use.page.formatter.title
    labels = use.text("nodeLabels") or "full"
    flows = Flows(
        links=links,
        texts={
            name: name if labels == "name" else f"{name} {style.text(value)}"
            for name, value in sizes.items()
        },
        colors=_paints(use, list(sizes)),
        height=max(80.0, min(use.number("chartAreaHeight") or 300.0, 2000.0)),
        link_color=use.text("linkColor") or "base",
        link_labels=use.values["linkLabels"] is not None,
    )
    columns = [source, target, column, *([percent] if percent else [])]
    shares = use.format(None, percent) if percent else style
    drawn = Drawn(
        draw=flows.draw,
        label=f"{len(links)} flows between {len(sizes)} places, the largest"
        f" {max(links, key=lambda link: link.value).text}",
        heads=list(map(titles, columns)),
        rows=[
            [
                *(text_of(row.get(each)) for each in (source, target)),
                style.text(row.get(column)),
                *([shares.text(row.get(percent))] if percent else []),
            ]
            for row in use.data.rows
        ],
        texts=2,
    )
    return drawn_figure(drawn, _caption(use), use.page.columns, use.page.templates)


_COMMON = (
    Prop("data", "data", required=True),
    Prop("valueCol", "column", required=True),
    Prop("valueFmt", "format"),
    *CAPTION_PROPS,
    *(each for each in COLOR_PROPS if each.name != "seriesOrder"),
    *EMPTY_PROPS,
    *FOREIGN_PROPS,
)

COMPONENTS = (
    Component(
        "FunnelChart",
        (
            *_COMMON,
            Prop("nameCol", "column", required=True),
            Prop("showPercent", "flag"),
            Prop("funnelSort", choices=("none", "ascending", "descending"), default="none"),
            Prop("funnelAlign", choices=("center", "left", "right"), default="center"),
            Prop("labelPosition", "ignored"),
            Prop("legend", "ignored"),
            Prop("outlineColor", "ignored"),
            Prop("outlineWidth", "ignored"),
            Prop("chartAreaHeight", "ignored"),
        ),
        _funnel,
    ),
    Component(
        "SankeyDiagram",
        (
            *_COMMON,
            Prop("sourceCol", "column", required=True),
            Prop("targetCol", "column", required=True),
            Prop("percentCol", "column"),
            Prop("linkLabels", choices=("full", "value", "percent")),
            Prop("nodeLabels", choices=("full", "name"), default="full"),
            Prop("linkColor", choices=("base", "source", "target", "gradient"), default="base"),
            Prop("chartAreaHeight", "number", default=300.0),
            *(
                Prop(name, "ignored")
                for name in (
                    *("orient", "sort", "nodeAlign", "nodeGap", "nodeWidth", "depthOverride"),
                    *("outlineColor", "outlineWidth", "legend"),
                )
            ),
        ),
        _sankey,
    ),
)
