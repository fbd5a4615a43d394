"""The `webhooks` loader: the events received so far as the table `events`, each read once.

How many lines of a segment a stream has read is noted in `raw.files_read`, in the transaction of
its load. The receiver may go on writing: what arrives after the source was opened is for the next
load.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest.loaders.base import FileStamp, Reading
from ingest.webhooks.segments import Webhooks, lines_in, list_segments, segment_folder
from patron.errors import PatronError
from patron.shop import Shop
from patron.sql import identifier

DAY_SECONDS = 86_400
CREATE = """
CREATE OR REPLACE TEMP TABLE {table} (
  segment VARCHAR, line_number BIGINT, line VARCHAR,
  event_id VARCHAR, event_type VARCHAR, received_at TIMESTAMP, body JSON
)
"""
# A line is kept as it is only where it is no event.
# Without MATERIALIZED it would be parsed for every use.
INSERT = """
INSERT INTO {table}
WITH numbered AS MATERIALIZED (
  SELECT unnest(lines) AS line, generate_subscripts(lines, 1) AS number
  FROM (SELECT string_split(CAST($text AS VARCHAR), chr(10)) AS lines)
), parsed AS MATERIALIZED (
  SELECT *, TRY_CAST(line AS JSON) AS event FROM numbered WHERE trim(line) <> ''
)
SELECT $segment, CAST($already AS BIGINT) + number,
       CASE WHEN (event -> 'body') IS NULL THEN line END,
       event ->> 'event_id', event ->> 'event_type',
       TRY_CAST(event ->> 'received_at' AS TIMESTAMP),
       event -> 'body'
FROM parsed
"""
UNREADABLE = """
SELECT segment || ':' || line_number AS row_key, 'the line is not the JSON of an event' AS reason,
       to_json({{'segment': segment, 'line': line}}) AS row_json
FROM {table} WHERE line IS NOT NULL
"""


@dataclass(frozen=True)
class Unread:
    """A segment of which a stream may have lines to read.

    Attributes:
        path: The segment.
        already: How many of its lines the stream has read.
    """

    path: Path
    already: int


@contextmanager
def open_webhooks(
    connection: duckdb.DuckDBPyConnection,
    shop: Shop,  # noqa: ARG001 - every opener gets it
    source: Webhooks,
) -> Iterator[WebhooksReader]:
    """Open the events that a source has received until now."""
    reader = WebhooksReader(connection, source)
    try:
        yield reader
    finally:
        reader.close()


class WebhooksReader:
    """The segments of one source, as they are when this is made."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: Webhooks) -> None:
        self._connection = connection
        self._source = source
        # Listed first, measured then: what has a successor here was complete before.
        self._segments = list_segments(segment_folder(source))
        self._sizes = {path: path.stat().st_size for path in self._segments}
        self._tables: dict[tuple[Unread, ...], tuple[str, tuple[FileStamp, ...]]] = {}
        self._table = ""

    def reading(self, stream: str) -> Reading:
        """Make the table of the events that the stream has not read yet."""
        select = self._select(stream)
        unread = self._unread(stream)
        if unread not in self._tables:
            self._tables[unread] = self._read(unread, f"webhook_lines_{len(self._tables)}")
        self._table, stamps = self._tables[unread]
        self._connection.execute(
            "CREATE OR REPLACE TEMP VIEW events AS "
            "SELECT event_id, event_type, received_at, body "
            f"FROM temp.{identifier(self._table)} WHERE line IS NULL"
        )
        place = f"{stamps[-1].path}: {stamps[-1].size} lines" if stamps else None
        return Reading(select, is_full=False, files=stamps, progress=place)

    def unreadable(self) -> str | None:
        """The lines among them that are no events."""
        query = UNREADABLE.format(table=f"temp.{identifier(self._table)}")
        found = self._connection.execute(f"SELECT 1 FROM ({query}) LIMIT 1").fetchone()
        return query if found else None

    def committed(self, stream: str) -> None:  # noqa: ARG002 - what counts is what all have read
        """Delete segments that every stream has read and that are old."""
        oldest = time.time() - self._source.config.keep_days * DAY_SECONDS
        old = [path for path in self._segments if path.stat().st_mtime < oldest]
        if not old:
            return
        kept = {part.path for name in self._source.config.streams for part in self._unread(name)}
        for path in old:
            if path not in kept:
                self._segments.remove(path)
                path.unlink()
                self._connection.execute(
                    "DELETE FROM raw.files_read WHERE source = ? AND path = ?",
                    [self._source.name, path.name],
                )

    def close(self) -> None:
        """Drop the view and the tables."""
        self._connection.execute("DROP VIEW IF EXISTS temp.events")
        for table, _ in self._tables.values():
            self._connection.execute(f"DROP TABLE IF EXISTS temp.{identifier(table)}")

    def _select(self, stream: str) -> str:
        config = self._source.config.streams[stream]
        where = f"{self._source.where}.{stream}"
        if config.select is None:
            raise PatronError(
                "the stream does not say which events it is made of",
                where=where,
                remedy="add 'select': SELECT body ->> 'id' AS ... FROM events WHERE ...",
            )
        if config.cursor is not None:
            raise PatronError(
                "events are read once each, a cursor would leave some out",
                where=f"{where}.cursor",
                remedy="remove 'cursor', and @cursor from 'select'",
            )
        return config.select.strip().rstrip(";")

    def _unread(self, stream: str) -> tuple[Unread, ...]:
        """The segments that the stream has not read, and the last one it has: that may grow.

        Where it has read of a segment, those before it had a successor, so it has read them whole.
        """
        rows = self._connection.execute(
            "SELECT path, size FROM raw.files_read WHERE source = ? AND stream = ?",
            [self._source.name, stream],
        ).fetchall()
        known = dict(rows)
        last = max((path.name for path in self._segments if path.name in known), default="")
        return tuple(
            Unread(path, known.get(path.name, 0))
            for path in self._segments
            if path.name not in known or path.name == last
        )

    def _read(self, unread: tuple[Unread, ...], table: str) -> tuple[str, tuple[FileStamp, ...]]:
        """A table of the lines, and how far they go: the size of a stamp counts lines."""
        name = f"temp.{identifier(table)}"
        self._connection.execute(CREATE.format(table=name))
        stamps = []
        for part in unread:
            is_closed = part.path != self._segments[-1]
            lines = lines_in(part.path, is_closed=is_closed, size=self._sizes[part.path])
            self._connection.execute(
                INSERT.format(table=name),
                {
                    "segment": part.path.name,
                    "already": part.already,
                    "text": "\n".join(lines[part.already :]),
                },
            )
            stamps.append(FileStamp(part.path.name, len(lines), 0))
        return table, tuple(stamps)
