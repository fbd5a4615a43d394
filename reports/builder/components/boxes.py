"""Layout: <Grid>, <Group>, <Details>, <Accordion>, <Modal>, <Tabs>, <Alert>, <Note> and others."""

from __future__ import annotations

from markupsafe import Markup

from reports.builder.components.base import Component, Prop, Use

_STATUSES = ("info", "positive", "warning", "negative")


def _grid(use: Use) -> Markup:
    columns = max(1, min(int(use.number("cols") or 2), 6))
    with use.page.grid(columns):
        inner = use.children()
    gap = use.text("gapSize") or "md"
    return Markup('<div class="grid cols-{} gap-{}">{}</div>').format(columns, gap, inner)


def _group(use: Use) -> Markup:
    return Markup('<div class="group">{}</div>').format(use.children())


def _details(use: Use) -> Markup:
    attributes = Markup(" open") if use.flag("open") else Markup("")
    return Markup('<details class="fold"{}><summary>{}</summary><div>{}</div></details>').format(
        attributes, use.text("title"), use.children()
    )


def _accordion(use: Use) -> Markup:
    """Folds under each other; with `single`, opening one closes the others."""
    number = use.page.count("accordion")
    name = Markup(' name="accordion-{}"').format(number) if use.flag("single") else Markup("")
    folds = [
        Markup('<details class="fold"{}{}><summary>{}</summary><div>{}</div></details>').format(
            name,
            Markup(" open") if item.flag("open") else Markup(""),
            _item_title(item),
            item.children(),
        )
        for item in use.parts("AccordionItem")
    ]
    return Markup('<div class="accordion">{}</div>').format(Markup("").join(folds))


def _item_title(item: Use) -> Markup:
    description = item.text("description")
    more = Markup(" <span>{}</span>").format(description) if description else Markup("")
    return Markup("{}{}").format(item.text("title"), more)


def _modal(use: Use) -> Markup:
    """What the original shows in a dialog is a fold here, which print and search can open."""
    title = use.text("title")
    heading = Markup("<p><b>{}</b></p>").format(title) if title else Markup("")
    return Markup('<details class="fold"{}><summary>{}</summary><div>{}{}</div></details>').format(
        Markup(" open") if use.flag("open") else Markup(""),
        use.text("buttonText"),
        heading,
        use.children(),
    )


def _print_group(use: Use) -> Markup:
    kind = "no-print" if use.flag("hidden") else "together"
    return Markup('<div class="{}">{}</div>').format(kind, use.children())


def _tabs(use: Use) -> Markup:
    tabs = [
        (tab.text("label"), tab.text("description"), tab.children()) for tab in use.parts("Tab")
    ]
    return use.template("tabs.html", number=use.page.count("tabs"), tabs=tabs)


def _alert(use: Use) -> Markup:
    status = use.text("status") or "base"
    return use.template(
        "alert.html", status=status, html=use.children(), description=use.text("description")
    )


def _note(use: Use) -> Markup:
    return Markup('<div class="note">{}</div>').format(use.children())


def _info(use: Use) -> Markup:
    return Markup(
        '<span class="hint" tabindex="0" role="note" aria-label="{}" data-tip="{}">i</span>'
    ).format(use.text("description"), use.text("description"))


def _line_break(use: Use) -> Markup:
    return Markup("<br>") * max(1, min(int(use.number("lines") or 1), 20))


def _page_break(use: Use) -> Markup:
    del use
    return Markup('<div class="page-break"></div>')


COMPONENTS = (
    Component(
        "Grid",
        (
            Prop("cols", "number", default=2),
            Prop("gapSize", default="md", choices=("none", "sm", "md", "lg")),
        ),
        _grid,
    ),
    Component("Group", (), _group),
    Component("Accordion", (Prop("single", "flag"),), _accordion, parts=("AccordionItem",)),
    Component(
        "AccordionItem",
        (
            Prop("title", required=True),
            Prop("description"),
            Prop("open", "flag"),
            Prop("small", "ignored"),
        ),
        None,
    ),
    Component(
        "Modal", (Prop("buttonText", required=True), Prop("title"), Prop("open", "flag")), _modal
    ),
    Component("PrintGroup", (Prop("hidden", "flag"),), _print_group),
    Component(
        "Details",
        (
            Prop("title", default="Details"),
            Prop("open", "flag"),
            Prop("printShowAll", "ignored"),
        ),
        _details,
    ),
    Component(
        "Tabs",
        (
            Prop("color", "ignored"),
            Prop("fullWidth", "ignored"),
            Prop("background", "ignored"),
            Prop("printShowAll", "ignored"),
        ),
        _tabs,
        parts=("Tab",),
    ),
    Component("Tab", (Prop("label", required=True), Prop("description")), None),
    Component("Alert", (Prop("status", choices=_STATUSES), Prop("description")), _alert),
    Component("Note", (), _note),
    Component(
        "Info",
        (Prop("description", required=True), Prop("color", "ignored"), Prop("size", "ignored")),
        _info,
        block=False,
    ),
    Component("LineBreak", (Prop("lines", "number", default=1),), _line_break),
    Component("PageBreak", (), _page_break),
)
