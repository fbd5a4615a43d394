"""A mart keeps its contract, says its checks there only, and is explained; what goes is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from linted import project_in
from sqlmesh import Context
from sqlmesh.core.config.loader import load_config_from_yaml
from sqlmesh.core.linter.rule import Rule

from linter.completeness import NoMissingExample
from linter.contracts import CheckedOnce, ContractKept, DeprecatedRead
from patron.contracts import FOLDER
from tests.support.definitions import PROJECT, model_of

CONTRACT = """
model: marts.mart_good
version: 1.0.0
owner: data_team
grain: [id]
freshness: {daily_by: '08:00'}
accuracy: {statement: As many as came in., audits: [same_row_count]}
availability: {share: 0.99}
notice_days: {breaking: 30}
columns:
  id: {type: INT, required: true, min: 1}
"""
MART = """
MODEL (name marts.mart_good, kind FULL, owner data_team, grain id,
  audits (same_row_count(table_name := staging.stg_a)));
SELECT 1::INT AS id
"""
GOING = CONTRACT + (
    "deprecated: {since: 2026-01-01, replaced_by: marts.mart_better, removal: 2026-07-01}\n"
)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A project with the folders that the rules look at."""
    (tmp_path / FOLDER).mkdir()
    (tmp_path / "docs" / "marts").mkdir(parents=True)
    return project_in(tmp_path)


def complaint(rule: type[Rule], context: Context, model: str = MART) -> str:
    """What a rule says of a model of this project; nothing where it is content."""
    found = rule(context).check_model(model_of(model, project=Path(context.path)))
    assert not isinstance(found, list)
    return found.violation_msg if found else ""


def write(context: Context, contract: str) -> None:
    (Path(context.path) / FOLDER / "mart_good.yaml").write_text(contract, encoding="utf-8")


def test_a_mart_that_is_as_promised_passes(context: Context) -> None:
    write(context, CONTRACT)
    assert complaint(ContractKept, context) == ""
    assert complaint(CheckedOnce, context) == ""


def test_a_mart_needs_a_contract_and_other_tables_do_not(context: Context) -> None:
    said = complaint(ContractKept, context)
    assert said == "marts.mart_good has no contract; write contracts/mart_good.yaml"
    assert complaint(ContractKept, context, MART.replace("mart_good", "fct_good")) == ""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("type: INT", "type: TEXT", "id is INT, promised TEXT"),
        ("columns:", "columns:\n  name: {type: TEXT}", "name is promised and missing"),
        ("owner: data_team", "owner: sales", "the owner is data_team, promised sales"),
        ("[same_row_count]", "[sums_agree]", "measured by sums_agree, which is no audit"),
        ("version: 1.0.0", "version: one", "'version' is not valid"),
        (
            "columns:",
            "checks:\n  - {audit: guess, column: id}\ncolumns:",
            "Audit 'guess' is undefined",
        ),
    ],
)
def test_a_broken_promise_is_named(context: Context, old: str, new: str, message: str) -> None:
    assert old in CONTRACT
    write(context, CONTRACT.replace(old, new))
    try:
        said = complaint(ContractKept, context)
    except Exception as error:
        said = str(error)
    assert message in said


def test_every_column_given_is_promised(context: Context) -> None:
    write(context, CONTRACT)
    more = MART.replace("AS id", "AS id, 'x'::TEXT AS name")
    assert "name is given and not promised" in complaint(ContractKept, context, more)


def test_the_grain_is_the_one_promised(context: Context) -> None:
    write(context, CONTRACT)
    said = complaint(ContractKept, context, MART.replace("grain id", "grain (id, day)"))
    assert "the grain is day, id, promised id" in said


def test_an_audit_may_not_tolerate_more_than_is_promised(context: Context) -> None:
    accurate = CONTRACT.replace("[same_row_count]", "[sums_agree]")
    agreeing = MART.replace(
        "same_row_count(table_name := staging.stg_a)",
        'sums_agree("column" := id, other_table := staging.stg_a, other_column := id, '
        "tolerance := 2)",
    )
    write(context, accurate)
    said = complaint(ContractKept, context, agreeing)
    assert "sums_agree tolerates 2, promised 0" in said
    write(context, accurate.replace("[sums_agree]", "[sums_agree], tolerance: 2"))
    assert complaint(ContractKept, context, agreeing) == ""


def test_a_model_read_without_its_contract_lacks_the_checks(context: Context) -> None:
    unaware = model_of(MART, project=Path(context.path))
    write(context, CONTRACT)
    found = ContractKept(context).check_model(unaware)
    assert found is not None
    assert not isinstance(found, list)
    assert "its check not_null is not an audit of the model" in found.violation_msg


@pytest.mark.parametrize(
    "audit",
    [
        "not_null(columns := (id))",
        "unique_values(columns := (id))",
        'accepted_range("column" := id, min_v := 1)',
        "forall(criteria := (id > 0))",
    ],
)
def test_a_check_is_said_once(context: Context, audit: str) -> None:
    write(context, CONTRACT)
    twice = MART.replace("audits (", f"audits ({audit}, ")
    said = complaint(CheckedOnce, context, twice)
    assert f"has the audit {audit.partition('(')[0]} in its MODEL block" in said
    assert "say it in contracts/mart_good.yaml" in said
    (Path(context.path) / FOLDER / "mart_good.yaml").unlink()
    assert complaint(CheckedOnce, context, twice) == ""


def test_reading_what_goes_warns_and_everything_else_stops() -> None:
    rules = load_config_from_yaml(PROJECT / "config.yaml")["linter"]
    assert rules["warn_rules"] == ["deprecatedread"]
    assert {"contractkept", "checkedonce", "nomissingexample"} <= set(rules["rules"])


READER = "MODEL (name marts.mart_reader, kind FULL); SELECT id FROM marts.mart_good"


def test_whoever_reads_what_goes_is_told_what_to_read_and_until_when(context: Context) -> None:
    write(context, GOING)
    assert complaint(DeprecatedRead, context, READER) == (
        "marts.mart_reader reads marts.mart_good, deprecated since 2026-01-01: "
        "read marts.mart_better before 2026-07-01, when it goes"
    )
    write(context, CONTRACT)
    assert complaint(DeprecatedRead, context, READER) == ""


def test_what_goes_says_so_first_in_its_description(context: Context) -> None:
    write(context, GOING)
    described = MART.replace("grain id,", "grain id, description 'Good rows.',")
    assert model_of(described, project=Path(context.path)).description == (
        "Deprecated since 2026-01-01: read marts.mart_better, this table goes on 2026-07-01. "
        "Good rows."
    )
    write(context, CONTRACT)
    assert model_of(described, project=Path(context.path)).description == "Good rows."


@pytest.mark.parametrize(
    ("page", "passes"),
    [
        ("```sql\nSELECT id FROM marts.mart_good\n```\n", True),
        ("Ask marts.mart_good what you like.\n", False),
        ("```sql\nSELECT id FROM marts.mart_good_old\n```\n", False),
        ("```text\nmarts.mart_good\n```\n", False),
    ],
)
def test_a_mart_has_an_example(context: Context, page: str, passes: bool) -> None:
    (Path(context.path) / "docs" / "marts" / "page.md").write_text(page, encoding="utf-8")
    said = complaint(NoMissingExample, context)
    assert said == ("" if passes else said)
    assert ("has no example; add a query" in said) is not passes
    assert complaint(NoMissingExample, context, "MODEL (name ml.x, kind FULL); SELECT 1 AS a") == ""
