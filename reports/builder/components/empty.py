"""What components show when their query has no rows."""

from __future__ import annotations

from markupsafe import Markup

from reports.builder.components.base import ComponentError, Prop, Use

EMPTY_PROPS = (
    Prop("emptySet", default="warn", choices=("error", "warn", "pass")),
    Prop("emptyMessage", default="No data"),
)


def empty(use: Use) -> Markup:
    """The place of a component without data.

    Raises:
        ComponentError: If the page says that this must not happen.
    """
    message = use.text("emptyMessage")
    if use.text("emptySet") == "error":
        raise ComponentError(f"{message}: the query has no rows (emptySet=error)")
    names = {prop.name for prop in use.component.props}
    title = (use.text("title") or "") if "title" in names else ""
    return use.template("empty.html", title=title, message=message)
