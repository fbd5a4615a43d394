"""Loading one stream: read, check, then merge, records and cursor in one transaction."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import duckdb

from ingest.contract import Table, load_contract
from ingest.loaders.base import OpenSource, Reading
from ingest.merge import Counts, merge
from ingest.sources import Source, StreamConfig
from ingest.stage import STAGED, add_unreadable, drop_staged, stage
from patron.errors import PatronError
from patron.sql import identifier, literal
from patron.warehouse import first_line

BEGINNING = {"date": "0001-01-01", "timestamp": "0001-01-01 00:00:00", "integer": "-1"}


@dataclass(frozen=True)
class StreamLoad:
    """What one load of a stream did.

    Attributes:
        source: The source in sources.yaml.
        stream: The raw table.
        status: `loaded`, `nothing_new` (no new files) or `absent` (the shop lacks the stream).
        batch_id: The load in `raw.load_log`; empty when absent.
        seconds: How long it took.
        notices: What people should know, for instance columns that were ignored.
    """

    source: str
    stream: str
    status: str
    batch_id: str = ""
    rows_read: int = 0
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_unchanged: int = 0
    rows_rejected: int = 0
    seconds: float = 0.0
    notices: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The load as plain values."""
        return asdict(self)


def load_stream(
    connection: duckdb.DuckDBPyConnection,
    opened: OpenSource,
    source: Source,
    stream: str,
    *,
    accept_drop: bool = False,
) -> StreamLoad:
    """Load one stream of an open source; all of it or nothing.

    Raises:
        PatronError: If it cannot be read, lacks columns, or is suspiciously small.
    """
    began, started_at = time.monotonic(), datetime.now(UTC).replace(tzinfo=None)
    table, config = load_contract().table(stream), source.config.streams[stream]
    reading = opened.reading(stream)
    if reading is None:
        return StreamLoad(source.name, stream, "absent", notices=("the source does not have it",))
    job = _Job(connection, source, table, config, reading, started_at)
    try:
        ignored = stage(connection, table, job.select(), f"{source.where}.{stream}")
        unreadable = opened.unreadable()
        if unreadable:
            add_unreadable(connection, unreadable)
        if job.is_full and not accept_drop:
            job.refuse_drop()
        batch_id, status, counts = job.commit()
    finally:
        drop_staged(connection)
    notices = (f"ignored columns: {', '.join(ignored)}",) if ignored else ()
    return StreamLoad(
        source=source.name,
        stream=stream,
        status=status,
        batch_id=batch_id,
        **{f"rows_{name}": number for name, number in asdict(counts).items()},
        seconds=time.monotonic() - began,
        notices=notices,
    )


