"""A small real SQLMesh project with our hooks, already planned."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from stock import Stock, small_project

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
