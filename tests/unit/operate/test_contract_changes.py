"""Which changes of a contract break readers, what they take, and when they may be released."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from operate.contracts.changes import Level, changes
from operate.contracts.check import Verdict, check_contracts
from operate.contracts.cli import contracts
from operate.contracts.release import release
from patron.contracts import FOLDER, RELEASED, Contract
from patron.errors import PatronError, UsageError
from patron.shop import Shop
from patron.yaml_file import checked, read_yaml
from tests.support.definitions import PROJECT

TODAY = date(2026, 11, 21)
CONTRACT = """
model: marts.mart_days
version: 1.2.3
owner: finance_team
consumers: [Power BI of the board]
grain: [day, region]
freshness: {daily_by: '08:00', timezone: UTC}
accuracy: {statement: As in staging., audits: [sums_agree, same_row_count], tolerance: 0.5}
availability: {share: 0.99}
notice_days: {breaking: 30, other: 0}
columns:
  day: {type: DATE, required: true, min: 2020-01-01}
  region: {type: TEXT, required: true, references: marts.dim_regions.region}
  code: {type: TEXT, regex: '^[A-Z]+$', unique: true}
  state: {type: TEXT, accepted_values: [open, done]}
  orders: {type: INT, min: 0}
  amount: {type: 'DECIMAL(12, 2)'}
  share: {type: DOUBLE, min: 0, max: 1}
checks:
  - {audit: row_count_between, min_v: 10, max_v: 20}
  - audit: forall
    criteria: [share > 0, amount >= orders]
