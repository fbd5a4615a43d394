"""Every audit, as SQLMesh renders it, on DuckDB: silent on good rows, loud on bad ones."""

from __future__ import annotations

from typing import Any

import cases_of_customers
import cases_of_numbers
import cases_of_orders
import cases_of_staging
import pytest
from audit_case import Case

from tests.support.definitions import PROJECT, empty_warehouse, model_of

CASES = [
    *cases_of_staging.CASES,
    *cases_of_orders.CASES,
    *cases_of_customers.CASES,
    *cases_of_numbers.CASES,
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_audit_is_silent_on_good_rows_and_names_bad_ones(case: Case) -> None:
    model = model_of(
        f"MODEL (name marts.checked, kind {case.kind}, audits ({case.call}));"
        " SELECT 1 AS id, DATE '2025-03-01' AS day",
        **dict(case.variables),
    )
    name, arguments = model.audits[0]
    audit = model.audit_definitions[name]
    query = model.render_audit_query(audit, start="2025-02-28", end="2025-03-01", **arguments)
    with empty_warehouse() as connection:
        connection.execute(case.good)
        assert connection.execute(query.sql(dialect="duckdb")).fetchall() == []
        connection.execute(case.damage)
        failed = connection.execute(query.sql(dialect="duckdb")).fetchall()
    assert sorted(_plain(row) for row in failed) == case.failed


def test_every_audit_has_a_case() -> None:
    written = {path.stem for path in (PROJECT / "audits").glob("*.sql")}
    assert {case.call.partition("(")[0] for case in CASES} >= written


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row whose numbers and days can be written down in a test."""
    return tuple(
        cell if cell is None or isinstance(cell, int | str) else _number_or_text(cell)
        for cell in row
    )


def _number_or_text(cell: Any) -> float | str:
    try:
        return float(cell)
    except TypeError:
        return str(cell)
