"""Looking for what is left of persons, in every file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from operate.forget_files import chunks, opened
from operate.forget_values import Cleaner
from patron.sql import identifier, literal
from patron.warehouse import connect

_TEXTS = """
SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns()
JOIN duckdb_tables() USING (database_name, schema_name, table_name)
WHERE database_name = current_database() AND NOT temporary
"""
_IS_TEXT = ("VARCHAR", "JSON", "STRUCT", "MAP")


def what_is_left(
    cleaner: Cleaner, files: Iterable[Path], databases: Iterable[Path] = ()
) -> list[str]:
    """The places that still hold a person, as people would name them.

    Args:
        cleaner: Knows the persons.
        files: Searched by their bytes; archives and Parquet by their content too.
        databases: Searched table by table besides.
    """
    found = [str(path) for path in files if _holds(cleaner, path)]
    for path in databases:
        found += [f"{path}: {column}" for column in _columns_that_hold(cleaner, path)]
    return found


def _holds(cleaner: Cleaner, path: Path) -> bool:
    try:
        if any(_told(cleaner, part) for part in _contents(path)):
            return True
        return path.suffix.lower() == ".parquet" and _parquet_holds(cleaner, path)
    except (OSError, EOFError, zipfile.BadZipFile, duckdb.Error):
        # What is damaged cannot be read by others either, but its bytes can.
        with path.open("rb") as file:
            return any(_told(cleaner, part) for part in chunks(file))


def _contents(path: Path) -> Iterator[bytes]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                with archive.open(member) as file:
                    yield from chunks(file)
        return
    with opened(path) as file:
        yield from chunks(file)


def _told(cleaner: Cleaner, content: bytes) -> bool:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.decode("utf-16", "replace").encode()
    if not cleaner.may_hold(content):
        return False
    return cleaner.holds(content.decode("utf-8", "replace")) is not None


def _parquet_holds(cleaner: Cleaner, path: Path) -> bool:
    source = f"read_parquet({literal(str(path))})"
    with duckdb.connect() as connection:
        columns = connection.execute(f"DESCRIBE FROM {source}").fetchall()
        return any(
            _column_holds(connection, cleaner, source, name)
            for name, kind, *_ in columns
            if kind.startswith(_IS_TEXT)
        )


def _columns_that_hold(cleaner: Cleaner, path: Path) -> list[str]:
    if not path.exists():
        return []
    with closing(connect(path, read_only=True, wait_seconds=5)) as connection:
        return [
            f"{schema}.{table}.{column}"
            for schema, table, column, kind in connection.execute(_TEXTS).fetchall()
            if kind.startswith(_IS_TEXT)
            and (
                _column_holds(connection, cleaner, identifier(schema, table), column)
                or (column == "customer_id" and _ids_left(connection, cleaner, schema, table))
            )
        ]


def _column_holds(
    connection: duckdb.DuckDBPyConnection, cleaner: Cleaner, source: str, column: str
) -> bool:
    """Texts with a telling part are looked at closely."""
    text = f"CAST({identifier(column)} AS VARCHAR)"
    rows = connection.execute(
        f"SELECT DISTINCT {text} FROM {source} WHERE {cleaner.may_hold_sql(text)}"
    ).fetchall()
    return any(cleaner.holds(found) for (found,) in rows)


def _ids_left(
    connection: duckdb.DuckDBPyConnection, cleaner: Cleaner, schema: str, table: str
) -> bool:
    """Short ids, which are no evidence elsewhere."""
    ids = [person.customer_id for person in cleaner.people]
    query = f"SELECT 1 FROM {identifier(schema, table)} WHERE customer_id IN ? LIMIT 1"
    return bool(connection.execute(query, [ids]).fetchall())