@dataclass
class _Job:
    """One load under way."""

    connection: duckdb.DuckDBPyConnection
    source: Source
    table: Table
    config: StreamConfig
    reading: Reading
    started_at: datetime

    @property
    def is_full(self) -> bool:
        """Whether the read delivers all there is."""
        return self.reading.is_full and self.config.cursor is None

    def select(self) -> str:
        """The query, with the cursor of the last load put in for `@cursor`."""
        if "@cursor" not in self.reading.select:
            return self.reading.select
        if self.config.cursor is None:
            raise PatronError(
                "the query uses @cursor, but the stream has no cursor",
                where=f"{self.source.where}.{self.table.name}",
                remedy="add for instance 'cursor: updated_at' beside 'select'",
            )
        column = self.table.column(self.config.cursor)
        value = self._stored_cursor()
        value = BEGINNING.get(column.kind, "") if value is None else value
        return self.reading.select.replace(
            "@cursor", f"CAST({literal(value)} AS {column.sql_type})"
        )

    def refuse_drop(self) -> None:
        """Take an empty or much smaller full read for a broken export, not for deletions."""
        row = self.connection.execute(
            "SELECT arg_max(rows_read, (started_at, batch_id)) FROM raw.load_log "
            "WHERE source = ? AND stream = ? AND cursor_after IS NULL",
            [self.source.name, self.table.name],
        ).fetchone()
        before = row[0] if row and row[0] else 0
        read = self._one(f"SELECT count(*) FROM {STAGED}")
        limit = self.config.max_drop
        limit = self.source.config.max_drop if limit is None else limit
        if before and (read == 0 or read < before * (1 - limit)):
            found = "is empty" if read == 0 else f"has {read:,} rows"
            raise PatronError(
                f"stream {self.table.name} {found}, last time it had {before:,}; nothing loaded",
                where=f"{self.source.where}.{self.table.name}",
                remedy="check the export; if it is right: "
                f"patron ingest --stream {self.table.name} --accept-drop",
            )

    def commit(self) -> tuple[str, str, Counts]:
        """Merge, record and move the cursor in one transaction."""
        self.connection.execute("BEGIN TRANSACTION")
        try:
            batch_id = self._next_batch_id()
            counts = merge(
                self.connection,
                self.table,
                {
                    "_source": literal(self.source.name),
                    "_batch_id": literal(batch_id),
                    "_loaded_at": f"TIMESTAMP {literal(self.started_at.isoformat(sep=' '))}",
                },
            )
            if not counts.conserved:
                raise RuntimeError(f"rows of {self.table.name} are not conserved: {counts}")
            status = "loaded" if counts.read or self.is_full else "nothing_new"
            before, after = self._move_cursor(batch_id)
            self._log(batch_id, status, counts, before, after)
            self.connection.execute("COMMIT")
        except BaseException as error:
            with suppress(duckdb.TransactionException):
                self.connection.execute("ROLLBACK")
            if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
                raise PatronError(
                    f"stream {self.table.name} cannot be written: {first_line(error)}",
                    where=f"raw.{self.table.name}",
                    remedy="nothing of it was loaded; free disk space or memory and load again",
                ) from error
            raise
        return batch_id, status, counts

    def _next_batch_id(self) -> str:
        number = 1 + self._one(
            "SELECT COALESCE(max(CAST(split_part(batch_id, '-', 1) AS BIGINT)), 0) "
            "FROM raw.load_log"
        )
        return f"{number:08d}-{self.source.name}-{self.table.name}"

    def _move_cursor(self, batch_id: str) -> tuple[str | None, str | None]:
        """Store how far this load has come; gives the positions before and after."""
        before = self._stored_cursor()
        after = self._reached() or before if self.config.cursor else self.reading.progress
        if after is None:
            return None, None
        key = [self.source.name, self.table.name]
        self.connection.execute("DELETE FROM raw.cursors WHERE source = ? AND stream = ?", key)
        self.connection.execute(
            "INSERT INTO raw.cursors VALUES (?, ?, ?, ?)", [*key, after, batch_id]
        )
        for file in self.reading.files:
            self.connection.execute(
                "DELETE FROM raw.files_read WHERE source = ? AND stream = ? AND path = ?",
                [*key, file.path],
            )
            self.connection.execute(
                "INSERT INTO raw.files_read VALUES (?, ?, ?, ?, ?, ?)",
                [*key, file.path, file.size, file.modified_ns, batch_id],
            )
        return before, after

    def _reached(self) -> str | None:
        """The greatest cursor value among the rows read."""
        row = self.connection.execute(
            f"SELECT CAST(max({identifier(self.config.cursor or '')}) AS VARCHAR) FROM {STAGED}"
        ).fetchone()
        reached: str | None = row[0] if row else None
        return reached

    def _stored_cursor(self) -> str | None:
        row = self.connection.execute(
            "SELECT cursor_value FROM raw.cursors WHERE source = ? AND stream = ?",
            [self.source.name, self.table.name],
        ).fetchone()
        return str(row[0]) if row else None

    def _log(
        self, batch_id: str, status: str, counts: Counts, before: str | None, after: str | None
    ) -> None:
        self.connection.execute(
            """
            INSERT INTO raw.load_log (
              batch_id, source, stream, loader, started_at, finished_at, rows_read, rows_inserted,
              rows_updated, rows_unchanged, rows_rejected, cursor_before, cursor_after, status
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                batch_id,
                self.source.name,
                self.table.name,
                self.source.config.loader,
                self.started_at,
                datetime.now(UTC).replace(tzinfo=None),
                counts.read,
                counts.inserted,
                counts.updated,
                counts.unchanged,
                counts.rejected,
                before,
                after,
                status,
            ],
        )

    def _one(self, query: str) -> int:
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row else 0
