"""<Definition>: what a metric means, how it is computed and who answers for it."""

from __future__ import annotations

from markupsafe import Markup

from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.data.result import Row
from reports.builder.notices import did_you_mean
from reports.builder.page.nodes import QuerySource

_SQL = (
    "SELECT metric, label, description, model, query, owner, version, deprecated_date, replaced_by"
    " FROM quality.metric_definitions"
)


def _render(use: Use) -> Markup:
    names = [name.strip() for name in (use.text("metric") or "").split(",")]
    return Markup("").join(_fold(use, _found(use, name)) for name in names)


def _found(use: Use, name: str) -> Row:
    source = QuerySource("quality.metric_definitions", _SQL, use.page.notices.page, use.node.line)
    rows = {str(row["metric"]): row for row in use.scope.store.derived(source).rows}
    if name not in rows:
        raise ComponentError(f"there is no metric '{name}'{did_you_mean(name, rows)}")
    return rows[name]


def _fold(use: Use, metric: Row) -> Markup:
    return use.template(
        "definition.html",
        metric=metric,
        title=use.text("title") or metric["label"],
        is_open=use.flag("open"),
        number=use.page.count("definition"),
    )


COMPONENTS = (
    Component(
        "Definition",
        (Prop("metric", required=True), Prop("title"), Prop("open", "flag")),
        _render,
    ),
)
