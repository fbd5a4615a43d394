"""The audits for any table, ours and SQLMesh's, in a plan of a real project on DuckDB."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from _pytest.mark.structures import ParameterSet
from sqlglot import exp
from sqlmesh import Context
from sqlmesh.core.audit.builtin import BUILT_IN_AUDITS
from sqlmesh.core.console import NoopConsole
from sqlmesh.utils.errors import NodeAuditsErrors, PlanError

from tests.support.audit_library import CASES, OTHERS, LibraryCase
from tests.support.definitions import PROJECT, variables
from tests.support.hooks import remove_hooks

WRITTEN = {path.stem for path in (PROJECT / "audits").rglob("*.sql")}
OURS = {path.stem for path in (PROJECT / "audits" / "generic").glob("*.sql")}


def numbered(*, only_ours: bool = False) -> list[ParameterSet]:
    return [
        pytest.param(number, case, id=f"{case.audit}-{number}")
        for number, case in enumerate(CASES)
        if case.audit in OURS or not only_ours
    ]


class Failures(NoopConsole):
    """Remembers which audits stopped which models."""

    def __init__(self) -> None:
        super().__init__()
        self.audits: set[tuple[str, str]] = set()

    def log_failed_models(self, errors: list[Any]) -> None:
        for error in errors:
            assert isinstance(error.__cause__, NodeAuditsErrors), error
            model = exp.to_table(error.node.snapshot_name).name
            self.audits |= {(model, failed.audit_name) for failed in error.__cause__.errors}


def write_model(folder: Path, name: str, query: str, audits: str = "") -> None:
    path = folder / "models" / f"{name}.sql"
    path.parent.mkdir(exist_ok=True)
    others = ", ".join(OTHERS) if audits else ""
    path.write_text(
        f"MODEL (name {name}, kind FULL, depends_on ({others}), audits ({audits})); {query}"
    )


def new_project(folder: Path) -> Path:
    for room in ("macros", "audits"):
        shutil.copytree(PROJECT / room, folder / room)
    config = {
        "gateways": {"local": {"connection": {"type": "duckdb"}}},
        "model_defaults": {"dialect": "duckdb", "start": "2025-01-01"},
        "disable_anonymized_analytics": True,
        "cache_dir": str(folder / "cache"),
        "variables": variables(),
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    for name, query in OTHERS.items():
        write_model(folder, name, query)
    return folder


def not_blocking(call: str) -> str:
    return f"{call.removesuffix(')')}, blocking := FALSE)"


def planned(folder: Path, failures: Failures) -> Context:
    remove_hooks()
    context = Context(paths=[str(folder)])
    context.console = failures
    context.plan("prod", auto_apply=True, no_prompts=True, skip_tests=True)
    return context


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """One model of good rows, of bad rows and of no rows for each case; bad rows do not stop."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("MAX_FORK_WORKERS", "1")
    folder = new_project(tmp_path_factory.mktemp("library"))
    for number, case in enumerate(CASES):
        write_model(folder, f"marts.good_{number}", case.good, case.call)
        write_model(folder, f"marts.bad_{number}", case.bad, not_blocking(case.call))
        if case.audit not in OURS:
            continue
        empty = f"SELECT * FROM ({case.good}) AS nothing WHERE FALSE"
        write_model(folder, f"marts.empty_{number}", empty, not_blocking(case.call))
    failures = Failures()
    context = planned(folder, failures)
    assert failures.audits == set()
    yield context
    context.close()
    monkeypatch.undo()


def failed_rows(context: Context, name: str, *, blocking: bool) -> list[tuple[Any, ...]]:
    snapshot = context.get_snapshot(name, raise_if_missing=True)
    assert snapshot is not None
    (result,) = context.snapshot_evaluator.audit(snapshot, snapshots=context.snapshots)
    assert result.blocking is blocking
    assert result.query is not None
    rows = context.engine_adapter.fetchall(result.query, quote_identifiers=True)
    assert len(rows) == result.count
    return sorted((plain(row) for row in rows), key=str)


def plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row whose numbers and days can be written down."""
    kept = (bool, str, type(None))
    return tuple(
        cell if isinstance(cell, kept) else str(cell) if hasattr(cell, "year") else float(cell)
        for cell in row
    )


@pytest.mark.parametrize(("number", "case"), numbered())
def test_audit_passes_good_rows(built: Context, number: int, case: LibraryCase) -> None:
    assert failed_rows(built, f"marts.good_{number}", blocking=True) == []


@pytest.mark.parametrize(("number", "case"), numbered())
def test_audit_names_bad_rows_and_its_twin_does_not_stop(
    built: Context, number: int, case: LibraryCase
) -> None:
    found = failed_rows(built, f"marts.bad_{number}", blocking=False)
    expected = sorted((plain(row) for row in case.failed), key=str)
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert list(row) == [pytest.approx(c) if isinstance(c, float) else c for c in wanted]


@pytest.mark.parametrize(("number", "case"), numbered(only_ours=True))
def test_audit_passes_an_empty_table_unless_rows_are_what_it_wants(
    built: Context, number: int, case: LibraryCase
) -> None:
    found = failed_rows(built, f"marts.empty_{number}", blocking=False)
    assert bool(found) is case.speaks_when_empty


def test_bad_rows_stop_where_the_twin_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_FORK_WORKERS", "1")
    folder = new_project(tmp_path)
    one_each = {case.audit: case for case in CASES if case.audit in OURS}
    for name, case in one_each.items():
        write_model(folder, f"marts.bad_{name}", case.bad, case.call)
    failures = Failures()
    with pytest.raises(PlanError):
        planned(folder, failures)
    assert failures.audits == {(f"bad_{name}", name) for name in one_each}


def test_every_audit_of_the_library_has_cases() -> None:
    shown = {case.audit for case in CASES}
    assert shown >= OURS
    assert shown <= WRITTEN | set(BUILT_IN_AUDITS)


def test_nothing_is_written_twice() -> None:
    assert not WRITTEN & set(BUILT_IN_AUDITS)
    assert not [name for name in WRITTEN if name.endswith("_non_blocking")]
