"""<Dropdown>, <ButtonGroup>, <Checkbox>, <Slider>, <TextInput>: what readers may choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.data.result import QueryResult, Row, number
from reports.builder.data.sources import RawSql
from reports.builder.expressions.functions import text_of
from reports.builder.formats.resolve import default_text
from reports.builder.inputs.model import Choice, Input, Picked
from reports.builder.page.nodes import QuerySource

_MANY_STEPS = 60


@dataclass(frozen=True)
class _Option:
    value: object
    label: str
    default: bool = False


def render_input(use: Use) -> Markup:
    """The place of an input: a control where all its states are built, else what is chosen."""
    found = use.page.inputs.input(use.text("name") or "")
    live = found.name in use.page.live_inputs and found.switchable
    description = use.text("description") if use.component.prop("description") else None
    hidden = use.component.prop("hideDuringPrint") and use.flag("hideDuringPrint") and live
    return use.template(
        "input.html", input=found, live=live, description=description, hidden=bool(hidden)
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
    keys = _chosen_keys(use, choices, options, chosen, multiple=multiple)
    picked = [choice for choice in choices if choice.key in keys]
    shown = ", ".join(choice.label for choice in picked) or "none"
    if multiple:
        value = Picked(value=[each.value for each in picked], label=shown)
    else:
        first = picked[0] if picked else None
        value = Picked(value=first and first.value, label=first and first.label)
    name = use.text("name") or ""
    title = use.text("title") or use.page.formatter.title(name)
    return Input(name, title, control, choices, keys, value, shown, use.node.line)


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


def _chosen_keys(
    use: Use,
    choices: Sequence[Choice],
    options: Sequence[_Option],
    chosen: object,
    *,
    multiple: bool,
) -> tuple[str, ...]:
    keys = [choice.key for choice in choices]
    if chosen is not None and str(chosen) in keys:
        return (str(chosen),)
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


def _checkbox(use: Use, chosen: object) -> Input:
    given = use.values["defaultValue"]
    checked = use.flag("checked") if given is None else text_of(given) == "true"
    if chosen is not None:
        checked = str(chosen) == "1"
    choices = (Choice("0", value=False, label="No"), Choice("1", value=True, label="Yes"))
    key = "1" if checked else "0"
    return _simple(use, "box", choices, (key,), checked, "Yes" if checked else "No")


def _slider(use: Use, chosen: object) -> Input:
    low, high = _bound(use, "min", "minColumn", 0.0), _bound(use, "max", "maxColumn", 100.0)
    step = use.number("step") or 1.0
    default = use.values["defaultValue"]
    if isinstance(default, str) and use.values["data"] is not None and use.data.column(default):
        default = use.data.rows[0].get(default) if use.data.rows else None
    start = _as_number(default)
    start = low if start is None else min(max(start, low), high)
    count = int((high - low) / step + 1e-9) + 1 if step > 0 and high > low else 1
    steps = [low + index * step for index in range(count)] if count <= _MANY_STEPS else []
    style = use.page.formatter.resolve(use.text("fmt") or "auto", values=[start])
    choices = tuple(
        Choice(str(place), _whole(each), style.text(_whole(each)))
        for place, each in enumerate(steps)
    )
    near = min(choices, key=lambda each: abs(float(str(each.value)) - start), default=None)
    picked = next((each for each in choices if each.key == str(chosen)), None)
    value = _whole(start) if picked is None else picked.value
    key = (picked or near or Choice("", None, "")).key
    return _simple(use, "list", choices, (key,), value, style.text(value))


def _bound(use: Use, prop: str, column: str, default: float) -> float:
    name = use.text(column) if use.component.prop(column) else None
    if name and use.values["data"] is not None and use.data.rows:
        given: object = use.data.rows[0].get(name)
    else:
        given = use.values[prop]
    found = _as_number(given)
    return default if found is None else found


def _as_number(value: object) -> float | None:
    try:
        return None if value is None else float(str(value))
    except ValueError as error:
        raise ComponentError(f"'{value}' is not a number") from error


def _whole(value: float) -> float | int:
    return int(value) if value == int(value) else round(value, 10)


def _text_input(use: Use, chosen: object) -> Input:
    del chosen
    value = use.text("defaultValue") or ""
    picked = Picked(value=value, label=value, search=lambda *_: RawSql("TRUE"))
    return _simple(use, None, (), (), picked, value or "anything")


def _dimension_grid(use: Use, chosen: object) -> Input:
    del chosen
    return _simple(use, None, (), (), RawSql("TRUE"), "everything")


def _simple(
    use: Use,
    control: str | None,
    choices: tuple[Choice, ...],
    keys: tuple[str, ...],
    value: object,
    shown: str,
) -> Input:
    name = use.text("name") or ""
    title = use.text("title") or use.page.formatter.title(name)
    return Input(name, title, control, choices, keys, value, shown, use.node.line)


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
    Component(
        "Checkbox",
        (*COMMON, Prop("checked", "flag"), Prop("defaultValue", "any")),
        render_input,
        run="inputs",
        read_input=_checkbox,
    ),
    Component(
        "Slider",
        (
            *COMMON,
            Prop("data", "data"),
            Prop("min", "number"),
            Prop("max", "number"),
            Prop("minColumn", "column"),
            Prop("maxColumn", "column"),
            Prop("step", "number", default=1.0),
            Prop("defaultValue", "any"),
            Prop("fmt", "format"),
            Prop("range", "ignored"),
            Prop("size", "ignored"),
            Prop("showMaxMin", "ignored"),
            Prop("showInput", "ignored"),
        ),
        render_input,
        run="inputs",
        read_input=_slider,
    ),
    Component(
        "TextInput",
        (
            *COMMON,
            Prop("defaultValue"),
            Prop("placeholder", "ignored"),
            Prop("unsafe", "ignored"),
        ),
        render_input,
        run="inputs",
        read_input=_text_input,
    ),
    Component(
        "DimensionGrid",
        (
            *COMMON,
            Prop("data", "data"),
            Prop("metric", "ignored"),
            Prop("metricLabel", "ignored"),
            Prop("limit", "ignored"),
            Prop("multiple", "ignored"),
            Prop("fmt", "ignored"),
            Prop("subtitle", "ignored"),
        ),
        render_input,
        run="inputs",
        read_input=_dimension_grid,
    ),
)
