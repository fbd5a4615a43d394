"""The result of a query, as expressions and components see it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal, overload

Kind = Literal["number", "text", "date", "timestamp", "boolean", "list"]
Row = dict[str, object]

# Control characters have no place in HTML; private ones would collide with a page's placeholders.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\uf8ff\ufffe\uffff]")
_NUMBERS = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "REAL", "NUMERIC")


@dataclass(frozen=True)
class ColumnInfo:
    """A column of a result."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class QueryResult(Sequence[Row]):
    """Rows by column name, in order.

    Attributes:
        name: The query's name in the page.
        columns: Names and kinds, in the order of the SELECT.
        rows: Values as plain Python: int, float, str, bool, date, datetime, list or None.
    """

    name: str
    columns: tuple[ColumnInfo, ...]
    rows: tuple[Row, ...]

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> ColumnInfo | None:
        """The column of that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    def values(self, name: str) -> list[object]:
        """All values of a column."""
        return [row.get(name) for row in self.rows]


def kind_of(duckdb_type: str) -> Kind:
    """The kind of a DuckDB type, by its name."""
    name = duckdb_type.upper()
    if name.endswith("[]"):
        return "list"
    if name.startswith("TIMESTAMP"):
        return "timestamp"
    if name == "DATE":
        return "date"
    if name == "BOOLEAN":
        return "boolean"
    return "number" if any(part in name for part in _NUMBERS) and name != "INTERVAL" else "text"


def plain(value: object) -> object:  # noqa: PLR0911  one for each kind
    """A value of DuckDB as plain Python; infinities and NaN are no values."""
    match value:
        case Decimal():
            return plain(float(value))
        case float():
            return value if math.isfinite(value) else None
        case str():
            return _UNPRINTABLE.sub("", value)
        case None | bool() | int() | datetime() | date():
            return value
        case list() | tuple():
            return [plain(item) for item in value]
        case time():
            return value.isoformat()
        case _:
            return str(value)


def encode(result: QueryResult) -> str:
    """A result as JSON, to keep it."""
    columns = [[column.name, column.kind] for column in result.columns]
    rows = [[row[name] for name in result.column_names] for row in result.rows]
    return json.dumps([columns, rows], default=_encoded, separators=(",", ":"))


def decode(text: str, name: str) -> QueryResult:
    """A result that was kept, under a name."""
    columns, rows = json.loads(text, object_hook=_decoded)
    names = [column for column, _ in columns]
    return QueryResult(
        name,
        tuple(ColumnInfo(column, kind) for column, kind in columns),
        tuple(dict(zip(names, row, strict=True)) for row in rows),
    )


def _encoded(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    raise TypeError(value)


def _decoded(found: dict[str, str]) -> datetime | date:
    return datetime.fromisoformat(found["at"]) if "at" in found else date.fromisoformat(found["on"])


def number(value: object) -> float | None:
    """A value as a finite number, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