"""


def parsed(text: str) -> Contract:
    return checked(Contract, yaml.safe_load(text), Path("mart_days.yaml"))


def edited(*edits: tuple[str, str]) -> str:
    text = CONTRACT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


BREAKING = [
    ("  amount: {type: 'DECIMAL(12, 2)'}\n", "", "column amount: it is gone"),
    ("INT,", "SMALLINT,", "column orders: its type is no longer INT: now SMALLINT"),
    ("INT,", "TEXT,", "column orders: its type is no longer INT: now TEXT"),
    ("INT,", "DOUBLE,", "column orders: its type is no longer INT: now DOUBLE"),
    (
        "DECIMAL(12, 2)",
        "DECIMAL(12, 4)",
        "column amount: its type is no longer DECIMAL(12, 2): now DECIMAL(12, 4)",
    ),
    ("day: {type: DATE", "day: {type: TIMESTAMP", "column day: its type is no longer DATE"),
    ("TEXT, required: true, ref", "TEXT, ref", "column region: null is allowed"),
    (", unique: true", "", "column code: values may repeat"),
    ("min: 2020-01-01", "min: 2019-01-01", "column day: its least value was 2020-01-01: now 2019"),
    (", min: 2020-01-01", "", "column day: its least value is no longer 2020-01-01: now any"),
    ("max: 1}", "max: 2}", "column share: its greatest value was 1: now 2"),
    ("[open, done]", "[open, done, lost]", "column state: it may be lost, too"),
    (", accepted_values: [open, done]", "", "column state: its values may be any"),
    ("'^[A-Z]+$'", "'^[A-z]+$'", "column code: its pattern is no longer ^[A-Z]+$: now ^[A-z]+$"),
    (", references: marts.dim_regions.region", "", "region: its parent is no longer marts.dim_reg"),
    ("min_v: 10", "min_v: 5", "checks: row_count_between: its min_v was 10.0: now 5.0"),
    ("max_v: 20", "max_v: '@most'", "row_count_between: its max_v was 20.0: now @most"),
    ("min: 2020-01-01", "min: 5", "column day: its least value was 2020-01-01: now 5"),
    (", max_v: 20", "", "checks: row_count_between: its max_v is no longer 20.0: now any"),
    ("max_v: 20", "max_v: 20, blocking: false", "checks: row_count_between: rows that fail are"),
    ("[share > 0, amount >= orders]", "[share > 0]", "checks: no longer forall amount >= orders"),
    ("[day, region]", "[day]", "grain: a row was one day, region: now one day"),
    ("'08:00'", "'09:00'", "freshness: was daily by 08:00 UTC: now daily by 09:00 UTC"),
    ("timezone: UTC", "timezone: America/New_York", "freshness: was daily by 08:00 UTC"),
    ("[sums_agree, same_row_count]", "[sums_agree]", "accuracy: was sums_agree, same_row_count"),
    ("tolerance: 0.5", "tolerance: 1", "accuracy: was sums_agree, same_row_count within 0.5"),
    ("share: 0.99", "share: 0.9", "availability: was 99.0% of 30 days: now 90.0% of 30 days"),
    ("breaking: 30", "breaking: 10", "notice: was 30 days before breaking"),
]
KEPT = [
    ("INT,", "BIGINT,", "column orders: its type was widened INT: now BIGINT", Level.MINOR),
    ("DECIMAL(12, 2)", "DECIMAL(18, 4)", "column amount: its type was widened", Level.MINOR),
    ("{type: DOUBLE,", "{type: DOUBLE, required: true,", "share: null is no longer", Level.MINOR),
    ("columns:", "columns:\n  new: {type: TEXT}", "column new: it is new", Level.MINOR),
    ("orders: {type: INT, min: 0", "orders: {type: INT, min: 1", "least value was 0", Level.MINOR),
    ("max: 1}", "max: 0.5}", "its greatest value was 1: now 0.5", Level.MINOR),
    ("[open, done]", "[open]", "column state: it is no longer done", Level.MINOR),
    ("min_v: 10", "min_v: 11", "row_count_between: its min_v was 10.0: now 11.0", Level.MINOR),
    ("[share > 0,", "[share > 0, orders > 0,", "checks: now forall orders > 0", Level.MINOR),
    ("'08:00'", "'07:00'", "freshness: was daily by 08:00 UTC: now daily by 07:00", Level.MINOR),
    ("timezone: UTC", "timezone: Europe/Berlin", "freshness: was daily by 08:00", Level.MINOR),
    ("tolerance: 0.5", "tolerance: 0", "accuracy: was sums_agree", Level.MINOR),
    ("share: 0.99", "share: 0.999", "availability: was 99.0%", Level.MINOR),
    ("finance_team", "sales_team", "owner: finance_team became sales_team", Level.PATCH),
]


@pytest.mark.parametrize(("old", "new", "text"), BREAKING)
def test_a_change_that_breaks_readers_is_named(old: str, new: str, text: str) -> None:
    (first, *_) = changes(parsed(CONTRACT), parsed(edited((old, new))))
    assert first.is_breaking
    assert text in str(first)


@pytest.mark.parametrize(("old", "new", "text", "level"), KEPT)
def test_a_change_that_breaks_nobody_is_named(old: str, new: str, text: str, level: Level) -> None:
    (only,) = changes(parsed(CONTRACT), parsed(edited((old, new))))
    assert only.level is level
    assert not only.is_breaking
    assert text in str(only)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{type: TEXT,", "{type: VARCHAR,"),
        ("[open, done]", "[done, open]"),
        ("[day, region]", "[region, day]"),
        ("[share > 0, amount >= orders]", "[amount >= orders, share > 0]"),
        ("[Power BI of the board]", "[]"),
        ("As in staging.", "As staging has it."),
    ],
)
def test_what_means_the_same_is_no_change(old: str, new: str) -> None:
    assert changes(parsed(CONTRACT), parsed(edited((old, new)))) == []


class Folder:
    """A project with one contract that was released ten days ago."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / FOLDER / "mart_days.yaml"
        self.snapshot = root / FOLDER / RELEASED / "mart_days.yaml"
        self.snapshot.parent.mkdir(parents=True)
        self.write(CONTRACT)
        self.snapshot.write_text(f"released: {TODAY - timedelta(days=10)}\n{CONTRACT}")
        (root / "metrics").mkdir()
        (root / "reports" / "pages").mkdir(parents=True)
        page = root / "reports" / "pages" / "sales.md"
        page.write_text("SELECT SUM(amount) FROM marts.mart_days", encoding="utf-8")

    def write(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")

    def verdict(self, today: date = TODAY) -> Verdict:
        (found,) = check_contracts(self.root, today)
        return found

    def run(self, *arguments: str) -> Result:
        shop = Shop(root=self.root, project=self.root)
        return CliRunner().invoke(
            contracts, arguments, obj=lambda: shop, standalone_mode=False, catch_exceptions=False
        )


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


COLUMN = ("  amount: {type: 'DECIMAL(12, 2)'}\n", "")
CRITERIA = ("[share > 0, amount >= orders]", "[share > 0]")
RAISED = ("version: 1.2.3", "version: 2.0.0")


def noticed(given: str, day: str) -> tuple[str, str]:
    return "grain:", f"notice: {{given: {given}, date: {day}, reason: Not used.}}\ngrain:"


def test_a_column_that_goes_fails_with_column_consumers_and_date(folder: Folder) -> None:
    folder.write(edited(COLUMN, CRITERIA))
    first = datetime.now(UTC).date() + timedelta(days=30)
    ended = folder.run("check")
    assert ended.return_value == 1
    lines = [line.strip() for line in ended.output.splitlines()]
    assert "marts.mart_days 1.2.3 -> 1.2.3: breaking" in lines
    assert "breaks  column amount: it is gone" in lines
    assert "breaks  checks: no longer forall amount >= orders" in lines
    assert "read by page reports/pages/sales.md (amount)" in lines
    assert "read by Power BI of the board" in lines
    assert any("it breaks readers: write 'version: 2.0.0'" in line for line in lines)
    assert any(f"date: {first}, reason: ..." in line for line in lines)


def test_a_column_taken_from_a_shipped_mart_names_its_page_and_metric(tmp_path: Path) -> None:
    for room in (FOLDER, "metrics", "reports/pages"):
        shutil.copytree(PROJECT / room, tmp_path / room)
    shutil.rmtree(tmp_path / FOLDER / RELEASED, ignore_errors=True)
    release(tmp_path, check_contracts(tmp_path, TODAY), TODAY)
    file = tmp_path / FOLDER / "mart_operations.yaml"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "  satisfaction:" not in line), "utf-8")
    (found,) = [verdict for verdict in check_contracts(tmp_path, TODAY) if verdict.problems]
    assert [str(change) for change in found.changes] == ["column satisfaction: it is gone"]
    assert "page reports/pages/operations.md (satisfaction)" in found.affected
    assert "metric customer_satisfaction (satisfaction)" in found.affected
    assert "2026-12-21" in found.problems[-1]


