"""Taking persons out of Parquet files: same columns, same types, same order of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from operate.forget_values import Cleaner
from patron.sql import identifier, literal


def write_clean(cleaner: Cleaner, path: Path, draft: Path) -> bool:
    """Write the file without persons; whether it differs."""
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        columns = _columns(connection, path)
        replaced = _replacements(connection, cleaner, path, columns)
        if not replaced:
            return False
        connection.execute(
            "CREATE TEMP TABLE cleaned (place BIGINT, column_name VARCHAR, value VARCHAR)"
        )
        connection.executemany("INSERT INTO cleaned VALUES (?, ?, ?)", replaced)
        connection.execute(_copy_statement(connection, path, draft, columns, replaced))
    return True


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    rows = connection.execute(f"DESCRIBE FROM read_parquet({literal(str(path))})").fetchall()
    return {name: kind for name, kind, *_ in rows}


def _replacements(
    connection: duckdb.DuckDBPyConnection, cleaner: Cleaner, path: Path, columns: dict[str, str]
) -> list[tuple[int, str, str | None]]:
    """What changes, by row number and column."""
    reader = f"read_parquet({literal(str(path))}, file_row_number = true)"
    texts = ", ".join(identifier(name) for name, kind in columns.items() if kind == "VARCHAR")
    if not texts:
        return []
    joined = f"concat_ws(' ', {texts})"
    rows = connection.execute(
        f"SELECT file_row_number, {', '.join(map(identifier, columns))} FROM {reader} "
        f"WHERE {cleaner.may_hold_sql(joined)}"
    ).fetchall()
    found: list[tuple[int, str, str | None]] = []
    for place, *values in rows:
        record = dict(zip(columns, values, strict=True))
        person = cleaner.person_of(record)
        for name, value in record.items():
            after = cleaner.value(name, value, person)
            if after != value:
                found.append((place, name, _empty_as_null(after)))
    return found


def _empty_as_null(value: Any) -> str | None:
    return str(value) if isinstance(value, str) and value else None


def _copy_statement(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    draft: Path,
    columns: dict[str, str],
    replaced: list[tuple[int, str, str | None]],
) -> str:
    changed = {name for _, name, _ in replaced}
    listed = ", ".join(
        f"CASE WHEN list_contains(row.names, {literal(name)}) "
        f"THEN CAST(row.texts[{literal(name)}] AS {kind}) "
        f"ELSE stored.{identifier(name)} END AS {identifier(name)}"
        if name in changed
        else f"stored.{identifier(name)}"
        for name, kind in columns.items()
    )
    packed = connection.execute(
        f"SELECT any_value(lower(compression)) FROM parquet_metadata({literal(str(path))})"
    ).fetchone()
    compression = packed[0] if packed and packed[0] else "snappy"
    return (
        f"COPY (SELECT {listed} "
        f"FROM read_parquet({literal(str(path))}, file_row_number = true) AS stored "
        "LEFT JOIN (SELECT place, list(column_name) AS names, "
        "map(list(column_name), list(value)) AS texts FROM cleaned GROUP BY place) AS row "
        "ON row.place = stored.file_row_number ORDER BY stored.file_row_number) "
        f"TO {literal(str(draft))} (FORMAT parquet, COMPRESSION {compression})"
    )
