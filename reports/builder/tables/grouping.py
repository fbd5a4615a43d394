"""Rows in groups, with a line of totals for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.builder.data.result import QueryResult, Row
from reports.builder.expressions.functions import text_of


@dataclass(frozen=True)
class Group:
    """The rows that share a value.

    Attributes:
        name: The value, for people.
        rows: The rows, in order.
    """

    name: str
    rows: tuple[Row, ...]

    def result(self, of: QueryResult) -> QueryResult:
        """The group's rows as a result of their own, for its totals."""
        return QueryResult(of.name, of.columns, self.rows)


def grouped(rows: Sequence[Row], column: str) -> list[Group]:
    """The rows by the values of a column, groups in the order in which they first appear."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(text_of(row.get(column)) or "(none)", []).append(row)
    return [Group(name, tuple(members)) for name, members in found.items()]