def test_an_announced_breaking_change_passes(folder: Folder) -> None:
    folder.write(edited(COLUMN, CRITERIA, RAISED, noticed("2026-11-21", "2026-12-21")))
    assert folder.verdict().problems == ()
    assert folder.verdict().status == "breaking"


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        ([noticed("2026-11-21", "2026-12-21")], "it breaks readers: write 'version: 2.0.0'"),
        (
            [("1.2.3", "1.9.0"), noticed("2026-11-21", "2026-12-21")],
            "the version is 1.9.0, and it breaks readers: write 'version: 2.0.0'",
        ),
        ([RAISED], "no notice was given of a breaking change, which takes 30 days: write 'notice"),
        (
            [RAISED, noticed("2026-11-21", "2026-12-20")],
            "is for 2026-12-20, and a breaking change takes 30 days: write 'date: 2026-12-21'",
        ),
        ([RAISED, noticed("2026-11-22", "2027-01-21")], "given on 2026-11-22, which is not yet"),
        (
            [RAISED, noticed("2026-11-10", "2027-01-21")],
            "the notice of 2026-11-10 is older than the release of 2026-11-11",
        ),
    ],
)
def test_a_breaking_change_needs_version_and_notice(
    folder: Folder, edits: list[tuple[str, str]], problem: str
) -> None:
    folder.write(edited(COLUMN, CRITERIA, *edits))
    assert len(folder.verdict().problems) == 1
    assert problem in folder.verdict().problems[0]


@pytest.mark.parametrize(
    ("edit", "too_low", "enough"),
    [
        (("columns:", "columns:\n  new: {type: TEXT}"), "1.2.4", "1.3.0"),
        (("finance_team", "sales_team"), "1.2.3", "1.2.4"),
        (("finance_team", "sales_team"), "1.1.9", "2.0.0"),
    ],
)
def test_other_changes_need_a_version_only(
    folder: Folder, edit: tuple[str, str], too_low: str, enough: str
) -> None:
    folder.write(edited(edit, ("1.2.3", too_low)))
    assert len(folder.verdict().problems) == 1
    folder.write(edited(edit, ("1.2.3", enough)))
    assert folder.verdict().problems == ()
    assert folder.verdict().status == "compatible"


def test_notice_of_other_changes_is_given_where_promised(folder: Folder) -> None:
    promised = CONTRACT.replace("other: 0", "other: 7")
    folder.snapshot.write_text(f"released: 2026-11-11\n{promised}", encoding="utf-8")
    added = promised.replace("columns:", "columns:\n  new: {type: TEXT}")
    added = added.replace("1.2.3", "1.3.0")
    folder.write(added)
    (problem,) = folder.verdict().problems
    assert "no notice was given of a change, which takes 7 days" in problem
    assert "date: 2026-11-28" in problem


def test_a_notice_of_before_does_not_count_again(folder: Folder) -> None:
    told = edited(noticed("2026-11-11", "2026-12-30"))
    folder.snapshot.write_text(f"released: 2026-11-11\n{told}", encoding="utf-8")
    folder.write(told.replace(*COLUMN).replace(*CRITERIA).replace(*RAISED))
    (problem,) = folder.verdict().problems
    assert "no notice was given" in problem


def test_a_release_keeps_what_is_promised(folder: Folder) -> None:
    folder.write(edited(("finance_team", "sales_team"), ("1.2.3", "1.2.4")))
    assert release(folder.root, [folder.verdict()], TODAY) == ["marts.mart_days 1.2.4, after 1.2.3"]
    assert read_yaml(folder.snapshot)["released"] == TODAY
    assert folder.verdict().status == "unchanged"
    before = folder.snapshot.read_bytes()
    assert release(folder.root, [folder.verdict()], TODAY + timedelta(days=1)) == []
    assert folder.snapshot.read_bytes() == before


