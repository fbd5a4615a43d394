"""Loading one stream: read, check, then merge, records and cursor in one transaction."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import duckdb

from ingest import erasure
from ingest.configs import FULL_COMPARE, StreamConfig
from ingest.contract import Table, load_contract
from ingest.cursor import Cursor
from ingest.deletions import Deletions
from ingest.loaders.base import OpenSource, Reading
from ingest.merge import Counts, merge
from ingest.sources import AnySource
from ingest.stage import STAGED, add_unreadable, drop_staged, stage, stage_keys
from patron.errors import PatronError
from patron.sql import literal
from patron.warehouse import first_line, transaction


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
    rows_deleted: int = 0
    seconds: float = 0.0
    notices: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The load as plain values."""
        return asdict(self)


def load_stream(
    connection: duckdb.DuckDBPyConnection,
    opened: OpenSource,
    source: AnySource,
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
        # A database shows all reads the same rows.
        with transaction(connection):
            ignored = job.stage()
            unreadable = add_unreadable(connection, opened.unreadable())
            erasure.erase_staged(connection, table)
            job.find_deletions(is_readable=not unreadable)
        if not accept_drop:
            job.refuse_drop()
        done = job.commit()
    finally:
        drop_staged(connection)
    opened.committed(stream)
    notices = [f"ignored columns: {', '.join(ignored)}"] if ignored else []
    if job.compares and not job.deletions:
        notices.append("unreadable lines may hold any row, so no deletions were looked for")
    return StreamLoad(
        source=source.name,
        stream=stream,
        status=done.status,
        batch_id=done.batch_id,
        **{f"rows_{name}": number for name, number in asdict(done.counts).items()},
        rows_deleted=done.deleted,
        seconds=time.monotonic() - began,
        notices=tuple(notices),
    )


@dataclass(frozen=True)
class _Done:
    """What a transaction did."""

    batch_id: str
    status: str
    counts: Counts
    deleted: int


@dataclass
class _Job:
    """One load under way."""

    connection: duckdb.DuckDBPyConnection
    source: AnySource
    table: Table
    config: StreamConfig
    reading: Reading
    started_at: datetime

    deletions: Deletions | None = None

    def __post_init__(self) -> None:
        self.where = f"{self.source.where}.{self.table.name}"
        self.cursor = Cursor(self.connection, self.source, self.table, self.started_at)
        if self.compares and not self.reading.is_full:
            raise PatronError(
                f"stream {self.table.name} cannot find deletions: loads read only what is new",
                where=f"{self.where}.deletes",
                remedy="remove 'deletes: full_compare', or let the source be read whole: files "
                "without 'incremental', connectors with 'full_refresh'",
            )

    @property
    def is_full(self) -> bool:
        """Whether the read delivers all there is."""
        return self.reading.is_full and self.config.cursor is None

    @property
    def compares(self) -> bool:
        """Whether rows that the source no longer has are to be removed."""
        return self.config.deletes == FULL_COMPARE

    def stage(self) -> tuple[str, ...]:
        """Read the rows, from the place to continue from; gives the columns that are ignored."""
        select = self.cursor.bound(self.reading.select)
        staged = stage(self.connection, self.table, select, self.where)
        if self.reading.verify:
            self.reading.verify(select)
        return staged.ignored

    def find_deletions(self, *, is_readable: bool) -> None:
        """Read which rows the source has; a file that cannot be read whole may hold any row."""
        if self.compares and is_readable:
            select = self.cursor.unbound(self.reading.select)
            stage_keys(self.connection, self.table, select, self.where)
            erasure.erase_present(self.connection, self.table)
            self.deletions = Deletions(self.connection, self.table, self.source.name)

    def refuse_drop(self) -> None:
        """Take an empty or much smaller source for a broken export, not for deletions."""
        before, now = self._sizes()
        limit = self.config.max_drop
        limit = self.source.config.max_drop if limit is None else limit
        if before and (now == 0 or now < before * (1 - limit)):
            found = "is empty" if now == 0 else f"has {now:,} rows"
            raise PatronError(
                f"stream {self.table.name} {found}, last time it had {before:,}; nothing loaded",
                where=self.where,
                remedy="check the export; if it is right: "
                f"patron ingest --stream {self.table.name} --accept-drop",
            )

    def _sizes(self) -> tuple[int, int]:
        """Rows of the source when it was last read whole, and now; 0, 0 when that is unknown."""
        if self.deletions:
            gone, had = self.deletions.count()
            return had, had - gone
        if not self.is_full:
            return 0, 0
        row = self.connection.execute(
            "SELECT arg_max(rows_read, (started_at, batch_id)) FROM raw.load_log "
            "WHERE source = ? AND stream = ? AND cursor_after IS NULL",
            [self.source.name, self.table.name],
        ).fetchone()
        return row[0] if row and row[0] else 0, self._one(f"SELECT count(*) FROM {STAGED}")

    def commit(self) -> _Done:
        """Merge, remove what is gone, record, and move the cursor in one transaction."""
        try:
            with transaction(self.connection):
                return self._write(self._next_batch_id())
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise PatronError(
                f"stream {self.table.name} cannot be written: {first_line(error)}",
                where=f"raw.{self.table.name}",
                remedy="nothing of it was loaded; free disk space or memory and load again",
            ) from error

    def _write(self, batch_id: str) -> _Done:
        moment = f"TIMESTAMP {literal(self.started_at.isoformat(sep=' '))}"
        delivery = {
            "_source": literal(self.source.name),
            "_batch_id": literal(batch_id),
            "_loaded_at": moment,
        }
        counts = merge(self.connection, self.table, delivery)
        if not counts.conserved:
            raise RuntimeError(f"rows of {self.table.name} are not conserved: {counts}")
        deleted = self.deletions.apply(batch_id, moment) if self.deletions else 0
        status = "loaded" if counts.read or deleted or self.is_full else "nothing_new"
        done = _Done(batch_id, status, counts, deleted)
        self._log(done, *self.cursor.move(self.reading, batch_id))
        return done

    def _next_batch_id(self) -> str:
        number = 1 + self._one(
            "SELECT COALESCE(max(CAST(split_part(batch_id, '-', 1) AS BIGINT)), 0) "
            "FROM raw.load_log"
        )
        return f"{number:08d}-{self.source.name}-{self.table.name}"

    def _log(self, done: _Done, before: str | None, after: str | None) -> None:
        self.connection.execute(
            """
            INSERT INTO raw.load_log (
              batch_id, source, stream, loader, started_at, finished_at, rows_read, rows_inserted,
              rows_updated, rows_unchanged, rows_rejected, rows_deleted, cursor_before,
              cursor_after, status
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                done.batch_id,
                self.source.name,
                self.table.name,
                self.source.config.loader,
                self.started_at,
                datetime.now(UTC).replace(tzinfo=None),
                *asdict(done.counts).values(),
                done.deleted,
                before,
                after,
                done.status,
            ],
        )

    def _one(self, query: str) -> int:
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row else 0
