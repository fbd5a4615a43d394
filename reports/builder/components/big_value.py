"""<BigValue>: a key figure with its comparisons, its target, its course and its definition."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from markupsafe import Markup

from reports.builder.charts.sparkline import sparkline
from reports.builder.components.base import Component, Prop, Use
from reports.builder.components.delta import DELTA_PROPS, Judged, judge
from reports.builder.components.empty import EMPTY_PROPS, empty
from reports.builder.data.result import number
from reports.builder.expressions.functions import text_of
from reports.builder.render.urls import page_link


@dataclass(frozen=True)
class Comparison:
    """One line under the figure: a judged change, or another value as it is."""

    change: Judged | None
    text: str
    title: str


@dataclass(frozen=True)
class Target:
    """How far the figure is from its target, as shares of the bar's length."""

    text: str
    share: float
    mark: float
    met: bool


def _render(use: Use) -> Markup:
    data = use.data
    column = use.text("value") or ""
    if not data.rows:
        return empty(use)
    style = use.format(use.text("fmt"), column)
    value = data.rows[0].get(column)
    title = use.text("title") or use.page.formatter.title(column)
    link = use.text("link")
    return use.template(
        "big_value.html",
        title=title,
        value=style.text(value),
        comparisons=_comparisons(use),
        target=_target(use, number(value)),
        spark=_spark(use, column, title),
        link=page_link(link, use.page.output, use.page.outputs) if link else None,
        description=use.text("description"),
        owner=use.text("owner"),
        query=data.name if data.name in use.scope.store else None,
    )


def _comparisons(use: Use) -> list[Comparison]:
    titles = use.values["comparisonTitle"]
    listed = titles if isinstance(titles, list) else [titles]
    found: list[Comparison] = []
    for index, column in enumerate(use.columns("comparison")):
        style = use.format(use.text("comparisonFmt"), column)
        value = use.data.rows[0].get(column)
        change = judge(value, style, use) if use.flag("comparisonDelta") else None
        given = listed[index] if index < len(listed) else None
        title = text_of(given) if given is not None else use.page.formatter.title(column)
        found.append(Comparison(change, style.text(value), title))
    return found


def _target(use: Use, value: float | None) -> Target | None:
    wanted = use.values["target"]
    if isinstance(wanted, str):
        wanted = use.data.rows[0].get(wanted, wanted)
    goal = number(wanted)
    with suppress(ValueError, TypeError):
        goal = float(str(wanted)) if goal is None else goal
    if goal is None and isinstance(wanted, str):
        use.warn(f"target='{wanted}' is neither a number nor a column")
    if goal is None or value is None or goal <= 0:
        return None
    met = value <= goal if use.flag("downIsGood") else value >= goal
    longest = max(goal * 1.25, value)
    style = use.format(use.text("fmt"), use.text("value") or "")
    side = "at target" if value == goal else "above target" if value > goal else "below target"
    return Target(f"{side} {style.text(goal)}", max(0.0, value / longest), goal / longest, met)


def _spark(use: Use, column: str, title: str) -> Markup:
    dates = use.text("sparkline")
    if not dates:
        return Markup("")
    rows = sorted(
        (row for row in use.data.rows if row.get(dates) is not None),
        key=lambda row: text_of(row[dates]),
    )
    return sparkline(
        [number(row.get(column)) for row in rows],
        label=f"{title}: course over {len(rows)} periods",
        kind=use.text("sparklineType") or "line",
        color=use.text("sparklineColor"),
    )


COMPONENTS = (
    Component(
        "BigValue",
        (
            Prop("data", "data", required=True),
            Prop("value", "column", required=True),
            Prop("title"),
            Prop("fmt", "format"),
            Prop("comparison", "columns"),
            Prop("comparisonTitle", "any"),
            Prop("comparisonFmt", "format"),
            Prop("comparisonDelta", "flag", default=True),
            Prop("sparkline", "column"),
            Prop("sparklineType", choices=("line", "area", "bar"), default="line"),
            Prop("sparklineColor"),
            Prop("target", "any"),
            Prop("link"),
            Prop("minWidth", "ignored"),
            Prop("description"),
            Prop("owner"),
            *DELTA_PROPS,
            *EMPTY_PROPS,
        ),
        _render,
        run="kpis",
    ),
)
