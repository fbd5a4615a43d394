"""<DateRange> and <DateInput>: dates to choose, counted back from the end of the data."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.components.inputs import COMMON, render_input
from reports.builder.formats.resolve import default_text
from reports.builder.inputs.model import Choice, Input, Picked
from reports.builder.inputs.presets import PRESETS, preset

_BEGINNING = date(1970, 1, 1)


def _date_range(use: Use, chosen: object) -> Input:
    first, last = _bounds(use)
    names = use.values["presetRanges"]
    listed = [str(name) for name in names] if isinstance(names, list) else _offered(names)
    ranges = {name: found for name in listed if (found := preset(name, first, last))}
    for name in listed:
        if name not in ranges:
            use.warn(f"'{name}' is not a range of dates")
    wanted = use.text("defaultValue")
    if wanted and preset(wanted, first, last) is None:
        use.warn(f"defaultValue='{wanted}' is not a range of dates")
        wanted = None
    start, end = (preset(wanted, first, last) if wanted else None) or (first, last)
    ranges = {wanted or "All Time": (start, end)} | ranges
    choices = tuple(
        Choice(str(place), _picked(*found), name)
        for place, (name, found) in enumerate(ranges.items())
    )
    picked = next((each for each in choices if each.key == str(chosen)), choices[0])
    span = picked.value if isinstance(picked.value, Picked) else _picked(start, end)
    shown = f"{_shown(span['start'])} to {_shown(span['end'])}"
    name = use.text("name") or ""
    title = use.text("title") or use.page.formatter.title(name)
    return Input(name, title, "list", choices, (picked.key,), span, shown, use.node.line)


def _offered(names: object) -> list[str]:
    return [str(names)] if names else [*PRESETS[:8], "All Time"]


def _date_input(use: Use, chosen: object) -> Input:
    if use.flag("range"):
        return _date_range(use, chosen)
    _, last = _bounds(use)
    day = _day(use.text("defaultValue")) or last
    name = use.text("name") or ""
    title = use.text("title") or use.page.formatter.title(name)
    value = Picked(value=day.isoformat(), label=default_text(day))
    return Input(name, title, None, (), (), value, default_text(day), use.node.line)


def _bounds(use: Use) -> tuple[date, date]:
    """The first and the last day that the input offers."""
    found: list[date] = []
    if use.values["data"] is not None:
        column = use.text("dates") or (use.data.column_names or ("",))[0]
        found = [day for value in use.data.values(column) if (day := _day(value))]
    as_of = use.page.facts.get("as_of_date")
    end = as_of - timedelta(1) if isinstance(as_of, date) else None
    first = _day(use.values["start"]) or min(found, default=_BEGINNING)
    last = _day(use.values["end"]) or max(found, default=end or first)
    return first, last


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise ComponentError(f"'{value}' is not a date (YYYY-MM-DD)") from error


def _picked(start: date, end: date) -> Picked:
    return Picked(start=start.isoformat(), end=end.isoformat())


def _shown(text: object) -> str:
    return default_text(date.fromisoformat(str(text)))


_DATES = (
    *COMMON,
    Prop("data", "data"),
    Prop("dates", "column"),
    Prop("start", "any"),
    Prop("end", "any"),
    Prop("defaultValue"),
    Prop("presetRanges", "any"),
)

COMPONENTS = (
    Component("DateRange", _DATES, render_input, run="inputs", read_input=_date_range),
    Component(
        "DateInput",
        (*_DATES, Prop("range", "flag")),
        render_input,
        run="inputs",
        read_input=_date_input,
    ),
)
