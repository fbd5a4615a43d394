"""What reconciling remembers: what it has seen, and what cumulative tables were made from.

A cumulative table is dear to compare with its query, because every row is made of all days before
it. So the fingerprints of what it reads are kept: where these have not changed before some day, the
table cannot be stale before that day either. Its own rows are counted, so that a hole shows.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from operate.reconcile_compare import Fingerprints, fingerprints, row_counts
from operate.reconcile_models import Production, is_by_day, is_cumulative
from operate.record import now
from patron.warehouse import transaction

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

_TABLES = """
CREATE SCHEMA IF NOT EXISTS operate;
CREATE TABLE IF NOT EXISTS operate.made_from (
  model_table VARCHAR, source_table VARCHAR, day DATE, row_count BIGINT, fingerprint VARCHAR
);
CREATE TABLE IF NOT EXISTS operate.reconciled (
  raw_marker VARCHAR, marker VARCHAR, reconciled_at TIMESTAMP
);
CREATE TABLE IF NOT EXISTS operate.raw_built (
  last_load VARCHAR, erasures BIGINT, plan_id VARCHAR, staged_batch BIGINT, compared_at TIMESTAMP
);
"""
_LOADS = """
SELECT MAX(batch_id) FROM raw.load_log
WHERE rows_read <> rows_unchanged OR rows_deleted > 0
"""
_CHANGED_AT = """
SELECT MAX(changed_at) FROM (
  SELECT COALESCE(finished_at, 'infinity') AS changed_at FROM raw.load_log
  WHERE rows_read <> rows_unchanged OR rows_deleted > 0
  UNION ALL SELECT erased_at FROM raw.erasures
)
"""
_REMEMBER = """
INSERT INTO operate.made_from
SELECT ?, ?, UNNEST(?::DATE[]), UNNEST(?::BIGINT[]), UNNEST(?::VARCHAR[])
"""
_ERASURES = "SELECT COUNT(*) FROM raw.erasures"
_BATCHES = "SELECT MAX(batch_number) FROM quality.model_runs"
_LAST_LOAD = "SELECT MAX(batch_id) FROM raw.load_log"
# Whoever built them: a plan for development may fill tables that production shows.
_STAGED = """
SELECT MAX(batch_number) FROM quality.model_runs
WHERE model LIKE 'staging.%'
  AND physical_table IN (SELECT physical_table FROM quality.model_runs WHERE environment = 'prod')
