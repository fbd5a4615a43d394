"""The run record: which batches were written and which audits looked at them.

Rows go into two plain tables of the warehouse. The row of a batch that was written is part of the
batch's own transaction: whoever sees the data sees the row, so publishing can rely on it. Batches
are numbered in their order, whatever the clock says; old rows go one day (`retention`), and then
the numbers of the others stay.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SUCCEEDED = "succeeded"
FAILED = "failed"

_TABLES = """
CREATE SCHEMA IF NOT EXISTS quality;
CREATE TABLE IF NOT EXISTS quality.model_runs (
  run_id VARCHAR, environment VARCHAR, model VARCHAR, physical_table VARCHAR,
  interval_start TIMESTAMP, interval_end TIMESTAMP, started_at TIMESTAMP, finished_at TIMESTAMP,
  duration_seconds DOUBLE, row_count BIGINT, audits_passed BIGINT, audits_failed BIGINT,
  outcome VARCHAR, error VARCHAR, batch_number BIGINT
);
CREATE TABLE IF NOT EXISTS quality.audit_results (
  run_id VARCHAR, environment VARCHAR, model VARCHAR, audit VARCHAR, arguments VARCHAR,
  blocking BOOLEAN, failed_rows BIGINT, sample_keys VARCHAR, audited_at TIMESTAMP,
  rows_checked BIGINT
);
ALTER TABLE quality.audit_results ADD COLUMN IF NOT EXISTS rows_checked BIGINT;
ALTER TABLE quality.model_runs ADD COLUMN IF NOT EXISTS batch_number BIGINT;
UPDATE quality.model_runs SET batch_number = rowid WHERE batch_number IS NULL;
COMMENT ON TABLE quality.model_runs IS 'One row per batch that a run wrote or failed to write.';
COMMENT ON TABLE quality.audit_results IS 'One row per audit of a batch, passes too.';
"""


def now() -> datetime:
    """The present in UTC, naive as in all our tables."""
    return datetime.now(UTC).replace(tzinfo=None)


def new_run_id() -> str:
    """A name for a run that sorts by time."""
    return f"{now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


@dataclass(frozen=True)
class AuditOutcome:
    """What one audit found in one batch.

    Attributes:
        sample_keys: Keys of up to five offending rows, never personal data.
    """

    audit: str
    arguments: str
    blocking: bool
    failed_rows: int
    sample_keys: str | None
    audited_at: datetime

    @property
    def stopped_the_model(self) -> bool:
        """Whether the model's batch was refused because of it."""
        return self.blocking and self.failed_rows > 0


@dataclass
class Batch:
    """One interval of one model while it is being written and audited.

    Attributes:
        row_count: The rows it wrote, once it is good; None where nothing is stored.
        rows_checked: The rows its audits looked at; None where nobody counted them.
    """

    model: str
    physical_table: str | None
    interval_start: datetime | None
    interval_end: datetime | None
    writes: bool = True
    started_at: datetime = field(default_factory=now)
    audits: list[AuditOutcome] = field(default_factory=list)
    row_count: int | None = None
    rows_checked: int | None = None
    in_transaction: bool = False


@dataclass(frozen=True)
class Failure:
    """A model that could not be built, and why.

    Attributes:
        error: The message when it was not an audit that stopped the model.
    """

    model: str
    audits: tuple[AuditOutcome, ...]
    error: str | None

    @property
    def lines(self) -> list[str]:
        """The failure for people: what was found and in which rows."""
        stopped = [audit for audit in self.audits if audit.stopped_the_model]
        if not stopped:
            return [f"{self.model}: {self.error}"]
        return [f"{self.model}: {describe(audit)}" for audit in stopped]


@dataclass
class Run:
    """One `sqlmesh plan` or `sqlmesh run`, from before_all to after_all.

    Attributes:
        created: Physical tables that were not there before.
    """

    environment: str
    run_id: str = field(default_factory=new_run_id)
    failures: list[Failure] = field(default_factory=list)
    warnings: list[tuple[str, AuditOutcome]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    created: set[str] = field(default_factory=set)
    batch: Batch | None = None


def describe(audit: AuditOutcome) -> str:
    """An audit that found something, in one line."""
    rows = "1 row" if audit.failed_rows == 1 else f"{audit.failed_rows:,} rows"
    found = (
        f"audit '{audit.audit}' ({audit.arguments})"
        if audit.arguments
        else f"audit '{audit.audit}'"
    )
    sample = f": {audit.sample_keys}" if audit.sample_keys else ""
    return f"{found} found {rows}{sample}"


def ensure_tables(cursor: Any) -> None:
    """Make the tables of the run record where they are missing."""
    row = cursor.execute(
        "SELECT COUNT(*) FROM duckdb_columns() WHERE database_name = current_database()"
        " AND schema_name = 'quality' AND (table_name, column_name)"
        " IN (('model_runs', 'batch_number'), ('audit_results', 'rows_checked'))"
    ).fetchone()
    if row[0] < 2:
        cursor.execute(_TABLES)


def store_batch(
    cursor: Any, run: Run, batch: Batch, outcome: str, error: str | None = None
) -> None:
    """Write the rows of one batch; the caller decides about the transaction."""
    if batch.writes or outcome == FAILED:
        _insert(cursor, "model_runs", [_batch_row(run, batch, outcome, error)], _NEXT_NUMBER)
    if batch.audits:
        _insert(cursor, "audit_results", _audit_rows(run, batch))


def _batch_row(run: Run, batch: Batch, outcome: str, error: str | None) -> tuple[object, ...]:
    finished_at = now()
    failed = sum(audit.failed_rows > 0 for audit in batch.audits)
    return (
        run.run_id,
        run.environment,
        batch.model,
        batch.physical_table,
        batch.interval_start,
        batch.interval_end,
        batch.started_at,
        finished_at,
        (finished_at - batch.started_at).total_seconds(),
        batch.row_count,
        len(batch.audits) - failed,
        failed,
        outcome,
        error,
    )


def _audit_rows(run: Run, batch: Batch) -> list[tuple[object, ...]]:
    return [
        (
            run.run_id,
            run.environment,
            batch.model,
            audit.audit,
            audit.arguments,
            audit.blocking,
            audit.failed_rows,
            audit.sample_keys,
            audit.audited_at,
            batch.rows_checked,
        )
        for audit in batch.audits
    ]


_NEXT_NUMBER = "(SELECT COALESCE(MAX(batch_number), -1) + 1 FROM quality.model_runs)"


def _insert(cursor: Any, table: str, rows: Sequence[tuple[object, ...]], *computed: str) -> None:
    """One statement for all rows: half the time of one each; last come columns that SQL makes."""
    marks = ", ".join([*("?" for _ in rows[0]), *computed])
    values = ", ".join(f"({marks})" for _ in rows)
    cursor.execute(
        f"INSERT INTO quality.{table} VALUES {values}", [value for row in rows for value in row]
    )
