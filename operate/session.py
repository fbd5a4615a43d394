"""The run that is going on in this process: its record, its shop, its writer lock."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlmesh.utils.errors import SQLMeshError

from operate.record import Run
from patron.errors import EXIT_BUSY, BusyError
from patron.lock import writer_lock
from patron.shop import Shop, find_project

PRODUCTION = "prod"

_lock = ExitStack()
_run: Run | None = None


def start(run: Run) -> None:
    """Make a run the current one."""
    global _run  # noqa: PLW0603
    _run = run


def clear() -> None:
    """Forget the last run of this process."""
    global _run  # noqa: PLW0603
    _run = None


def current() -> Run | None:
    """The run that is going on, or the last one, if any."""
    return _run


def active() -> Run:
    """The run that is going on.

    Raises:
        SQLMeshError: If SQLMesh writes without having called `@begin_run()`.
    """
    if _run is None:
        raise SQLMeshError(
            "config.yaml lacks before_all: ['@begin_run()'], so nothing was run:"
            " it makes failed and interrupted runs harmless"
        )
    return _run


def shop_of(adapter: Any) -> Shop | None:
    """The shop whose warehouse SQLMesh has open, or None when that is only in memory."""
    row = adapter.cursor.execute(
        "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone()
    if not row or not row[0]:
        return None
    return Shop(root=Path(row[0]).resolve().parents[1], project=find_project())


def lock(shop: Shop, purpose: str) -> None:
    """Hold the shop's writer lock until `unlock` or the end of the process.

    When another process holds it, this one ends with one line and exit code 75.
    """
    _lock.close()
    try:
        _lock.enter_context(writer_lock(shop, purpose))
    except BusyError as error:
        sys.stderr.write(f"patron: {error}\n")
        raise SystemExit(EXIT_BUSY) from None


def unlock() -> None:
    """Let the next writer in, unless this process had the lock before the run."""
    _lock.close()
