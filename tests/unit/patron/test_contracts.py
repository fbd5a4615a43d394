"""Contracts are read with what they promise; a mistake names file, key and remedy."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from patron.contract_audits import audits
from patron.contract_promises import Freshness
from patron.contract_readers import Consumer, Readers
from patron.contracts import (
    FOLDER,
    contract_of,
    read_contract,
    read_contracts,
)
from patron.errors import PatronError
from tests.support.definitions import PROJECT

CONTRACT = """
model: marts.mart_days
version: 1.2.0
owner: finance_team
stakeholders: [board]
consumers: [Power BI]
grain: [day, region]
freshness: {daily_by: '08:00', timezone: Europe/Berlin}
accuracy: {statement: As in staging., audits: [sums_agree], tolerance: 0.5}
availability: {share: 0.99, days: 90}
notice_days: {breaking: 30, other: 7}
columns:
  day: {type: DATE, required: true, min: 2020-01-01}
  region: {type: TEXT, required: true, references: marts.dim_regions.region}
  code: {type: TEXT, regex: '^[A-Z]{2}$', unique: true}
  state: {type: TEXT, accepted_values: [open, it's over]}
  share: {type: DOUBLE, min: 0, max: 1}
checks:
  - {audit: row_count_between, min_v: 1, blocking: false}
  - audit: forall
    criteria: [share > 0, code <> region]
"""


def written(folder: Path, text: str = CONTRACT, name: str = "mart_days") -> Path:
    path = folder / FOLDER / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_promise_is_read(tmp_path: Path) -> None:
    contract = read_contract(written(tmp_path))
    assert (contract.table, contract.version) == ("mart_days", "1.2.0")
    assert (contract.owner, contract.stakeholders) == ("finance_team", ("board",))
    assert contract.required == ("day", "region")
    assert str(contract.freshness) == "daily by 08:00 Europe/Berlin"
    assert str(contract.accuracy) == "sums_agree within 0.5"
    assert str(contract.availability) == "99.0% of 90 days"
    assert (contract.notice_days.breaking, contract.notice_days.other) == (30, 7)
    assert contract.columns["day"].min == date(2020, 1, 1)


def test_a_contract_stands_for_audits(tmp_path: Path) -> None:
    assert [str(audit) for audit in audits(read_contract(written(tmp_path)))] == [
        "not_null(columns := (day, region))",
        "unique_combination_of_columns(columns := (day, region))",
        "accepted_range(column := day, min_v := CAST('2020-01-01' AS DATE))",
        "foreign_key(column := region, parent_table := marts.dim_regions, parent_column := region)",
        "unique_values(columns := (code))",
        "match_regex_pattern_list(column := code, patterns := ('^[A-Z]{2}$'))",
        "accepted_values(column := state, is_in := ('open', 'it''s over'))",
        "accepted_range(column := share, min_v := 0, max_v := 1)",
        "row_count_between(min_v := 1, blocking := FALSE)",
        "forall(criteria := (share > 0, code <> region))",
    ]


@pytest.mark.parametrize(
    ("old", "new", "what", "where", "remedy"),
    [
        ("version: 1.2.0", "version: '1.2'", "'version' is not valid: write", "version", None),
        ("'08:00'", "'8 o clock'", "'daily_by' is not valid", "freshness.daily_by", None),
        ("Europe/Berlin", "Berlin", "there is no time zone 'Berlin'", "freshness.timezone", None),
        ("stakeholders", "stakeholder", "unknown key 'stakeholder'", "stakeholder", "stakeholders"),
        ("daily_by", "dayly_by", "unknown key 'dayly_by'", "freshness.dayly_by", "'daily_by'"),
        ("unique: true", "uniqe: true", "unknown key 'uniqe'", "columns.code.uniqe", "'unique'"),
        ("owner: finance_team\n", "", "the key 'owner' is missing", "owner", "add 'owner:'"),
        ("share: 0.99", "share: 99", "'share' is not valid", "availability.share", None),
        ("[sums_agree]", "[]", "'audits' is not valid", "accuracy.audits", None),
        ("[day, region]", "[day, hour]", "the grain names no promised column: hour", "", None),
        ("'^[A-Z]{2}$'", "'['", "'regex' is not valid", "columns.code.regex", None),
        ("dim_regions.region", "region", "'references' is not valid", "region.references", None),
        ("mart_days", "mart_weeks", "is in the wrong file", "model", "mart_weeks.yaml"),
        (
            "type: DOUBLE",
            "type: DUOBLE",
            "no type 'DUOBLE'; did you mean 'DOUBLE'",
            "share",
            None,
        ),
        ("min: 0", "min: 2", "the least value 2 is above the greatest 1", "columns.share", None),
        ("min: 0", "min: 2020-01-01", "2020-01-01 and 1 cannot be compared", "share", None),
        ("grain:", "grain", "the file is not valid YAML", "mart_days.yaml:", "indentation"),
    ],
)
def test_a_mistake_names_file_key_and_remedy(
    tmp_path: Path, old: str, new: str, what: str, where: str, remedy: str | None
) -> None:
    assert old in CONTRACT
    with pytest.raises(PatronError) as caught:
        read_contract(written(tmp_path, CONTRACT.replace(old, new)))
    assert what in str(caught.value)
    assert str(tmp_path) in (caught.value.where or "")
    assert where in (caught.value.where or "")
    assert remedy is None or remedy in (caught.value.remedy or "")


@pytest.mark.parametrize(
    ("now", "deadline", "through"),
    [
        # Winter: 08:00 in Berlin is 07:00 UTC; before it, yesterday's data are not due yet.
        ("2026-01-15T06:59", "2026-01-14T07:00", "2026-01-13"),
        ("2026-01-15T07:00", "2026-01-15T07:00", "2026-01-14"),
        # Summer: 06:00 UTC.
        ("2026-07-15T05:59", "2026-07-14T06:00", "2026-07-13"),
        ("2026-07-15T06:00", "2026-07-15T06:00", "2026-07-14"),
        # Late in the evening in UTC it is the next day in Berlin, and not eight o'clock there.
        ("2026-07-15T23:30", "2026-07-15T06:00", "2026-07-14"),
        # The clocks go forward in the night before.
        ("2026-03-29T06:30", "2026-03-29T06:00", "2026-03-28"),
    ],
)
def test_freshness_says_when_which_day_was_due(now: str, deadline: str, through: str) -> None:
    promise = Freshness(daily_by="08:00", timezone="Europe/Berlin")
    moment = datetime.fromisoformat(now)
    assert promise.last_deadline(moment) == datetime.fromisoformat(deadline)
    assert promise.due_through(moment) == date.fromisoformat(through)


def test_consumers_are_who_reads_it_and_whom_it_names(tmp_path: Path) -> None:
    contract = read_contract(written(tmp_path))
    pages = tmp_path / "reports" / "pages" / "sales"
    pages.mkdir(parents=True)
    (pages / "days.md").write_text("SELECT * FROM marts.mart_days", encoding="utf-8")
    (pages / "old.md").write_text("SELECT * FROM marts.mart_days_old", encoding="utf-8")
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "sales.yaml").write_text(
        "model: marts.mart_days\nmetrics:\n  revenue: {}\n  visits: {model: marts.other}\n",
        encoding="utf-8",
    )
    models = tmp_path / "models" / "ml"
    models.mkdir(parents=True)
    (models / "levels.py").write_text('QUERY = "FROM marts.mart_days"', encoding="utf-8")
    assert Readers(tmp_path).of(contract) == [
        Consumer("page", "reports/pages/sales/days.md"),
        Consumer("model", "ml.levels"),
        Consumer("metric", "revenue"),
        Consumer("other", "Power BI"),
    ]


def test_a_page_that_asks_for_a_metric_reads_the_metrics(tmp_path: Path) -> None:
    text = CONTRACT.replace("mart_days", "mart_kpis")
    contract = read_contract(written(tmp_path, text, "mart_kpis"))
    pages = tmp_path / "reports" / "pages"
    pages.mkdir(parents=True)
    (pages / "asks.md").write_text("It was {metric('aov').text}.", encoding="utf-8")
    (pages / "does_not.md").write_text("This metric (revenue) is high.", encoding="utf-8")
    found = [consumer.name for consumer in Readers(tmp_path).of(contract)]
    assert found == ["reports/pages/asks.md", "Power BI"]


def test_a_contract_is_read_again_when_it_changed(tmp_path: Path) -> None:
    assert contract_of(tmp_path, "marts.mart_days") is None
    written(tmp_path)
    assert contract_of(tmp_path, "staging.mart_days") is None
    found = contract_of(tmp_path, "marts.mart_days")
    assert found is not None
    written(tmp_path, CONTRACT.replace("1.2.0", "1.3.0"))
    found = contract_of(tmp_path, "marts.mart_days")
    assert found is not None
    assert found.version == "1.3.0"


def test_the_contracts_of_the_project_are_valid() -> None:
    tables = {contract.table for contract in read_contracts(PROJECT)}
    assert tables == {path.stem for path in (PROJECT / FOLDER).glob("*.yaml")}
    assert len(tables) >= 17