"""

# A cutoff describes the day before it; nothing that a cumulative table reads reaches further back.
REACHES_BACK = timedelta(days=1)
BEGINNING = date.min + REACHES_BACK
# Following rows is trusted for as long; then everything is compared again.
TRUSTED = timedelta(days=7)

Ledger = dict[str, Fingerprints]


def ensure_tables(cursor: Any) -> None:
    """Make the tables where they are missing."""
    cursor.execute(_TABLES)


def is_raw_unchanged(cursor: Any, production: Production) -> bool:
    """Whether nothing was loaded or planned since raw was last compared."""
    return _stored(cursor, "raw_marker") == _raw_marker(cursor, production)


def built_load(cursor: Any, production: Production) -> str | None:
    """The last load of which everything is built; None where loads since cannot be followed.

    They cannot after an erasure, a plan, a failed run, or a run that did not look at late rows:
    what staging had before is not known then.
    """
    row = cursor.execute("SELECT * FROM operate.raw_built").fetchone()
    if row is None or row[0] is None:
        return None
    last_load, erasures, plan_id, staged_batch, compared_at = row
    found = _one(cursor, _ERASURES), production.plan_id, _one(cursor, _STAGED)
    latest = _one(cursor, _LAST_LOAD) or ""
    if found != (erasures, plan_id, staged_batch) or latest < last_load:
        return None
    return str(last_load) if now() - compared_at < TRUSTED else None


def remember_compared(cursor: Any) -> None:
    """Note that every table that reads raw was compared with its query."""
    with transaction(cursor):
        cursor.execute("DELETE FROM operate.raw_built")
        cursor.execute("INSERT INTO operate.raw_built (compared_at) VALUES (?)", [now()])


def remember_built(cursor: Any, plan_id: str) -> None:
    """Note that everything that was loaded so far is built."""
    ensure_tables(cursor)
    compared_at = _one(cursor, "SELECT MAX(compared_at) FROM operate.raw_built") or now()
    found = [_one(cursor, query) for query in (_LAST_LOAD, _ERASURES, _STAGED)]
    last_load, erasures, staged_batch = found
    with transaction(cursor):
        cursor.execute("DELETE FROM operate.raw_built")
        cursor.execute(
            "INSERT INTO operate.raw_built VALUES (?, ?, ?, ?, ?)",
            [last_load, erasures, plan_id, staged_batch, compared_at],
        )


def raw_changed_at(cursor: Any) -> datetime | None:
    """When the last load ended that changed raw, or the last erasure, UTC; None before any."""
    row = cursor.execute(_CHANGED_AT).fetchone()
    found: datetime | None = row[0] if row else None
    return found


def is_unchanged(cursor: Any, production: Production) -> bool:
    """Whether nothing happened since everything was last found to agree."""
    return _stored(cursor, "marker") == _marker(cursor, production)


def remember_raw(cursor: Any, production: Production) -> None:
    """Note that what raw makes stale is marked as missing."""
    with transaction(cursor):
        cursor.execute("DELETE FROM operate.reconciled")
        cursor.execute(
            "INSERT INTO operate.reconciled VALUES (?, NULL, NULL)",
            [_raw_marker(cursor, production)],
        )


def remember(
    cursor: Any, production: Production, made_from: dict[str, Ledger], moment: datetime
) -> None:
    """Note that everything agrees now, and what each cumulative table was made from."""
    with transaction(cursor):
        for table, ledger in made_from.items():
            cursor.execute("DELETE FROM operate.made_from WHERE model_table = ?", [table])
            for source, found in ledger.items():
                cursor.execute(_REMEMBER, [table, source, *_columns(found)])
        cursor.execute("DELETE FROM operate.reconciled")
        cursor.execute(
            "INSERT INTO operate.reconciled VALUES (?, ?, ?)",
            [_raw_marker(cursor, production), _marker(cursor, production), moment],
        )


def _raw_marker(cursor: Any, production: Production) -> str:
    """Changes with every load that changed raw, every erasure and every plan."""
    parts = [cursor.execute(query).fetchone() for query in (_LOADS, _ERASURES)]
    return hashlib.sha256(f"{parts} {production.plan_id}".encode()).hexdigest()[:16]


def _marker(cursor: Any, production: Production) -> str:
    """Changes besides with every batch of a model."""
    return f"{_raw_marker(cursor, production)} {cursor.execute(_BATCHES).fetchone()}"


def _one(cursor: Any, query: str) -> Any:
    row = cursor.execute(query).fetchone()
    return row[0] if row else None


def _stored(cursor: Any, column: str) -> str | None:
    row = cursor.execute(f"SELECT {column} FROM operate.reconciled").fetchone()
    found: str | None = row[0] if row else None
    return found


class Fingerprinter:
    """Takes the fingerprints of tables, each once."""

    def __init__(self, adapter: Any, production: Production) -> None:
        self._adapter = adapter
        self._production = production
        self._known: dict[str, Fingerprints] = {}

    def made_from(self, snapshot: Snapshot) -> Ledger:
        """What a cumulative table is made from, but for tables that are cumulative themselves."""
        found = {
            source.table_name(): self._of(source)
            for source in self._production.sources(snapshot)
            if not (is_by_day(source) and is_cumulative(source))
        }
        return found | {snapshot.table_name(): row_counts(self._adapter, snapshot)}

    def _of(self, snapshot: Snapshot) -> Fingerprints:
        table = snapshot.table_name()
        if table not in self._known:
            self._known[table] = fingerprints(self._adapter, snapshot)
        return self._known[table]


def changed_since(cursor: Any, snapshot: Snapshot, now: Ledger) -> date | None:
    """The first day on which a cumulative table can be stale; None where on no day."""
    before: Ledger = {}
    for source, day, count, fingerprint in cursor.execute(
        "SELECT source_table, day, row_count, fingerprint FROM operate.made_from"
        " WHERE model_table = ?",
        [snapshot.table_name()],
    ).fetchall():
        before.setdefault(source, {})[day] = (count, fingerprint)
    if not before:
        return BEGINNING
    changed = [
        day or BEGINNING
        for source in before.keys() | now.keys()
        for day in _changed_days(before.get(source, {}), now.get(source, {}))
    ]
    return max(min(changed), BEGINNING) - REACHES_BACK if changed else None


def _changed_days(before: Fingerprints, now: Fingerprints) -> list[date | None]:
    return [day for day in before.keys() | now.keys() if before.get(day) != now.get(day)]


def _columns(found: Fingerprints) -> tuple[list[date | None], list[int], list[str]]:
    rows = list(found.values())
    return list(found), [count for count, _ in rows], [fingerprint for _, fingerprint in rows]
