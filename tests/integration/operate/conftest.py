"""A small real SQLMesh project with our hooks, already planned."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from operated import Operated, in_operation
from stock import Stock, small_project

from tests.support.receivers import Team, team

FIRST_PLAN = "2025-01-11T01:00"


@pytest.fixture(scope="session")
def planned_once(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    stock = small_project(tmp_path_factory.mktemp("planned"))
    ended = stock.sqlmesh(FIRST_PLAN, "plan", "prod", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    return stock


@pytest.fixture
def fresh(tmp_path: Path) -> Stock:
    """A project that was never planned."""
    return small_project(tmp_path / "fresh")


@pytest.fixture
def planned(planned_once: Stock, tmp_path: Path) -> Stock:
    """A project whose production stands at 10 January 2025, published."""
    return planned_once.copy(tmp_path)


@pytest.fixture(scope="module")
def receivers() -> Iterator[Team]:
    """People who can be told."""
    with team() as found:
        yield found


@pytest.fixture
def operated(planned: Stock, receivers: Team, monkeypatch: pytest.MonkeyPatch) -> Operated:
    """The small project in good order, with everything already told that is so from the start."""
    return in_operation(planned, receivers, monkeypatch)
