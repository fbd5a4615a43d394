"""Merging staged rows into a raw table by primary key, inside the transaction of the load."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from ingest.contract import Table
from ingest.raw import qualified
from ingest.stage import STAGED
from patron.sql import identifier, literal

VERDICTS = identifier("temp", "ingest_verdicts")


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one load.

    Attributes:
        read: Rows the source delivered.
        inserted: New rows.
        updated: Rows that replaced an older version.
        unchanged: Rows already there, older than what is there, or superseded inside the batch.
        rejected: Rows that broke the contract.
    """

    read: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int

    @property
    def conserved(self) -> bool:
        """Whether every row read is accounted for."""
        return self.read == self.inserted + self.updated + self.unchanged + self.rejected


def merge(connection: duckdb.DuckDBPyConnection, table: Table, delivery: dict[str, str]) -> Counts:
    """Bring the accepted staged rows into the raw table and the others into the rejected rows.

    Args:
        connection: Inside a transaction, with staged rows.
        table: The raw table.
        delivery: SQL of `_source`, `_batch_id` and `_loaded_at`; a row that is updated stays with
            the source it belongs to.
    """
    read = _count(connection, f"SELECT count(*) FROM {STAGED}")
    rejected = _count(connection, f"SELECT count(*) FROM {STAGED} WHERE _reason IS NOT NULL")
    superseded = _supersede(connection, table, read - rejected)
    if _count(connection, f"SELECT count(*) FROM {qualified(table)}"):
        inserted, updated, same = _merge_into(connection, table, delivery)
    else:
        inserted, updated, same = _append(connection, table, delivery), 0, 0
    if rejected:
        _keep_rejected(connection, table, delivery)
    return Counts(read, inserted, updated, same + superseded, rejected)


def _supersede(connection: duckdb.DuckDBPyConnection, table: Table, accepted: int) -> int:
    """Leave one row per key: the latest version, of equal ones the last to arrive."""
    key = _listed(table.primary_key)
    keys = f"SELECT {key} FROM {STAGED} WHERE _reason IS NULL GROUP BY {key}"
    if _count(connection, f"SELECT count(*) FROM ({keys})") == accepted:
        return 0
    newest = f"{identifier(table.version)} DESC, " if table.version else ""
    return _changed(
        connection,
        f"""
        DELETE FROM {STAGED} WHERE rowid IN (
          SELECT rowid FROM {STAGED}
          WHERE _reason IS NULL AND ({key}) IN ({keys} HAVING count(*) > 1)
          QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {newest}rowid DESC) > 1
        )
        """,
    )


def _append(connection: duckdb.DuckDBPyConnection, table: Table, delivery: dict[str, str]) -> int:
    return _changed(
        connection,
        f"{_insert(table)} SELECT {_values(table, delivery)} FROM {STAGED} AS staged "
        "WHERE _reason IS NULL",
    )


def _merge_into(
    connection: duckdb.DuckDBPyConnection, table: Table, delivery: dict[str, str]
) -> tuple[int, int, int]:
    """Insert new keys, replace rows whose content differs and whose version is not older."""
    raw = qualified(table)
    content = [name for name in table.column_names if name not in table.primary_key]
    differs = " OR ".join(
        f"staged.{identifier(name)} IS DISTINCT FROM existing.{identifier(name)}"
        for name in content
    )
    current = (
        f"staged.{identifier(table.version)} >= existing.{identifier(table.version)}"
        if table.version
        else "TRUE"
    )
    same_key = " AND ".join(
        f"staged.{identifier(name)} = existing.{identifier(name)}" for name in table.primary_key
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ingest_verdicts AS
        SELECT staged.rowid AS staged_row, existing.rowid AS existing_row,
               existing._source AS belongs_to,
               existing.rowid IS NULL OR ({current} AND ({differs})) AS is_new
        FROM {STAGED} AS staged LEFT JOIN {raw} AS existing ON {same_key}
        WHERE staged._reason IS NULL
        """
    )
    same = _count(connection, f"SELECT count(*) FROM {VERDICTS} WHERE NOT is_new")
    updated = _changed(
        connection,
        f"DELETE FROM {raw} WHERE rowid IN "
        f"(SELECT existing_row FROM {VERDICTS} WHERE is_new AND existing_row IS NOT NULL)",
    )
    kept = delivery | {"_source": f"COALESCE(verdicts.belongs_to, {delivery['_source']})"}
    written = _changed(
        connection,
        f"{_insert(table)} SELECT {_values(table, kept)} FROM {STAGED} AS staged "
        f"JOIN {VERDICTS} AS verdicts ON verdicts.staged_row = staged.rowid AND verdicts.is_new",
    )
    connection.execute(f"DROP TABLE {VERDICTS}")
    return written - updated, updated, same


def _keep_rejected(
    connection: duckdb.DuckDBPyConnection, table: Table, delivery: dict[str, str]
) -> None:
    """Record each rejected row once, however often it is delivered."""
    stream = literal(table.name)
    connection.execute(
        f"""
        INSERT INTO raw.rejected_rows
          (stream, row_key, reason, row_json, _source, _batch_id, rejected_at)
        SELECT {stream}, any_value(_row_key), _reason, _row_json,
               {delivery["_source"]}, {delivery["_batch_id"]}, {delivery["_loaded_at"]}
        FROM {STAGED} AS staged
        WHERE _reason IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM raw.rejected_rows AS known
          WHERE known.stream = {stream} AND known.reason = staged._reason
            AND known.row_json = staged._row_json
        )
        GROUP BY _reason, _row_json
        """
    )


def _insert(table: Table) -> str:
    return f"INSERT INTO {qualified(table)} ({_listed(c.name for c in table.all_columns)})"


def _values(table: Table, delivery: dict[str, str]) -> str:
    return ", ".join(
        delivery.get(column.name, f"staged.{identifier(column.name)}")
        for column in table.all_columns
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(identifier(name) for name in names)


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _changed(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    """Run a statement and give the number of rows it changed."""
    return _count(connection, statement)
