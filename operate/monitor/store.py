"""The monitor's own file, data/monitor.duckdb: readable and writable while the warehouse is not.

Its tables in schema `quality` are copied into the published copy; those in schema `own` are its
own. Whoever writes holds the monitor's lock, and the file is open for moments only.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from patron.lock import writer_lock
from patron.shop import Shop
from patron.sql import identifier, literal
from patron.warehouse import POLL_SECONDS, connect, is_lock_error, transaction

FILE = "monitor.duckdb"
WAIT_SECONDS = 20.0
PUBLISHED_TABLES = ("alerts", "contract_status", "cycle_runs", "cycle_steps", "monitor_checks")
_TABLES = """
CREATE SCHEMA IF NOT EXISTS quality;
CREATE SCHEMA IF NOT EXISTS own;
CREATE TABLE IF NOT EXISTS quality.alerts (
  alert_key VARCHAR NOT NULL, kind VARCHAR NOT NULL, subject VARCHAR, severity VARCHAR NOT NULL,
  title VARCHAR, detail VARCHAR, value DOUBLE, threshold DOUBLE, owner VARCHAR, advice VARCHAR,
  since TIMESTAMP, raised_at TIMESTAMP NOT NULL, last_seen_at TIMESTAMP, cleared_at TIMESTAMP,
  delivered_to VARCHAR
);
CREATE TABLE IF NOT EXISTS quality.contract_status (
  model VARCHAR NOT NULL, contract_version VARCHAR, promise VARCHAR NOT NULL, promised VARCHAR,
  measured VARCHAR, is_kept BOOLEAN, checked_at TIMESTAMP, owner VARCHAR
);
CREATE TABLE IF NOT EXISTS quality.cycle_runs (
  cycle_id VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP, seconds DOUBLE,
  outcome VARCHAR NOT NULL, failed_step VARCHAR, error VARCHAR, as_of_date DATE
);
CREATE TABLE IF NOT EXISTS quality.cycle_steps (
  cycle_id VARCHAR NOT NULL, step VARCHAR NOT NULL, started_at TIMESTAMP, seconds DOUBLE,
  outcome VARCHAR NOT NULL, detail VARCHAR
);
CREATE TABLE IF NOT EXISTS quality.monitor_checks (
  kind VARCHAR NOT NULL, subject VARCHAR, state VARCHAR NOT NULL, title VARCHAR, detail VARCHAR,
  value DOUBLE, threshold DOUBLE, owner VARCHAR, advice VARCHAR, since TIMESTAMP,
  checked_at TIMESTAMP
);
CREATE TABLE IF NOT EXISTS own.deliveries (
  alert_key VARCHAR NOT NULL, raised_at TIMESTAMP NOT NULL, event VARCHAR NOT NULL,
  severity VARCHAR NOT NULL, happened_at TIMESTAMP NOT NULL, receiver VARCHAR NOT NULL,
  delivered_at TIMESTAMP, attempts INTEGER NOT NULL, error VARCHAR
);
CREATE TABLE IF NOT EXISTS own.availability (
  model VARCHAR NOT NULL, date_day DATE NOT NULL, checks BIGINT NOT NULL, available BIGINT NOT NULL
);
COMMENT ON TABLE quality.alerts IS
  'One row per alert: what, since when, how bad, who owns it, what to do.';
COMMENT ON TABLE quality.contract_status IS
  'One row per model and promise of its contract: what was promised and what was measured last.';
COMMENT ON TABLE quality.cycle_runs IS
  'One row per cycle of patron run: done, failed, killed, or busy where another process wrote.';
COMMENT ON TABLE quality.cycle_steps IS 'One row per step of a cycle.';
COMMENT ON TABLE quality.monitor_checks IS
  'One row per check and subject of the last call of patron monitor.';
"""


class _Monitored(Shop):
    """The monitor's file as something to lock: it and the warehouse do not wait for each other."""

    @property
    def lock_file(self) -> Path:
        return self.data / ".monitor.lock"


def path_of(shop: Shop) -> Path:
    """Where the monitor's file is."""
    return shop.data / FILE


@contextmanager
def alone(shop: Shop, *, restoring: bool = False) -> Iterator[None]:
    """One monitor at a time for each shop, so that nothing is sent twice."""
    watched = _Monitored(shop.root, shop.project)
    with writer_lock(watched, "patron monitor", WAIT_SECONDS, restoring=restoring):
        yield


@contextmanager
def writing_store(shop: Shop) -> Iterator[duckdb.DuckDBPyConnection]:
    """The monitor's file with its tables, in one transaction."""
    shop.data.mkdir(parents=True, exist_ok=True)
    connection = connect(path_of(shop), wait_seconds=WAIT_SECONDS)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        row = connection.execute(
            "SELECT COUNT(*) FROM duckdb_tables() WHERE schema_name IN ('quality', 'own')"
        ).fetchone()
        if not row or row[0] < _TABLES.count("CREATE TABLE"):
            connection.execute(_TABLES)
        with transaction(connection):
            yield connection
    finally:
        connection.close()


def rows_of(
    connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()
) -> list[dict[str, Any]]:
    """The rows of a query by column name."""
    result = connection.execute(query, list(values))
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    """Add a row, given by column name."""
    columns = ", ".join(identifier(name) for name in row)
    marks = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(row.values()))


def copy_tables(cursor: Any, shop: Shop, copy: str) -> None:
    """Copy what the monitor tells into an attached database; empty tables where it tells nothing.

    Args:
        cursor: Of the connection that has the database attached.
        shop: Whose monitor.
        copy: The name of the attached database.
    """
    with writing_store(shop):
        pass  # makes the tables where they are missing
    _attach(cursor, path_of(shop))
    try:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {identifier(copy, 'quality')}")
        for name in PUBLISHED_TABLES:
            target, source = identifier(copy, "quality", name), f"monitor_file.quality.{name}"
            cursor.execute(f"CREATE OR REPLACE TABLE {target} AS SELECT * FROM {source}")
        comments = cursor.execute(
            "SELECT table_name, comment FROM duckdb_tables()"
            " WHERE database_name = 'monitor_file' AND schema_name = 'quality'"
        ).fetchall()
        for name, comment in comments:
            target = identifier(copy, "quality", name)
            cursor.execute(f"COMMENT ON TABLE {target} IS {literal(comment)}")
    finally:
        cursor.execute("DETACH monitor_file")


def _attach(cursor: Any, path: Path) -> None:
    """Attach the monitor's file; a monitor at work has it for a moment."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            cursor.execute(f"ATTACH {literal(str(path))} AS monitor_file (READ_ONLY)")
        except duckdb.IOException as error:
            if not is_lock_error(error) or time.monotonic() >= deadline:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return
