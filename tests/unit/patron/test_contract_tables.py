"""Promises as rows: one for each thing that a reader may rely on, in words."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from patron.contract_columns import Column
from patron.contract_tables import described, promise_rows
from patron.contracts import Contract, read_contracts
from patron.yaml_file import checked
from tests.support.definitions import PROJECT

CONTRACT = """
model: marts.mart_days
version: 1.2.0
owner: finance_team
stakeholders: [board, sales]
consumers: [Power BI]
grain: [day]
freshness: {daily_by: '08:00', timezone: Europe/Berlin}
accuracy: {statement: As in staging., audits: [sums_agree]}
availability: {share: 0.995, days: 90}
notice_days: {breaking: 30, other: 7}
deprecated: {since: 2026-01-01, replaced_by: marts.mart_weeks, removal: 2026-07-01}
columns:
  day: {type: DATE, required: true}
checks:
  - {audit: no_gaps, column: day}
"""


def test_every_promise_is_a_row() -> None:
    contract = checked(Contract, yaml.safe_load(CONTRACT), Path("mart_days.yaml"))
    rows = promise_rows([contract])
    assert [(row["promise"], row["item"], row["promised"]) for row in rows] == [
        ("grain", "grain", "one row per day"),
        ("freshness", "freshness", "daily by 08:00 Europe/Berlin"),
        ("accuracy", "accuracy", "As in staging."),
        ("availability", "availability", "99.5% of 90 days"),
        ("notice", "notice", "30 days before breaking, 7 before others"),
        (
            "deprecation",
            "deprecation",
            "Deprecated since 2026-01-01: read marts.mart_weeks, this table goes on 2026-07-01.",
        ),
        ("column", "day", "DATE; always there"),
        ("check", "not_null(columns := (day))", "found in no row"),
        ("check", "unique_combination_of_columns(columns := (day))", "found in no row"),
        ("check", "no_gaps(column := day)", "found in no row"),
        ("consumer", "Power BI", "reads it outside the project"),
    ]
    shared = {(r["model"], r["contract_version"], r["owner"], r["stakeholders"]) for r in rows}
    assert shared == {("marts.mart_days", "1.2.0", "finance_team", "board, sales")}


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (Column(type="TEXT"), "TEXT"),
        (Column(type="DOUBLE", min=0, max=1), "DOUBLE; 0 to 1"),
        (Column(type="INT", min=0), "INT; at least 0"),
        (Column(type="INT", max=9), "INT; at most 9"),
        (Column(type="TEXT", unique=True, regex="^x"), "TEXT; no value twice; like ^x"),
        (Column(type="TEXT", accepted_values=("a", "b")), "TEXT; one of a, b"),
        (Column(type="TEXT", references="marts.x.id"), "TEXT; known in marts.x.id"),
    ],
)
def test_a_column_is_described(column: Column, text: str) -> None:
    assert described(column) == text


def test_no_promise_of_the_project_is_said_twice() -> None:
    rows = promise_rows(read_contracts(PROJECT))
    keys = [(row["model"], row["promise"], row["item"]) for row in rows]
    assert len(keys) == len(set(keys)) > 500
