"""What contracts promise as rows of plain values, for the model quality.contracts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from patron.contract_audits import audits
from patron.contract_columns import Column
from patron.contracts import Contract

Row = dict[str, Any]


def promise_rows(contracts: Iterable[Contract]) -> list[Row]:
    """One row per contracted table, promise and what it is about."""
    return [
        {
            "model": contract.model,
            "contract_version": contract.version,
            "promise": promise,
            "item": item,
            "promised": text,
            "owner": contract.owner,
            "stakeholders": ", ".join(contract.stakeholders),
        }
        for contract in contracts
        for promise, item, text in _promises(contract)
    ]


def described(column: Column) -> str:
    """What is promised of a column, for people."""
    said = [
        column.type,
        "always there" if column.required else "",
        "no value twice" if column.unique else "",
        _range(column),
        f"one of {', '.join(map(str, column.accepted_values))}" if column.accepted_values else "",
        f"like {column.regex}" if column.regex else "",
        f"known in {column.references}" if column.references else "",
    ]
    return "; ".join(text for text in said if text)


def _range(column: Column) -> str:
    if column.min is not None and column.max is not None:
        return f"{column.min} to {column.max}"
    if column.min is not None:
        return f"at least {column.min}"
    return f"at most {column.max}" if column.max is not None else ""


def _promises(contract: Contract) -> Iterator[tuple[str, str, str]]:
    days = contract.notice_days
    yield "grain", "grain", f"one row per {', '.join(contract.grain)}"
    yield "freshness", "freshness", str(contract.freshness)
    yield "accuracy", "accuracy", contract.accuracy.statement
    yield "availability", "availability", str(contract.availability)
    yield "notice", "notice", f"{days.breaking} days before breaking, {days.other} before others"
    if contract.deprecated:
        yield "deprecation", "deprecation", str(contract.deprecated)
    for name, column in contract.columns.items():
        yield "column", name, described(column)
    for audit in audits(contract):
        yield "check", str(audit), "found in no row"
    for name in contract.consumers:
        yield "consumer", name, "reads it outside the project"
