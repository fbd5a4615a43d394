"""Fixtures for all tests: a shop folder of its own, and the public data sets where they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from patron.shop import SHOP_VARIABLE, Shop, find_project, find_shop

if TYPE_CHECKING:
    from tests.support.postgres import Server
from tests.support.clone import forget_macros
from tests.support.command import SETTINGS
from tests.support.depth import at_night

REAL_DATA_VARIABLE = "PATRON_REAL_DATA"

# A machine that is busy is no error in what is tested.
settings.register_profile("patron", deadline=None)
settings.load_profile("patron")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what is marked nightly to the night."""
    if at_night():
        return
    left = [item for item in items if item.get_closest_marker("nightly")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Leave nothing of another test's project."""
    forget_macros(but_of=find_project())


@pytest.fixture(autouse=True)
def settings_end_with_their_test() -> Iterator[None]:
    """Fail the test that would leave its shop's settings to the tests after it."""
    before = {name: os.environ.get(name) for name in SETTINGS}
    yield
    assert {name: os.environ.get(name) for name in SETTINGS} == before


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """An empty shop that this process and its children use for the time of the test."""
    root = tmp_path / "shop"
    monkeypatch.setenv(SHOP_VARIABLE, str(root))
    for name in SETTINGS:
        # What a shop's .env sets in this process is gone after the test.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    found = find_shop(root)
    found.activate()
    found.data.mkdir(parents=True)
    return found


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public data sets; tests that need it are skipped where it is absent."""
    folder = public_data()
    if folder is None:
        pytest.skip(f"no public data sets (set {REAL_DATA_VARIABLE} to their folder)")
    return folder


def public_data() -> Path | None:
    """The folder of public data sets; None where it is absent."""
    default = find_project().parent / "shared" / "data"
    folder = Path(os.environ.get(REAL_DATA_VARIABLE, default))
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A real PostgreSQL server; tests fail where it does not start."""
    from tests.support.postgres import running_server

    with running_server() as server:
        yield server