def test_a_breaking_change_is_released_on_its_day(folder: Folder) -> None:
    folder.write(edited(COLUMN, CRITERIA, RAISED, noticed("2026-11-21", "2026-12-21")))
    before = folder.snapshot.read_bytes()
    early = date(2026, 12, 20)
    with pytest.raises(PatronError, match="told that it changes on 2026-12-21"):
        release(folder.root, [folder.verdict(early)], early)
    assert folder.snapshot.read_bytes() == before
    there = date(2026, 12, 21)
    release(folder.root, [folder.verdict(there)], there)
    assert folder.verdict(there).status == "unchanged"


def test_what_is_not_in_order_is_not_released(folder: Folder) -> None:
    folder.write(edited(COLUMN, CRITERIA))
    with pytest.raises(PatronError, match="cannot be released"):
        release(folder.root, [folder.verdict()], TODAY)


def test_a_first_contract_is_new(folder: Folder) -> None:
    folder.snapshot.unlink()
    assert folder.verdict().status == "new"
    assert folder.verdict().problems == ()
    release(folder.root, [folder.verdict()], TODAY)
    assert folder.verdict().status == "unchanged"


def going(since: str, removal: str, to: str = "marts.mart_days") -> tuple[str, str]:
    said = f"deprecated: {{since: {since}, replaced_by: {to}, removal: {removal}}}\ngrain:"
    return "grain:", said


def test_a_table_goes_after_it_was_deprecated(folder: Folder) -> None:
    folder.file.unlink()
    (never,) = [p for p in folder.verdict().problems if "reads it" not in p]
    assert "never deprecated" in never
    assert "removal: 2026-12-21" in never

    told = edited(going("2026-11-11", "2026-12-11"))
    folder.snapshot.write_text(f"released: 2026-11-11\n{told}", encoding="utf-8")
    assert "promised until 2026-12-11" in folder.verdict().problems[0]
    there = date(2026, 12, 11)
    assert folder.verdict(there).problems == ("page reports/pages/sales.md still reads it",)
    (folder.root / "reports" / "pages" / "sales.md").write_text("Nothing.", encoding="utf-8")
    assert folder.verdict(there).problems == ()
    gone = [folder.verdict(there)]
    assert release(folder.root, gone, there) == ["marts.mart_days 1.2.3 is no longer promised"]
    assert check_contracts(folder.root, there) == []


def test_what_is_deprecated_tells_its_readers(folder: Folder) -> None:
    folder.write(edited(going("2026-11-21", "2026-12-21"), ("1.2.3", "1.3.0")))
    assert folder.verdict().problems == ()
    assert folder.verdict().warnings[0] == (
        "page reports/pages/sales.md reads a table that goes on 2026-12-21: "
        "let it read marts.mart_days"
    )


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (going("2026-11-21", "2026-12-20"), "write 'removal: 2026-12-21' or later"),
        (going("2026-11-21", "2026-12-21", "marts.mart_x"), "marts.mart_x, which does not exist"),
    ],
)
def test_a_deprecation_gives_notice_and_names_a_table(
    folder: Folder, edit: tuple[str, str], problem: str
) -> None:
    folder.write(edited(edit, ("1.2.3", "1.3.0")))
    (found,) = folder.verdict().problems
    assert problem in found


def test_the_commands_speak_json(folder: Folder) -> None:
    folder.write(edited(COLUMN, CRITERIA))
    (found,) = json.loads(folder.run("check", "mart_days", "--json").output)
    assert found["status"] == "breaking"
    assert found["changes"][0] == {
        "about": "amount",
        "column": "amount",
        "text": "it is gone",
        "is_breaking": True,
    }
    assert found["consumers"] == ["page reports/pages/sales.md", "Power BI of the board"]
    shown = json.loads(folder.run("show", "marts.mart_days", "--json").output)
    assert shown["promises"]["freshness"] == {"daily_by": "08:00", "timezone": "UTC"}
    listed = json.loads(folder.run("list", "--json").output)
    assert [each["model"] for each in listed] == ["marts.mart_days"]


@pytest.mark.parametrize("show", [["show", "mart_days"], ["list"], []])
def test_the_commands_show_what_is_promised(folder: Folder, show: list[str]) -> None:
    output = folder.run(*show).output
    assert "marts.mart_days" in output
    assert "finance_team" in output
    assert "daily by 08:00 UTC" in output


def test_an_unknown_mart_is_a_usage_error(folder: Folder) -> None:
    with pytest.raises(UsageError, match="there is no contract of 'mart_dyas'") as caught:
        folder.run("check", "mart_dyas")
    assert "did you mean 'mart_days'" in (caught.value.remedy or "")
