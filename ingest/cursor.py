"""Where the reads of a stream have come to, and where the next one begins."""

from __future__ import annotations

from datetime import datetime

import duckdb

from ingest.configs import StreamConfig
from ingest.contract import Column, Table
from ingest.loaders.base import Reading
from ingest.sources import AnySource
from ingest.stage import STAGED
from patron.errors import PatronError
from patron.sql import identifier, literal

BEGINNING = {"date": "0001-01-01", "timestamp": "0001-01-01 00:00:00", "integer": "-1"}
# A transaction that commits late brings rows older than the newest one read: read these again.
DEFAULT_OVERLAP = {"date": "1 day", "timestamp": "10 minutes", "integer": "1000"}
PLACE = "@cursor"


def whole(select: str, source: AnySource, table: Table) -> str:
    """A stream's query from the beginning: everything that the source has.

    Raises:
        PatronError: If it names `@cursor` and the stream has no cursor.
    """
    if PLACE not in select:
        return select
    cursor = source.config.streams[table.name].cursor
    if cursor is None:
        raise PatronError(
            "the query uses @cursor, but the stream has no cursor",
            where=f"{source.where}.{table.name}",
            remedy="add for instance 'cursor: updated_at' beside 'select'",
        )
    return select.replace(PLACE, _beginning(table.column(cursor)))


class Cursor:
    """The cursor of one stream of one source, in `raw.cursors`.

    A query that names `@cursor` gets the greatest value read so far less the overlap; rows read
    twice are found unchanged. Values more than a day after the load began do not count: a row
    with a wrong clock must not hide those that come after it. Where sources.yaml names another
    column than before, the read begins at the beginning.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: AnySource,
        table: Table,
        started_at: datetime,
    ) -> None:
        self._connection = connection
        self._source, self._table = source, table
        self._key = [source.name, table.name]
        self._config: StreamConfig = source.config.streams[table.name]
        self._column = table.column(self._config.cursor) if self._config.cursor else None
        self._started_at = started_at

    def bound(self, select: str) -> str:
        """The query with the place to continue from put in for `@cursor`."""
        if PLACE not in select or self._column is None:
            return self.unbound(select)
        return select.replace(PLACE, self._from_stored() or _beginning(self._column))

    def unbound(self, select: str) -> str:
        """The query from the beginning: everything that the source has."""
        return whole(select, self._source, self._table)

    def stored(self) -> str | None:
        """The value up to which the last load read, if it was one of the same column."""
        row = self._connection.execute(
            "SELECT cursor_value FROM raw.cursors WHERE source = ? AND stream = ? "
            "AND COALESCE(column_name, ?, '') = COALESCE(?, '')",
            [*self._key, self._config.cursor, self._config.cursor],
        ).fetchone()
        return str(row[0]) if row else None

    def move(self, reading: Reading, batch_id: str) -> tuple[str | None, str | None]:
        """Store how far this load has come; gives the positions before and after."""
        before = self.stored()
        after = self._reached() or before if self._column else reading.progress
        if after is None:
            return None, None
        self._connection.execute(
            "DELETE FROM raw.cursors WHERE source = ? AND stream = ?", self._key
        )
        self._connection.execute(
            "INSERT INTO raw.cursors (source, stream, cursor_value, batch_id, column_name) "
            "VALUES (?, ?, ?, ?, ?)",
            [*self._key, after, batch_id, self._config.cursor or ""],
        )
        for file in reading.files:
            self._connection.execute(
                "DELETE FROM raw.files_read WHERE source = ? AND stream = ? AND path = ?",
                [*self._key, file.path],
            )
            self._connection.execute(
                "INSERT INTO raw.files_read VALUES (?, ?, ?, ?, ?, ?)",
                [*self._key, file.path, file.size, file.modified_ns, batch_id],
            )
        return before, after

    def _from_stored(self) -> str | None:
        """SQL of where to continue, computed here so that the source gets a plain value."""
        stored = self.stored()
        if stored is None or self._column is None:
            return None
        kind, sql_type = self._column.kind, self._column.sql_type
        overlap = self._config.overlap or DEFAULT_OVERLAP.get(kind)
        value = f"CAST({literal(stored)} AS {sql_type})"
        if overlap is None:
            return value
        step = overlap if overlap.isdigit() else f"INTERVAL {literal(overlap)}"
        row = self._connection.execute(
            f"SELECT CAST(CAST({value} - {step} AS {sql_type}) AS VARCHAR)"
        ).fetchone()
        return f"CAST({literal(row[0])} AS {sql_type})" if row else value

    def _reached(self) -> str | None:
        """The greatest cursor value among the rows read."""
        column = identifier(self._config.cursor or "")
        is_time = self._column is not None and self._column.kind in ("date", "timestamp")
        limit = f"TIMESTAMP {literal(self._started_at.isoformat(sep=' '))} + INTERVAL '1 day'"
        row = self._connection.execute(
            f"SELECT CAST(max({column}) AS VARCHAR) FROM {STAGED} "
            + (f"WHERE {column} <= {limit}" if is_time else "")
        ).fetchone()
        reached: str | None = row[0] if row else None
        return reached


def _beginning(column: Column) -> str:
    """SQL of a value before all others."""
    return f"CAST({literal(BEGINNING.get(column.kind, ''))} AS {column.sql_type})"
