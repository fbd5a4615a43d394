"""Rows that a source no longer has, for streams with `deletes: full_compare`.

A row that several sources deliver belongs to the last one that compared and had it. Otherwise an
update through another source, for instance a webhook, would keep a row that is deleted later.
"""

from __future__ import annotations

import duckdb

from ingest.contract import Table
from ingest.raw import qualified
from ingest.stage import PRESENT
from patron.sql import identifier, literal


class Deletions:
    """What of a raw table belongs to a source and the source has no more."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, table: Table, source_name: str
    ) -> None:
        self._connection = connection
        self._table = table
        self._source = source_name
        matched = " AND ".join(
            f"present.{identifier(name)} = raw_rows.{identifier(name)}"
            for name in table.primary_key
        )
        is_there = f"EXISTS (SELECT 1 FROM {PRESENT} AS present WHERE {matched})"
        name = literal(source_name)
        self._gone = f"raw_rows._source = {name} AND NOT {is_there}"
        self._elsewhere = f"raw_rows._source <> {name} AND {is_there}"

    def count(self) -> tuple[int, int]:
        """Rows that are gone, and rows that the source had: these and those that are there."""
        row = self._connection.execute(
            f"SELECT count(*) FILTER (WHERE {self._gone}), count(*) "
            f"FROM {qualified(self._table)} AS raw_rows "
            f"WHERE _source = {literal(self._source)} OR ({self._elsewhere})"
        ).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def apply(self, batch_id: str, moment: str) -> int:
        """Remove the rows that are gone, note their keys, and take those that are there.

        Inside the transaction of the load.
        """
        key = " || '|' || ".join(
            f"CAST({identifier(name)} AS VARCHAR)" for name in self._table.primary_key
        )
        self._connection.execute(
            "INSERT INTO raw.deleted_rows (stream, row_key, _source, _batch_id, deleted_at) "
            f"SELECT {literal(self._table.name)}, {key}, _source, {literal(batch_id)}, {moment} "
            f"FROM {qualified(self._table)} AS raw_rows WHERE {self._gone}"
        )
        row = self._connection.execute(
            f"DELETE FROM {qualified(self._table)} AS raw_rows WHERE {self._gone}"
        ).fetchone()
        self._connection.execute(
            f"UPDATE {qualified(self._table)} AS raw_rows SET _source = {literal(self._source)} "
            f"WHERE {self._elsewhere}"
        )
        return int(row[0]) if row else 0
