"""<DownloadData>: the rows of a query as a table that is folded and can be saved as CSV."""

from __future__ import annotations

from markupsafe import Markup

from reports.builder.components.base import Component, Prop, Use


def _render(use: Use) -> Markup:
    names = list(use.data.column_names)
    styles = {name: use.format(None, name) for name in names}
    table = use.template(
        "plain_table.html",
        title="",
        heads=[use.page.formatter.title(name) for name in names],
        rows=[[styles[name].text(row.get(name)) for name in names] for row in use.data.rows],
        download=True,
    )
    return Markup('<details class="fold"><summary>{}</summary><div>{}</div></details>').format(
        use.text("text") or "Data", table
    )


COMPONENTS = (
    Component(
        "DownloadData",
        (
            Prop("data", "data", required=True),
            Prop("text"),
            Prop("queryID", "ignored"),
            Prop("display", "ignored"),
        ),
        _render,
    ),
)
