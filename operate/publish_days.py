"""Publishing only the days that changed, of tables that are built day by day.

A table of all orders is copied once; after that the days are copied that were built since. The
numbers of rows are compared then, so that rows which left other days do not stay in the copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from patron.sql import identifier

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

Spans = list[tuple[date, date]]

_BUILT = """
SELECT interval_start, interval_end FROM quality.model_runs
WHERE physical_table = ? AND outcome = 'succeeded' AND batch_number > ? ORDER BY interval_start
"""
_LAST_BATCH = "SELECT COALESCE(MAX(batch_number), -1) FROM quality.model_runs"
_PLAIN = {"kind", "expressions", "from_", "from"}


@dataclass(frozen=True)
class Daily:
    """How a published table follows a table that is built day by day.

    Attributes:
        table: The physical table that is built.
        column: The day of a row, in both.
    """

    table: str
    column: str


def daily(snapshot: Snapshot, snapshots: dict[str, Snapshot]) -> Daily | None:
    """How a model follows a table built day by day: it is one, or shows columns of one.

    None for every other model: there any row may change with any build.
    """
    model = snapshot.model
    if model.kind.is_incremental_by_time_range:
        return Daily(snapshot.table_name(), model.time_column.column.name)
    if not model.kind.is_view or not model.is_sql or not _is_plain(model.query):
        return None
    source = _source(model.query, snapshots)
    if source is None or not source.model.kind.is_incremental_by_time_range:
        return None
    column = source.model.time_column.column.name
    shown = {part.name for part in model.query.expressions if isinstance(part, exp.Column)}
    return Daily(source.table_name(), column) if column in shown else None


def spans_since(cursor: Any, table: str, batch: int) -> Spans:
    """The days of a table that were built after a batch, neighbours joined."""
    spans: Spans = []
    for start, end in cursor.execute(_BUILT, [table, batch]).fetchall():
        first, last = start.date(), (end - timedelta(microseconds=1)).date()
        if spans and first <= spans[-1][1] + timedelta(days=1):
            spans[-1] = (spans[-1][0], max(spans[-1][1], last))
        else:
            spans.append((first, last))
    return spans


def count_rows(cursor: Any, table: str, column: str, spans: Spans) -> int:
    """The rows of a table on some days."""
    if not spans:
        return 0
    row = cursor.execute(f"SELECT COUNT(*) FROM {table} WHERE {within(column, spans)}").fetchone()
    return int(row[0])


def copy_days(cursor: Any, source: str, copy: str, column: str, spans: Spans) -> bool:
    """Bring the days of a copy up to its source; False where the copy has other rows besides."""
    if spans:
        days = within(column, spans)
        cursor.execute(f"DELETE FROM {copy} WHERE {days}")
        cursor.execute(f"INSERT INTO {copy} SELECT * FROM {source} WHERE {days}")
    counts = [
        cursor.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in (source, copy)
    ]
    return bool(counts[0] == counts[1])


def within(column: str, spans: Spans) -> str:
    """The condition that a day is in one of the spans."""
    name = identifier(column)
    return " OR ".join(f"{name} BETWEEN DATE '{first}' AND DATE '{last}'" for first, last in spans)


def last_batch(cursor: Any) -> int:
    """The number of the last batch in the run record."""
    row = cursor.execute(_LAST_BATCH).fetchone()
    return int(row[0])


def _is_plain(query: exp.Expression) -> bool:
    """Whether a query only chooses columns of one table: one row for each row of it."""
    if not isinstance(query, exp.Select):
        return False
    used = {name for name, value in query.args.items() if value}
    return used <= _PLAIN and all(isinstance(part, exp.Column) for part in query.expressions)


def _source(query: exp.Expression, snapshots: dict[str, Snapshot]) -> Snapshot | None:
    table = query.find(exp.Table)
    if table is None:
        return None
    for snapshot in snapshots.values():
        if snapshot.is_model and not snapshot.is_symbolic:
            view = snapshot.qualified_view_name
            if (view.schema_name, view.table) == (table.db, table.name):
                return snapshot
    return None
