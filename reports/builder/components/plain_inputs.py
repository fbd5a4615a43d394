"""<Checkbox>, <Slider>, <TextInput> and <DimensionGrid>: inputs without a list of their own."""

from __future__ import annotations

from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.components.inputs import COMMON, render_input
from reports.builder.data.sources import RawSql
from reports.builder.expressions.functions import text_of
from reports.builder.inputs.model import Choice, Input, Picked
from reports.builder.inputs.texts import filters_alone

_MANY_STEPS = 60


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
    name, queries = use.text("name") or "", use.scope.store.queries
    control = "text" if not value and filters_alone(name, queries) else None
    return _simple(use, control, (), (), picked, value or "anything")


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


COMPONENTS = (
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
            Prop("placeholder"),
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
