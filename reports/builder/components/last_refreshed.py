"""<LastRefreshed>: when the data were published, which is data and not the clock of the build."""

from __future__ import annotations

from markupsafe import Markup

from reports.builder.components.base import Component, Prop, Use
from reports.builder.formats import MISSING


def _render(use: Use) -> Markup:
    published = use.page.facts.get("published_at")
    text = use.page.formatter.resolve(use.text("dateFmt"), kind="timestamp").text(published)
    shown = MISSING if published is None else f"{text} UTC"
    return Markup('<p class="note">{} {}</p>').format(use.text("prefix"), shown)


COMPONENTS = (
    Component(
        "LastRefreshed",
        (
            Prop("prefix", default="Last refreshed"),
            Prop("dateFmt", "format"),
            Prop("printShowDate", "ignored"),
        ),
        _render,
    ),
)
