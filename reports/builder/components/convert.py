"""From props as written to values: the conversions, and the warnings about what does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from reports.builder.components.base import Component, ComponentError, Prop
from reports.builder.data.result import ColumnInfo, Kind, QueryResult
from reports.builder.data.runner import unknown_column
from reports.builder.expressions.functions import text_of
from reports.builder.formats import Formatter
from reports.builder.notices import Notices, did_you_mean
from reports.builder.page.nodes import Code, PropValue
from reports.builder.render.scope import Scope

# Props of layout that the original takes everywhere and that have no meaning here.
_IGNORED = frozenset({"class", "id", "style", "renderer", "connectGroup"})


def convert_props(
    component: Component,
    written: Sequence[PropValue],
    scope: Scope,
    notices: Notices,
    data: object = None,
) -> dict[str, object]:
    """The values of a component's props.

    Args:
        component: Which one.
        written: The props in the page.
        scope: What names mean there.
        notices: Takes the warnings.
        data: The data of the component around it, for parts.

    Raises:
        ComponentError: If a required prop or a column is missing.
        ExpressionError: If an expression cannot be evaluated.
        QueryError: If a query failed.
    """
    values: dict[str, object] = {prop.name: prop.default for prop in component.props}
    given = _known(component, written, notices)
    if "data" in given:
        data = values["data"] = _data(raw_value(given["data"][1], scope), scope)
    for name, (prop, value) in given.items():
        if prop.kind == "unsupported":
            notices.warn(value.line, f"<{component.name}> {name}= has no effect here")
        elif prop.kind not in ("data", "ignored"):
            converted = _convert(prop, raw_value(value, scope), data)
            values[name] = prop.default if converted is None else converted
            _check(component, prop, values[name], value.line, scope.formatter, notices)
    for prop in component.props:
        if prop.required and values[prop.name] is None:
            raise ComponentError(f"<{component.name}> needs {prop.name}=")
    return values


def raw_value(value: PropValue, scope: Scope) -> object:
    """A prop's value before conversion: an expression's value, or text with values in it."""
    if len(value.parts) == 1:
        part = value.parts[0]
        return scope.value(part) if isinstance(part, Code) else part
    return "".join(
        text_of(scope.value(part)) if isinstance(part, Code) else str(part) for part in value.parts
    )


def _known(
    component: Component, written: Sequence[PropValue], notices: Notices
) -> dict[str, tuple[Prop, PropValue]]:
    by_folded = {prop.name.lower(): prop for prop in component.props}
    known: dict[str, tuple[Prop, PropValue]] = {}
    for value in written:
        prop = by_folded.get(value.name.lower())
        if prop is None:
            if value.name not in _IGNORED:
                near = did_you_mean(value.name, (each.name for each in component.props))
                notices.warn(value.line, f"<{component.name}> has no prop '{value.name}'{near}")
            continue
        if prop.name != value.name:
            notices.warn(
                value.line, f"<{component.name}> '{value.name}' should be written '{prop.name}'"
            )
        known[prop.name] = (prop, value)
    return known


def _data(value: object, scope: Scope) -> QueryResult:
    if isinstance(value, QueryResult):
        return value
    if isinstance(value, str):
        found = scope.lookup(value)
        if isinstance(found, QueryResult):
            return found
    if isinstance(value, Mapping):  # a row of a loop
        return result_of_rows([dict(value)])
    if isinstance(value, list | tuple) and all(isinstance(row, Mapping) for row in value):
        return result_of_rows([dict(row) for row in value])
    raise ComponentError("data= is not a query")


def result_of_rows(rows: list[dict[str, object]]) -> QueryResult:
    """Rows of an expression, such as `query.slice(0, 10)`, as a result of their own."""
    names = list(rows[0]) if rows else []
    columns = []
    for name in names:
        present = [row.get(name) for row in rows if row.get(name) is not None]
        columns.append(ColumnInfo(name, _kind(present)))
    return QueryResult("rows", tuple(columns), tuple(rows))


def _kind(values: list[object]) -> Kind:  # noqa: PLR0911  one case for each kind
    """What a column of plain values holds."""
    if not values or not all(isinstance(value, type(values[0])) for value in values):
        numbers = bool(values) and all(isinstance(value, int | float) for value in values)
        return "number" if numbers else "text"
    match values[0]:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case datetime():
            return "timestamp"
        case date():
            return "date"
        case list():
            return "list"
        case _:
            return "text"


def _convert(prop: Prop, value: object, data: object) -> object:
    match prop.kind:
        case "flag":
            return _flag(value)
        case "number":
            return _number(prop, value)
        case "column":
            return _column(value, data)
        case "columns":
            listed = value if isinstance(value, list | tuple) else [value]
            return [_column(item, data) for item in listed]
        case "any":
            return value
        case _:
            return None if value is None else text_of(value)


def _flag(value: object) -> bool:
    return (
        value.strip().lower() not in ("false", "no", "0", "")
        if isinstance(value, str)
        else bool(value)
    )


def _number(prop: Prop, value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    if str(value) in prop.choices:
        return value
    try:
        return float(str(value))
    except ValueError as error:
        raise ComponentError(f"{prop.name}={value!r} is not a number") from error


def _column(value: object, data: object) -> object:
    name = text_of(value)
    if isinstance(data, QueryResult) and data.columns and data.column(name) is None:
        folded = {column.lower(): column for column in data.column_names}
        if name.lower() in folded:
            return folded[name.lower()]
        raise ComponentError(unknown_column(data, name))
    return name


def _check(
    component: Component,
    prop: Prop,
    value: object,
    line: int,
    formatter: Formatter,
    notices: Notices,
) -> None:
    if prop.kind == "format" and isinstance(value, str) and not formatter.knows(value):
        notices.warn(line, f"<{component.name}> {prop.name}='{value}' is not a format")
    if prop.kind == "text" and prop.choices and value is not None and value not in prop.choices:
        near = did_you_mean(str(value), prop.choices)
        allowed = ", ".join(prop.choices)
        notices.warn(
            line, f"<{component.name}> {prop.name}='{value}' is not one of {allowed}{near}"
        )
