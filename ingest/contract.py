"""The contract: which raw tables exist, with which columns, and what a row must fulfil."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTRACT_FILE = Path(__file__).with_name("contract.yaml")
SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}


@dataclass(frozen=True)
class Column:
    """One column of a raw table.

    Attributes:
        name: The column.
        type: The logical type, for instance `decimal(18,2)`.
        description: What it holds.
        required: Whether a row without it is rejected.
        values: The values allowed, if they are listed.
        minimum: The least value allowed, if there is one.
        maximum: The greatest value allowed, if there is one.
        personal: Whether it is personal data.
        formerly: What rows have that were written when there was no such column.
    """

    name: str
    type: str
    description: str
    required: bool = False
    values: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    personal: bool = False
    formerly: int | None = None

    @property
    def kind(self) -> str:
        """The logical type without precision."""
        return self.type.partition("(")[0]

    @property
    def scale(self) -> int:
        """Decimals of a decimal column."""
        found = re.fullmatch(r"decimal\(\d+,(\d+)\)", self.type)
        return int(found[1]) if found else 0

    @property
    def precision(self) -> int:
        """Digits of a decimal column."""
        found = re.fullmatch(r"decimal\((\d+),\d+\)", self.type)
        return int(found[1]) if found else 0

    @property
    def sql_type(self) -> str:
        """The type in DuckDB."""
        return SQL_TYPES.get(self.type) or self.type.upper().replace(",", ", ")


@dataclass(frozen=True)
class Table:
    """One raw table, which is the target of one stream.

    Attributes:
        name: The table in schema `raw`.
        description: What a row is.
        columns: What a source delivers.
        primary_key: What identifies a row.
        version: The column that orders versions of a row; without it the later arrival wins.
        needed: Whether no shop can do without it.
        feeds: What is computed from it.
        fills: Public models that are empty without it.
        delivery: The columns that say how a row arrived.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    version: str | None = None
    needed: bool = False
    feeds: str = ""
    fills: tuple[str, ...] = ()
    delivery: tuple[Column, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns that a source delivers."""
        return tuple(column.name for column in self.columns)

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """All columns of the table in the warehouse."""
        return self.columns + self.delivery

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which a row is rejected."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Contract:
    """All raw tables, parents first, and the tables in which loads are recorded."""

    tables: tuple[Table, ...]
    records: tuple[Table, ...]

    @property
    def streams(self) -> tuple[str, ...]:
        """The names of the streams, in load order."""
        return tuple(table.name for table in self.tables)

    def table(self, stream: str) -> Table:
        """The raw table of a stream."""
        return next(table for table in self.tables if table.name == stream)


@cache
def load_contract() -> Contract:
    """Read the contract that is shipped with the package."""
    declared = yaml.safe_load(CONTRACT_FILE.read_text(encoding="utf-8"))
    delivery = _columns(declared["delivery"])
    return Contract(
        tables=tuple(_table(name, body, delivery) for name, body in declared["tables"].items()),
        records=tuple(_table(name, body, ()) for name, body in declared["records"].items()),
    )


def _table(name: str, body: dict[str, Any], delivery: tuple[Column, ...]) -> Table:
    return Table(
        name=name,
        description=body["description"],
        columns=_columns(body["columns"]),
        primary_key=tuple(body["primary_key"]),
        version=body.get("version"),
        needed=body.get("needed", False),
        feeds=body.get("feeds", ""),
        fills=tuple(body.get("fills", ())),
        delivery=delivery,
    )


def _columns(declared: dict[str, dict[str, Any]]) -> tuple[Column, ...]:
    return tuple(
        Column(
            name=name,
            type=body["type"],
            description=body["description"],
            required=body.get("required", False),
            values=tuple(body.get("values", ())),
            minimum=body.get("min"),
            maximum=body.get("max"),
            personal=body.get("personal", False),
            formerly=body.get("formerly"),
        )
        for name, body in declared.items()
    )
