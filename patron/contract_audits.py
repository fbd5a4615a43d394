"""The audits that follow from a contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from patron.contract_columns import Check, Column, Scalar
from patron.contracts import Contract
from patron.sql import literal


@dataclass(frozen=True)
class Audit:
    """An audit that follows from a contract.

    Attributes:
        name: The audit of the library.
        arguments: Its arguments as SQL, by name.
    """

    name: str
    arguments: dict[str, str]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{k} := {v}' for k, v in self.arguments.items())})"


def audits(contract: Contract) -> list[Audit]:
    """The audits that a contract stands for: keys first, then columns, then the whole table."""
    found = [Audit("unique_combination_of_columns", {"columns": f"({', '.join(contract.grain)})"})]
    if contract.required:
        found.insert(0, Audit("not_null", {"columns": f"({', '.join(contract.required)})"}))
    for name, column in contract.columns.items():
        found += _column_audits(name, column)
    for check in contract.checks:
        blocking = {} if check.blocking else {"blocking": "FALSE"}
        found.append(Audit(check.audit, {**arguments(check), **blocking}))
    return found


def arguments(check: Check) -> dict[str, str]:
    """The arguments of a check as SQL, by name."""
    return {name: _sql(value) for name, value in (check.model_extra or {}).items()}


def _sql(value: Any) -> str:
    """A value of YAML as SQL: text is SQL already, such as the name of a column."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, list | tuple):
        return f"({', '.join(_sql(item) for item in value)})"
    return _value(value) if isinstance(value, date) else str(value)


def _value(value: Scalar) -> str:
    """A value of YAML as a literal."""
    if isinstance(value, date):
        return f"CAST({literal(value.isoformat())} AS DATE)"
    return literal(value) if isinstance(value, str) else str(value).upper()


def _column_audits(name: str, column: Column) -> Iterator[Audit]:
    if column.unique:
        yield Audit("unique_values", {"columns": f"({name})"})
    bounds = {"min_v": column.min, "max_v": column.max}
    if said := {bound: _value(value) for bound, value in bounds.items() if value is not None}:
        yield Audit("accepted_range", {"column": name, **said})
    if column.accepted_values:
        values = ", ".join(map(_value, column.accepted_values))
        yield Audit("accepted_values", {"column": name, "is_in": f"({values})"})
    if column.regex:
        patterns = f"({literal(column.regex)})"
        yield Audit("match_regex_pattern_list", {"column": name, "patterns": patterns})
    if column.references:
        table, _, key = column.references.rpartition(".")
        arguments = {"column": name, "parent_table": table, "parent_column": key}
        yield Audit("foreign_key", arguments)
