"""<Dropdown> and <ButtonGroup>: what readers may choose out of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.builder.components.base import Component, Prop, Use
from reports.builder.data.result import QueryResult, Row, number
from reports.builder.data.sources import RawSql
from reports.builder.expressions.functions import text_of
from reports.builder.formats.resolve import default_text
from reports.builder.inputs.model import Choice, Input, Picked
from reports.builder.page.nodes import QuerySource

# The key of what a list of several values has at first, which readers may choose again.
_TOGETHER = "all"


@dataclass(frozen=True)
class _Option:
    value: object
    label: str
    default: bool = False


def render_input(use: Use) -> Markup:
    """The place of an input: a control where all its states are built, else what is chosen."""
    found = use.page.inputs.input(use.text("name") or "")
    typed = found.control == "text"
    live = typed or (found.name in use.page.live_inputs and found.switchable)
    description = use.text("description") if use.component.prop("description") else None
    hidden = use.component.prop("hideDuringPrint") and use.flag("hideDuringPrint") and live
    return use.template(
        "input.html",
        input=found,
        live=live,
        description=description,
        hidden=bool(hidden),
        placeholder=(use.text("placeholder") if use.component.prop("placeholder") else "") or "",
    )


def _dropdown(use: Use, chosen: object) -> Input:
    return _pick(use, chosen, "DropdownOption", "list", multiple=use.flag("multiple"))


def _button_group(use: Use, chosen: object) -> Input:
    found = _pick(use, chosen, "ButtonGroupItem", "buttons", multiple=False)
    value = found.value["value"] if isinstance(found.value, Mapping) else found.value
    return _replaced(found, value)


def _replaced(found: Input, value: object) -> Input:
    return Input(
        found.name, found.title, found.control, found.choices, found.chosen, value, found.shown,
        found.line,
    )  # fmt: skip


def _pick(use: Use, chosen: object, part: str, control: str, *, multiple: bool) -> Input:
    written = [_written(each) for each in use.parts(part)]
    options = _unique([*written, *_from_data(use)])
    choices = tuple(
        Choice(str(place), each.value, each.label) for place, each in enumerate(options)
    )
    keys = _default_keys(use, choices, options, multiple=multiple)
    together = Choice(_TOGETHER, None, _label(choices, keys))
    offered = (together, *choices) if multiple and len(keys) != 1 else choices
    if str(chosen) in {choice.key for choice in choices}:
        keys = (str(chosen),)
    picked = [choice for choice in choices if choice.key in keys]
    shown = ", ".join(choice.label for choice in picked) or "none"
    if multiple:
        value = Picked(value=[each.value for each in picked], label=shown)
    else:
        first = picked[0] if picked else None
        value = Picked(value=first and first.value, label=first and first.label)
    name = use.text("name") or ""
    title = use.text("title") or use.page.formatter.title(name)
    marked = keys if len(keys) == 1 else (_TOGETHER,) if multiple and choices else ()
    return Input(name, title, control, offered, marked, value, shown, use.node.line)


def _label(choices: Sequence[Choice], keys: Sequence[str]) -> str:
    """What several choices are called together."""
    if not keys:
        return "None"
    if len(keys) == len(choices):
        return "All"
    return ", ".join(choice.label for choice in choices if choice.key in keys)


def _written(part: Use) -> _Option:
    value = part.values["value"]
    typed = RawSql(value) if isinstance(value, str) else value
    label = part.text("valueLabel") or text_of(value)
    is_default = part.component.prop("default") is not None and part.flag("default")
    return _Option(typed, label, is_default)


def _from_data(use: Use) -> list[_Option]:
    if use.values["data"] is None:
        return []
    data = _filtered(use, use.data)
    column = use.text("value") or (data.column_names or ("",))[0]
    label = use.text("label") or column
    order = (use.text("order") or "").split()
    rows = list(data.rows)
    if order and data.column(order[0]):
        rows.sort(key=lambda row: _sort_key(row, order[0]), reverse=order[-1].lower() == "desc")
    return [
        _Option(row.get(column), default_text(row.get(label)))
        for row in rows
        if row.get(column) is not None
    ]


def _sort_key(row: Row, column: str) -> tuple[float, str]:
    return number(row.get(column)) or 0.0, text_of(row.get(column))


def _filtered(use: Use, data: QueryResult) -> QueryResult:
    """The rows that `where` leaves, found by a query of their own."""
    where = use.text("where") if use.component.prop("where") else None
    store = use.scope.store
    if not where or data.name not in store:
        return data
    name = f"{data.name} where {where}"
    source = store.queries[data.name]
    sql = f"SELECT * FROM ${{{data.name}}} WHERE {where}"
    return store.derived(QuerySource(name, sql, source.file, source.line))


def _unique(options: Sequence[_Option]) -> list[_Option]:
    found: dict[str, _Option] = {}
    for each in options:
        found.setdefault(text_of(each.value), each)
    return list(found.values())


def _default_keys(
    use: Use, choices: Sequence[Choice], options: Sequence[_Option], *, multiple: bool
) -> tuple[str, ...]:
    keys = [choice.key for choice in choices]
    if multiple and use.flag("selectAllByDefault"):
        return tuple(keys)
    wanted = use.values["defaultValue"]
    listed = wanted if isinstance(wanted, list | tuple) else [wanted]
    texts = [text_of(each) for each in listed if each is not None]
    found = [choice.key for choice in choices if text_of(choice.value) in texts]
    found = found or [choice.key for choice in choices if choice.label in texts]
    found = found or [key for key, option in zip(keys, options, strict=True) if option.default]
    if texts and not found and choices:
        use.warn(f"defaultValue='{', '.join(texts)}' is not among its values")
    if found:
        return tuple(found) if multiple else (found[0],)
    leaves_open = multiple or (use.component.prop("noDefault") and use.flag("noDefault"))
    return () if leaves_open else tuple(keys[:1])


COMMON = (
    Prop("name", required=True),
    Prop("title"),
    Prop("description"),
    Prop("hideDuringPrint", "flag", default=True),
)
_FROM_DATA = (
    Prop("data", "data"),
    Prop("value", "column"),
    Prop("label", "column"),
    Prop("order"),
    Prop("where"),
    Prop("defaultValue", "any"),
)

COMPONENTS = (
    Component(
        "Dropdown",
        (
            *COMMON,
            *_FROM_DATA,
            Prop("multiple", "flag"),
            Prop("selectAllByDefault", "flag"),
            Prop("noDefault", "flag"),
            Prop("disableSelectAll", "ignored"),
        ),
        render_input,
        parts=("DropdownOption",),
        run="inputs",
        read_input=_dropdown,
    ),
    Component("DropdownOption", (Prop("value", "any", required=True), Prop("valueLabel")), None),
    Component(
        "ButtonGroup",
        (
            *COMMON,
            *_FROM_DATA,
            Prop("display", "ignored"),
            Prop("preset", "ignored"),
            Prop("color", "ignored"),
        ),
        render_input,
        parts=("ButtonGroupItem",),
        run="inputs",
        read_input=_button_group,
    ),
    Component(
        "ButtonGroupItem",
        (Prop("value", "any", required=True), Prop("valueLabel"), Prop("default", "flag")),
        None,
    ),
)
