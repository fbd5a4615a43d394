"""The tables of schema `raw`: made empty and of the right shape, widened as the contract grows."""

from __future__ import annotations

import duckdb

from ingest.contract import Table, load_contract
from patron.sql import identifier

# Where the loads of a stream stand: private to this package.
LEDGERS = """
CREATE TABLE IF NOT EXISTS raw.cursors (
  source VARCHAR NOT NULL, stream VARCHAR NOT NULL, cursor_value VARCHAR NOT NULL,
  batch_id VARCHAR NOT NULL
);
ALTER TABLE raw.cursors ADD COLUMN IF NOT EXISTS column_name VARCHAR;
CREATE TABLE IF NOT EXISTS raw.files_read (
  source VARCHAR NOT NULL, stream VARCHAR NOT NULL, path VARCHAR NOT NULL,
  size BIGINT NOT NULL, modified_ns BIGINT NOT NULL, batch_id VARCHAR NOT NULL
)
"""


def ensure_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every raw table that is missing and every column that is new in the contract."""
    contract = load_contract()
    connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
    existing = _existing_columns(connection)
    for table in contract.tables + contract.records:
        _ensure(connection, table, existing.get(table.name))
    connection.execute(LEDGERS)


def qualified(table: Table) -> str:
    """The quoted name of a raw table."""
    return identifier("raw", table.name)


def _ensure(
    connection: duckdb.DuckDBPyConnection, table: Table, existing: frozenset[str] | None
) -> None:
    if existing is None:
        columns = ", ".join(f"{identifier(c.name)} {c.sql_type}" for c in table.all_columns)
        connection.execute(f"CREATE TABLE {qualified(table)} ({columns})")
        return
    for column in table.all_columns:
        if column.name not in existing:
            formerly = "NULL" if column.formerly is None else column.formerly
            connection.execute(
                f"ALTER TABLE {qualified(table)} "
                f"ADD COLUMN {identifier(column.name)} {column.sql_type} DEFAULT {formerly}"
            )


def _existing_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    rows = connection.execute(
        """
        SELECT table_name, list(column_name) FROM duckdb_columns()
        WHERE database_name = current_database() AND schema_name = 'raw'
        GROUP BY table_name
        """
    ).fetchall()
    return {name: frozenset(columns) for name, columns in rows}
