"""Comparing a stored table with its own query, day by day, by fingerprints.

The fingerprint of a day is the number of its rows and the sum of a hash of each. It does not depend
on the order of rows, and a row that is there twice counts twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from operate.reconcile_models import Production, built_range, is_built
from patron.sql import identifier

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

Fingerprints = dict[date | None, tuple[int, str]]

_DIFFERENCES = """
SELECT day, SUM(rows_stored)::BIGINT, SUM(rows_expected)::BIGINT
FROM (
  SELECT {day} AS day, 0 AS rows_stored, COUNT(*) AS rows_expected,
    SUM({expected})::HUGEINT AS fingerprint
  FROM ({query}) AS expected WHERE {condition} GROUP BY ALL
  UNION ALL
  SELECT {day}, COUNT(*), 0, -SUM({stored})::HUGEINT FROM {table}
  WHERE {within} AND ({condition}) GROUP BY ALL
) AS both_sides
GROUP BY day
HAVING SUM(rows_stored) <> SUM(rows_expected) OR SUM(fingerprint) <> 0
ORDER BY day
"""


@dataclass(frozen=True)
class Difference:
    """A day on which a table is not what its query gives now.

    Attributes:
        day: None where the table has no days.
        rows_stored: Rows the table has.
        rows_expected: Rows the query gives.
    """

    day: date | None
    rows_stored: int
    rows_expected: int


def differences(
    adapter: Any,
    production: Production,
    snapshot: Snapshot,
    since: date | None = None,
    condition: str = "TRUE",
) -> list[Difference]:
    """The built days on which a table differs from its query.

    Args:
        adapter: SQLMesh's adapter on the warehouse.
        production: The models, to render the query on their tables.
        snapshot: A model that is SQL.
        since: Only from this day on.
        condition: Only rows of which this holds, in SQL.
    """
    start, end = built_range(snapshot)
    if since is not None:
        start = max(start, datetime(since.year, since.month, since.day, tzinfo=UTC))
    if start >= end:
        return []
    columns = adapter.columns(snapshot.table_name())
    day = _day(snapshot)
    last = (end - timedelta(days=1)).date()
    rows = adapter.fetchall(
        _DIFFERENCES.format(
            day=day,
            expected=_row_hash(
                [f"CAST({identifier(c)} AS {t.sql('duckdb')})" for c, t in columns.items()]
            ),
            stored=_row_hash([identifier(column) for column in columns]),
            query=production.render(snapshot, start, end),
            table=snapshot.table_name(),
            within=f"{day} BETWEEN DATE '{start.date()}' AND DATE '{last}'"
            if snapshot.model.time_column
            else "TRUE",
            condition=condition,
        )
    )
    found = [Difference(*row) for row in rows]
    return [one for one in found if one.day is None or is_built(snapshot, one.day)]


def fingerprints(adapter: Any, snapshot: Snapshot) -> Fingerprints:
    """Rows and fingerprint per day of a stored table."""
    columns = [identifier(column) for column in adapter.columns(snapshot.table_name())]
    return _by_day(adapter, snapshot, f"SUM({_row_hash(columns)})")


def row_counts(adapter: Any, snapshot: Snapshot) -> Fingerprints:
    """Rows per day of a stored table, which shows holes at next to no cost."""
    return _by_day(adapter, snapshot, "''")


def _by_day(adapter: Any, snapshot: Snapshot, fingerprint: str) -> Fingerprints:
    rows = adapter.fetchall(
        f"SELECT {_dated(adapter, snapshot)} AS day, COUNT(*), CAST({fingerprint} AS VARCHAR)"
        f" FROM {snapshot.table_name()} GROUP BY ALL"
    )
    return {day: (count, found) for day, count, found in rows}


def _row_hash(columns: list[str]) -> str:
    # Hashed twice: the first hash of DuckDB joins columns too simply to be summed.
    return f"hash(hash({', '.join(columns)}))"


def _day(snapshot: Snapshot) -> str:
    column = snapshot.model.time_column
    return f"CAST({column.column.sql('duckdb')} AS DATE)" if column else "CAST(NULL AS DATE)"


def _dated(adapter: Any, snapshot: Snapshot) -> str:
    """The day of a row: the time column, else the first date of the grain, else none."""
    if snapshot.model.time_column:
        return _day(snapshot)
    columns = adapter.columns(snapshot.table_name())
    grain = {
        column.name for grain in snapshot.model.grains for column in grain.find_all(exp.Column)
    }
    dates = [c for c, kind in columns.items() if c in grain and kind.is_type("date")]
    return identifier(dates[0]) if dates else "CAST(NULL AS DATE)"
