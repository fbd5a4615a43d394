"""Writing a database file anew: DuckDB keeps deleted rows in free blocks until they are reused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from patron.durable import flush
from patron.errors import PatronError
from patron.sql import identifier
from patron.warehouse import MEMORY_LIMIT, attach, connect, first_line

DRAFT_SUFFIX = ".erasing"
FRESH = identifier("fresh_copy")
_CATALOGUE = """
SELECT schema_name, table_name, column_count, has_primary_key, check_constraint_count, comment
FROM duckdb_tables() WHERE database_name = ?
UNION ALL
SELECT schema_name, view_name, column_count, FALSE, 0, comment
FROM duckdb_views() WHERE database_name = ? AND NOT internal
ORDER BY ALL
"""


def renew(path: Path, change: Callable[[duckdb.DuckDBPyConnection], object] | None = None) -> None:
    """Replace a database file by one that holds what its tables hold now and nothing else.

    Args:
        path: The file; nobody else may write it.
        change: Applied to a working copy first, so that readers see all of it or nothing.

    Raises:
        PatronError: If there is no room; the file stays as it was.
    """
    if not path.exists():
        return
    working, fresh = (path.with_name(path.name + end + DRAFT_SUFFIX) for end in (".copy", ""))
    for draft in (working, fresh):
        remove_database(draft)
    _check_space(path, copies=2 if change else 1)
    try:
        if change:
            shutil.copyfile(path, working)
            with connect(working) as connection:
                change(connection)
        _copy(working if change else path, fresh)
        shutil.copymode(path, fresh)
        flush(fresh)
        fresh.replace(path)
        flush(path.parent)
    except (duckdb.IOException, duckdb.OutOfMemoryException, OSError) as error:
        raise PatronError(
            f"the database cannot be written anew: {first_line(error)}",
            where=str(path),
            remedy="make room, then call 'patron forget' again",
        ) from error
    finally:
        for draft in (working, fresh):
            remove_database(draft)


def remove_database(path: Path) -> None:
    """Remove a database file and its log."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)


def _copy(source: Path, fresh: Path) -> None:
    """All schemas, tables, views, constraints and comments."""
    with connect(source) as connection:
        connection.execute(
            f"SET memory_limit = '{MEMORY_LIMIT}'; SET preserve_insertion_order = true; "
            "SET enable_progress_bar = false; CHECKPOINT"
        )
        row = connection.execute("SELECT current_database()").fetchone()
        name = str(row[0]) if row else ""
        attach(connection, fresh, "fresh_copy")
        connection.execute(f"COPY FROM DATABASE {identifier(name)} TO {FRESH}")
        before, after = (
            connection.execute(_CATALOGUE, [database, database]).fetchall()
            for database in (name, "fresh_copy")
        )
        if before != after or not _same_counts(connection, name):
            raise RuntimeError(f"the copy of {source.name} is not what was copied")
        connection.execute(f"CHECKPOINT {FRESH}; DETACH {FRESH}")


def _same_counts(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    tables = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ?", [name]
    ).fetchall()
    for schema, table in tables:
        counts = [
            connection.execute(f"SELECT count(*) FROM {place}").fetchall()
            for place in (identifier(name, schema, table), f"{FRESH}.{identifier(schema, table)}")
        ]
        if counts[0] != counts[1]:
            return False
    return True


def _check_space(path: Path, copies: int) -> None:
    needed, free = copies * path.stat().st_size, shutil.disk_usage(path.parent).free
    if needed > free:
        raise PatronError(
            f"writing the database anew needs {needed:,} bytes, {free:,} are free",
            where=str(path),
            remedy="make room, then call 'patron forget' again",
        )
