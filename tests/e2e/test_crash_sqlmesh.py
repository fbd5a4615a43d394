"""Kill -9 in the middle of the stock commands: the next run makes everything as if undisturbed.

The kill comes before a given database statement, spread over the whole command, so that reads,
writes, commits, state changes and the publication are all interrupted somewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from stock import KILLED, Stock, small_project

from tests.support.depth import nightly

pytestmark = pytest.mark.slow

Tables = dict[str, list[tuple[Any, ...]]]
FIRST_PLAN = ("2025-01-11T01:00", "plan", "prod", "--auto-apply")
LATER = "2025-01-11T05:00"


@dataclass(frozen=True)
class Undisturbed:
    """A command that was not interrupted: how many statements it took, what it left."""

    statements: int
    tables: Tables


@dataclass(frozen=True)
class Scenario:
    """A change of the shop or project, and the command to interrupt after it."""

    prepare: Callable[[Stock], None]
    command: tuple[str, ...]


def _nothing(_stock: Stock) -> None:
    """Leave everything as it is."""


def _correct_sales(stock: Stock) -> None:
    stock.execute("UPDATE source.sales SET amount = amount + 1 WHERE day = '2025-01-03'")


def _double_amounts(stock: Stock) -> None:
    model = stock.project / "models" / "staging" / "stg_sales.sql"
    doubled = "customer_id, (amount * 2)::DECIMAL(12, 2) AS amount FROM"
    model.write_text(model.read_text().replace("customer_id, amount FROM", doubled))


RUN = Scenario(_nothing, ("2025-01-13T01:00", "run", "prod"))
RESTATEMENT = Scenario(
    _correct_sales,
    (
        *("2025-01-11T03:00", "plan", "prod", "--auto-apply"),
        *("--restate-model", "staging.stg_sales", "--start", "2025-01-02", "--end", "2025-01-07"),
    ),
)
CHANGE = Scenario(_double_amounts, ("2025-01-11T03:00", "plan", "prod", "--auto-apply"))


@pytest.fixture(scope="session")
def planned_once(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    stock = small_project(tmp_path_factory.mktemp("crash"))
    ended = stock.sqlmesh(*FIRST_PLAN)
    assert ended.code == 0, ended.out + ended.err
    return stock


@pytest.fixture(scope="session")
def undisturbed(
    planned_once: Stock, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Scenario], Undisturbed]:
    known: dict[tuple[str, ...], Undisturbed] = {}

    def find(scenario: Scenario) -> Undisturbed:
        if scenario.command not in known:
            stock = planned_once.copy(tmp_path_factory.mktemp("undisturbed"))
            scenario.prepare(stock)
            ended = stock.sqlmesh(*scenario.command)
            assert ended.code == 0, ended.out + ended.err
            known[scenario.command] = Undisturbed(ended.statements, stock.tables())
        return known[scenario.command]

    return find


def _interrupted(stock: Stock, scenario: Scenario, undisturbed: Undisturbed, share: float) -> None:
    scenario.prepare(stock)
    before = max(1, int(undisturbed.statements * share))
    assert stock.sqlmesh(*scenario.command, kill_before=before).code == KILLED


@pytest.mark.parametrize("share", [0.35, 0.75, *nightly([0.55, 0.95])])
def test_killed_run_is_completed_by_the_next_run(
    planned_once: Stock,
    undisturbed: Callable[[Scenario], Undisturbed],
    tmp_path: Path,
    share: float,
) -> None:
    expected = undisturbed(RUN)
    stock = planned_once.copy(tmp_path)
    _interrupted(stock, RUN, expected, share)
    ended = stock.sqlmesh("2025-01-13T02:00", "run", "prod")
    assert ended.code == 0, ended.out + ended.err
    assert stock.tables() == expected.tables


@pytest.mark.parametrize("share", [0.22, 0.55, 0.95, *nightly([0.4, 0.75])])
def test_killed_restatement_is_completed_by_a_plain_run(
    planned_once: Stock,
    undisturbed: Callable[[Scenario], Undisturbed],
    tmp_path: Path,
    share: float,
) -> None:
    expected = undisturbed(RESTATEMENT)
    stock = planned_once.copy(tmp_path)
    _interrupted(stock, RESTATEMENT, expected, share)
    ended = stock.sqlmesh(LATER, "run", "prod")
    assert ended.code == 0, ended.out + ended.err
    assert stock.tables() == expected.tables


def test_restatement_killed_before_it_began_leaves_everything(
    planned_once: Stock, undisturbed: Callable[[Scenario], Undisturbed], tmp_path: Path
) -> None:
    expected = undisturbed(RESTATEMENT)
    stock = planned_once.copy(tmp_path)
    before = stock.tables()
    _interrupted(stock, RESTATEMENT, expected, 0.05)
    assert stock.sqlmesh(LATER, "run", "prod").code == 0
    assert stock.tables() == before


@pytest.mark.parametrize("share", [0.3, 0.85, *nightly([0.65])])
def test_killed_change_is_completed_by_the_same_plan(
    planned_once: Stock,
    undisturbed: Callable[[Scenario], Undisturbed],
    tmp_path: Path,
    share: float,
) -> None:
    expected = undisturbed(CHANGE)
    stock = planned_once.copy(tmp_path)
    _interrupted(stock, CHANGE, expected, share)
    ended = stock.sqlmesh(LATER, "plan", "prod", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    assert stock.sqlmesh(LATER, "run", "prod").code == 0
    assert stock.tables() == expected.tables


@pytest.mark.parametrize("share", [0.8, *nightly([0.4])])
def test_killed_first_plan_is_completed_by_the_same_plan(
    planned_once: Stock, tmp_path: Path, share: float
) -> None:
    whole = small_project(tmp_path / "whole")
    statements = whole.sqlmesh(*FIRST_PLAN).statements
    stock = small_project(tmp_path / "killed")
    assert stock.sqlmesh(*FIRST_PLAN, kill_before=int(statements * share)).code == KILLED
    assert stock.sqlmesh(*FIRST_PLAN).code == 0
    assert stock.sqlmesh(LATER, "run", "prod").code == 0
    assert stock.tables() == planned_once.tables()


def test_readers_see_the_old_or_the_new_copy_while_publishing_is_killed(
    planned_once: Stock, undisturbed: Callable[[Scenario], Undisturbed], tmp_path: Path
) -> None:
    expected = undisturbed(RUN)
    old = planned_once.published_rows("SELECT MAX(day) FROM marts.mart_days")
    seen = set()
    for number, share in enumerate((0.88, 0.92, 0.96)):
        stock = planned_once.copy(tmp_path / str(number))
        _interrupted(stock, RUN, expected, share)
        rows = stock.published_rows("SELECT MAX(day) FROM marts.mart_days")
        seen.add(rows == old)
        idle = stock.sqlmesh("2025-01-13T02:00", "run", "prod")
        assert "No models are ready to run" in idle.out
        assert stock.tables() == expected.tables
        leftovers = [path.name for path in stock.published.parent.glob("*.tmp*")]
        assert leftovers == []
    assert seen == {True}


def test_lost_copy_is_published_again_when_nothing_is_due(
    planned_once: Stock, tmp_path: Path
) -> None:
    stock = planned_once.copy(tmp_path)
    before = stock.tables()
    stock.published.unlink()
    assert stock.sqlmesh(LATER, "run", "prod").code == 0
    assert stock.tables() == before
