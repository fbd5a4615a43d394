"""A SQLMesh we do not know is refused; the wrappers are put on once."""

from __future__ import annotations

import pytest
from sqlmesh.core import constants
from sqlmesh.core.scheduler import Scheduler
from sqlmesh.utils.errors import SQLMeshError

from operate import guard, session


def test_installed_sqlmesh_is_the_supported_one() -> None:
    assert set(guard.check_sqlmesh()) == set(guard._SIGNATURES)


def test_another_version_is_refused_with_both_versions() -> None:
    with pytest.raises(SQLMeshError) as caught:
        guard.check_sqlmesh("0.237.0")
    assert "SQLMesh 0.237.0 is installed, the safe writes are made for 0.236.4" in str(caught.value)
    assert "Nothing was run" in str(caught.value)


def test_a_changed_method_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(guard._SIGNATURES, "Scheduler.evaluate", "self snapshot interval")
    with pytest.raises(SQLMeshError, match=r"method Scheduler\.evaluate is not as expected"):
        guard.check_sqlmesh()


def test_installing_twice_wraps_once() -> None:
    guard.install()
    wrapped = Scheduler.evaluate
    guard.install()
    assert Scheduler.evaluate is wrapped


def test_writing_outside_a_run_is_refused() -> None:
    session.clear()
    with pytest.raises(SQLMeshError, match=r"lacks before_all: \['@begin_run\(\)'\]"):
        session.active()


def test_models_are_loaded_without_forking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "MAX_FORK_WORKERS", 4)
    guard.install()
    assert constants.MAX_FORK_WORKERS == 1
