"""Opening the databases: one writer on the warehouse, any number of readers on its copy."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from patron.errors import BusyError, PatronError
from patron.shop import Shop
from patron.sql import identifier, literal

POLL_SECONDS = 0.2
MEMORY_VARIABLE, MEMORY_LIMIT = "PATRON_MEMORY_LIMIT", "6GB"
# The form of new database files, also in config.yaml. DuckDB 1.4, which is supported for long, and
# later read it; it is written a third faster than that of 1.0, which DuckDB takes unless told.
STORAGE_VERSION = "v1.4.0"


@contextmanager
def writing(shop: Shop, wait_seconds: float = 0.0) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, to write in. Callers hold `patron.lock.writer_lock` around it."""
    shop.data.mkdir(parents=True, exist_ok=True)
    connection = connect(shop.warehouse, wait_seconds=wait_seconds)
    try:
        limit = os.environ.get(MEMORY_VARIABLE, MEMORY_LIMIT)
        connection.execute(f"SET memory_limit = {literal(limit)}")
        yield connection
    finally:
        connection.close()


@contextmanager
def reading(shop: Shop, wait_seconds: float = 10.0) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published copy, read-only and without access to files or network."""
    if not shop.published.exists():
        raise PatronError(
            "nothing has been published yet",
            where=str(shop.published),
            remedy="run 'patron run' once; it publishes when every audit passes",
        )
    connection = connect(
        shop.published,
        read_only=True,
        wait_seconds=wait_seconds,
        config={"enable_external_access": "false"},
    )
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: Any) -> Iterator[None]:
    """All that is written in the block, or nothing of it, while all reads see the same rows."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # What ended the block is told, not that DuckDB had rolled back by itself.
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise


def attach(connection: Any, path: Path, name: str) -> None:
    """Give a connection another database file to write, made anew where there is none."""
    connection.execute(
        f"ATTACH {literal(str(path))} AS {identifier(name)} (STORAGE_VERSION '{STORAGE_VERSION}')"
    )


def connect(
    path: Path,
    *,
    read_only: bool = False,
    wait_seconds: float = 0.0,
    config: dict[str, Any] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file, made anew where it may be, waiting for another process to let go of it.

    Raises:
        BusyError: If another process still has the file after the wait.
        PatronError: If the file is damaged or not a DuckDB database.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            if not read_only and not path.exists():
                with duckdb.connect() as maker:
                    attach(maker, path, "made")
            return duckdb.connect(str(path), read_only=read_only, config=config or {})
        except duckdb.IOException as error:
            if not is_lock_error(error):
                raise PatronError(
                    f"cannot open the database: {first_line(error)}",
                    where=str(path),
                    remedy=_cure(path),
                ) from error
            if time.monotonic() >= deadline:
                raise BusyError(
                    f"the database is in use by {_lock_holder(error)}",
                    where=str(path),
                    remedy="wait for it, or call again with --wait SECONDS",
                ) from error
        time.sleep(POLL_SECONDS)


def _cure(path: Path) -> str:
    if path.name == "published.duckdb":
        return "delete the file and call 'patron run', which publishes it again"
    return "check the file's permissions and disk, or restore a backup"


def is_lock_error(error: BaseException) -> bool:
    """Whether DuckDB refused a file because another process holds it."""
    return "Could not set lock on file" in str(error)


def first_line(error: BaseException) -> str:
    """The sentence of a DuckDB error, without its hints and line pictures."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _lock_holder(error: BaseException) -> str:
    match = re.search(r"held in (\S+).*?\(PID (\d+)\)", str(error))
    return f"{Path(match[1]).name} (pid {match[2]})" if match else "another process"
