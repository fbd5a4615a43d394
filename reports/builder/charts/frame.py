"""From the rows of a query to what a chart shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from reports.builder.charts import palette
from reports.builder.charts.model import Mark, Position, Series, Sizes
from reports.builder.charts.ticks import moment
from reports.builder.data.result import QueryResult, Row, number
from reports.builder.expressions.functions import text_of
from reports.builder.formats import Format, Formatter

_MAX_SERIES = 40
Key = date | float | str
XKind = Literal["time", "number", "category"]
_X_KINDS: Mapping[str, XKind] = {"date": "time", "timestamp": "time", "number": "number"}


@dataclass(frozen=True)
class Wanted:
    """Which columns a chart shows, and how.

    Attributes:
        x: The column of positions; the first if not given.
        y: The columns of values; all other numbers if not given.
        series: The column that splits the values.
        x_format: The format of positions, if given.
        y_format: The format of values, if given.
        colors: Colours by series.
        order: Series that come first, in this order.
        sort: Whether categories are ordered by value, the largest first.
        fill_gaps: Whether what is missing counts as zero, as it must where values are stacked.
        shares: Whether values are shares of their position's total.
        right: The columns on the right axis.
        right_format: Their format, if given.
        marks: How columns are drawn that are not drawn as the chart is; one may be drawn twice.
        sizes: The columns that say how large the dots of other columns are.
        size_format: Their format, if given.
        titles: What columns are called, if not by their names.
        series_format: How the values of the series' column are written, if given.
        named: Whether positions are names, even if they are numbers or dates.
    """

    x: str | None = None
    y: tuple[str, ...] = ()
    series: str | None = None
    x_format: str | None = None
    y_format: str | None = None
    colors: Mapping[str, str] | Sequence[str] = ()
    order: tuple[str, ...] = ()
    sort: bool = False
    fill_gaps: bool = False
    shares: bool = False
    right: tuple[str, ...] = ()
    right_format: str | None = None
    marks: Mapping[str, Sequence[Mark]] = field(default_factory=dict)
    sizes: Mapping[str, str] = field(default_factory=dict)
    size_format: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    series_format: str | None = None
    named: bool = False


@dataclass(frozen=True)
class Frame:
    """Positions and series, ready to be drawn, and the columns that they come from."""

    x: str
    y: tuple[str, ...]
    x_kind: XKind
    positions: tuple[Position, ...]
    position_format: Format
    series: tuple[Series, ...]


def build_frame(result: QueryResult, wanted: Wanted, formatter: Formatter) -> Frame:
    """The positions and series of a chart.

    Args:
        result: The rows.
        wanted: What is shown of them.
        formatter: How values are written.
    """
    x = wanted.x or (result.column_names[0] if result.columns else "")
    y = wanted.y or _numeric_columns(result, x, wanted.series, wanted.right)
    info = result.column(x)
    kind: XKind = _X_KINDS.get(info.kind, "category") if info and not wanted.named else "category"
    rows = [row for row in result.rows if row.get(x) is not None or kind == "category"]
    keys = list(dict.fromkeys(_key(row.get(x)) for row in rows))
    if kind != "category":
        keys.sort(key=_order)
    cells = _cells(rows, x, (*y, *wanted.right), wanted.series)
    names = _ordered(list(cells), wanted.order)
    if kind == "category" and wanted.sort:
        left = [name for name in names if name[1] not in wanted.right]
        totals = {key: sum(cells[name].get(key) or 0 for name in left) for key in keys}
        keys.sort(key=lambda key: -totals[key])
    x_texts = formatter.resolve(
        wanted.x_format or _time_format(kind, keys), x, info.kind if info else "text"
    )
    positions = tuple(Position(key, x_texts.text(key)) for key in keys)
    table = {name: [_filled(cells[name].get(key), wanted) for key in keys] for name in names}
    if wanted.shares:
        table |= _shares({name: row for name, row in table.items() if name[1] not in wanted.right})
    sizes = _sizes(result, rows, wanted, keys, formatter, x)
    series: list[Series] = []
    for place, name in enumerate(names):
        one = _series(place, name, table[name], result, wanted, formatter)
        series += [
            replace(
                one, mark=mark, again=again > 0, sizes=sizes.get(name) if mark == "point" else None
            )
            for again, mark in enumerate(wanted.marks.get(name[1], (None,)))
        ]
    return Frame(x, y, kind, positions, x_texts, tuple(series))


def _sizes(
    result: QueryResult,
    rows: Sequence[Row],
    wanted: Wanted,
    keys: Sequence[Key],
    formatter: Formatter,
    x: str,
) -> dict[tuple[str, str], Sizes]:
    """How large the dots of each series are, by the series."""
    found: dict[tuple[str, str], Sizes] = {}
    for column, size in wanted.sizes.items():
        style = formatter.resolve(wanted.size_format, size, values=result.values(size))
        largest = max((abs(number(value) or 0) for value in result.values(size)), default=0.0)
        for (member, _), cell in _cells(rows, x, (size,), wanted.series).items():
            values = tuple(cell.get(key) for key in keys)
            found[member, column] = Sizes(formatter.title(size), values, style, largest)
    return found


def _numeric_columns(
    result: QueryResult, x: str, series: str | None, right: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(
        column.name
        for column in result.columns
        if column.kind == "number" and column.name not in (x, series, *right)
    )


def _key(value: object) -> Key:
    if value is None:
        return "(none)"
    return value if isinstance(value, date | int | float) else text_of(value)


def _order(key: Key) -> float:
    return moment(key) if isinstance(key, date) else number(key) or 0.0


def _cells(
    rows: Sequence[Row], x: str, y: Sequence[str], series: str | None
) -> dict[tuple[str, str], dict[Key, float | None]]:
    """Values by series (its value, its column) and position."""
    cells: dict[tuple[str, str], dict[Key, float | None]] = {}
    for row in rows:
        for column in y:
            name = (str(_key(row.get(series))) if series else "", column)
            if name not in cells and len(cells) >= _MAX_SERIES:
                continue
            cell = cells.setdefault(name, {})
            key, value = _key(row.get(x)), number(row.get(column))
            before = cell.get(key)
            cell[key] = value if before is None or value is None else before + value
    return cells


def _ordered(names: list[tuple[str, str]], order: tuple[str, ...]) -> list[tuple[str, str]]:
    def place(name: tuple[str, str]) -> int:
        label = name[0] or name[1]
        return order.index(label) if label in order else len(order)

    return sorted(names, key=place)


def _filled(value: float | None, wanted: Wanted) -> float | None:
    return 0.0 if value is None and wanted.fill_gaps else value


def _shares(
    table: dict[tuple[str, str], list[float | None]],
) -> dict[tuple[str, str], list[float | None]]:
    totals = [sum(value or 0 for value in column) for column in zip(*table.values(), strict=True)]
    return {
        name: [
            (value or 0) / total if total else None
            for value, total in zip(row, totals, strict=True)
        ]
        for name, row in table.items()
    }


def _series(
    place: int,
    name: tuple[str, str],
    values: list[float | None],
    result: QueryResult,
    wanted: Wanted,
    formatter: Formatter,
) -> Series:
    member, column = name
    several = len(wanted.y) + len(wanted.right) > 1
    label = wanted.titles.get(column) or formatter.title(column)
    if member:
        shown = (
            formatter.resolve(wanted.series_format).text(_typed(member))
            if wanted.series_format
            else member
        )
        label = f"{shown}, {label}" if several else shown
    color = _color(place, member or column, wanted.colors)
    style = Format("#,##0.0%", is_ratio=True)
    right = column in wanted.right
    if right or not wanted.shares:
        chosen = wanted.right_format if right else wanted.y_format
        style = formatter.resolve(chosen, column, values=result.values(column))
    return Series(
        label=label,
        color=color,
        values=tuple(values),
        format=style,
        muted=color == palette.MUTED,
        right=right,
    )


def _typed(text: str) -> object:
    """A member of a series as the number or date that it was."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return text


def _color(place: int, key: str, colors: Mapping[str, str] | Sequence[str]) -> str:
    chosen: str | None = None
    if isinstance(colors, Mapping):
        chosen = colors.get(key)
    elif colors:
        chosen = colors[place % len(colors)]
    return (palette.color(str(chosen)) if chosen else None) or palette.SERIES[place % 8]


def _time_format(kind: str, keys: Sequence[object]) -> str | None:
    """`Mar 2025` where every position is the first of a month; the date otherwise."""
    if kind != "time":
        return None
    dates = [key for key in keys if isinstance(key, date)]
    if any(isinstance(key, datetime) and (key.hour or key.minute) for key in dates):
        return None
    if len(dates) > 1 and all(key.day == 1 for key in dates):
        return "yyyy" if all(key.month == 1 for key in dates) else "mmm yyyy"
    return "d mmm yyyy"
