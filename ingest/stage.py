"""Reading one stream into a temporary table of raw values, each row accepted or with a reason."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from ingest.check import Check, check
from ingest.contract import Table
from patron.errors import PatronError
from patron.names import suggestion
from patron.sql import identifier, literal
from patron.warehouse import first_line

STAGED = identifier("temp", "ingest_staged")
PRESENT = identifier("temp", "ingest_present")


@dataclass(frozen=True)
class Staged:
    """How the columns of a delivery compare with those of the contract.

    Attributes:
        ignored: Delivered columns that the contract does not know.
        missing: Columns of the contract that are not delivered.
    """

    ignored: tuple[str, ...]
    missing: tuple[str, ...]


def stage(connection: duckdb.DuckDBPyConnection, table: Table, select: str, where: str) -> Staged:
    """Read a stream's query into `STAGED`: the raw columns, `_reason`, `_row_key`, `_row_json`.

    The order of rows in the table is their order of arrival. `_reason` is NULL for rows that
    fulfil the contract, and only the others have `_row_key` and `_row_json`.

    Raises:
        PatronError: If the query fails or lacks a required column.
    """
    types = _describe(connection, select, where)
    delivered = {name.lower(): kind for name, kind in types.items()}
    _require(table, delivered, where)
    checks = [check(column, delivered.get(column.name)) for column in table.columns]
    query = _staging_query(table, checks, list(types), select)
    try:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE ingest_staged AS {query}")
    except duckdb.Error as error:
        raise PatronError(
            f"stream {table.name} cannot be read: {first_line(error)}",
            where=where,
            remedy=_remedy(error),
        ) from error
    return Staged(
        ignored=tuple(name for name in types if name.lower() not in table.column_names),
        missing=tuple(name for name in table.column_names if name not in delivered),
    )


def add_unreadable(connection: duckdb.DuckDBPyConnection, relation: str | None) -> int:
    """Add what could not be read as rows to the staged rows, as rejected; gives how many."""
    if relation is None:
        return 0
    added = connection.execute(
        f"INSERT INTO {STAGED} BY NAME SELECT row_key AS _row_key, reason AS _reason, "
        f"row_json AS _row_json FROM ({relation}) ORDER BY row_key"
    ).fetchone()
    return int(added[0]) if added else 0


def stage_keys(
    connection: duckdb.DuckDBPyConnection, table: Table, select: str, where: str
) -> None:
    """Read just the primary keys that the source has into `PRESENT`, refused rows too."""
    types = {name.lower(): kind for name, kind in _describe(connection, select, where).items()}
    keys = [check(table.column(name), types.get(name)) for name in table.primary_key]
    columns = ", ".join(f"{key.value} AS {identifier(key.column.name)}" for key in keys)
    try:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE ingest_present AS "
            f"SELECT DISTINCT {columns} FROM ({select}) AS delivered"
        )
    except duckdb.Error as error:
        raise PatronError(
            f"the keys of stream {table.name} cannot be read: {first_line(error)}",
            where=where,
            remedy=_remedy(error),
        ) from error


def drop_staged(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the staged rows and keys."""
    for table in (STAGED, PRESENT):
        connection.execute(f"DROP TABLE IF EXISTS {table}")


def _describe(connection: duckdb.DuckDBPyConnection, select: str, where: str) -> dict[str, str]:
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM ({select}) AS delivered").fetchall()
    except duckdb.Error as error:
        raise PatronError(
            f"the query does not work: {first_line(error)}", where=where, remedy="correct the SQL"
        ) from error
    return {name: kind for name, kind, *_ in rows}


def _remedy(error: duckdb.Error) -> str:
    if "state machine" in str(error):
        return "the file mixes line endings; convert it to one kind, for instance with dos2unix"
    return (
        "correct the query or the data; values that the query leaves as text are converted by "
        "the contract, row by row"
    )


def _require(table: Table, delivered: dict[str, str], where: str) -> None:
    missing = [name for name in table.required if name not in delivered]
    if missing:
        raise PatronError(
            f"stream {table.name} lacks the required column"
            f"{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
            where=where,
            remedy=f"select it under that name; {suggestion(missing[0], delivered)}",
        )


def _staging_query(table: Table, checks: list[Check], delivered: list[str], select: str) -> str:
    broken = " OR ".join(f"({c.broken})" for c in checks if c.broken) or "FALSE"
    reasons = ", ".join(c.reason for c in checks if c.broken) or "NULL"
    key = " || '|' || ".join(
        f"COALESCE(CAST({identifier(name)} AS VARCHAR), '')" for name in table.primary_key
    )
    whole = ", ".join(f"{literal(name)}: {identifier(name)}" for name in delivered)
    converted = ", ".join(f"{c.value} AS {c.converted}" for c in checks)
    columns = ", ".join(f"{c.converted} AS {identifier(c.column.name)}" for c in checks)
    is_broken = identifier("checked: is broken")
    return f"""
        SELECT {columns},
               CASE WHEN {is_broken} THEN concat_ws('; ', {reasons}) END AS _reason,
               CASE WHEN {is_broken} THEN {key} END AS _row_key,
               CASE WHEN {is_broken} THEN CAST(to_json({{{whole}}}) AS VARCHAR) END AS _row_json
        FROM (
          SELECT *, {broken} AS {is_broken}
          FROM (SELECT *, {converted} FROM ({select}) AS delivered) AS checked
        ) AS judged
    """
