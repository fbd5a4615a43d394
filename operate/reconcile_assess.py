"""Which tables of production are stale, and on which days.

- A table that reads raw, or asks for the time, is compared with its query, unless the rows that
  were loaded since can be followed to it; one that is made by Python cannot be compared, and is
  stale when raw has changed since it was written.
- A table that is always built whole is stale when something that it reads is stale, or was written
  after it.
- A cumulative table is stale from the first stale day of what it reads on; besides it is compared,
  as far back as anything that it reads has changed.
- Records of what was said or known on a day, such as predictions, are never stale.
- A table that is built weekly is as old as its schedule allows, unless somebody asks for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from operate import reconcile_ledger as ledger
from operate.reconcile_compare import Difference, differences
from operate.reconcile_models import (
    Production,
    built_range,
    is_built,
    is_by_day,
    is_cumulative,
    is_daily,
    is_whole,
    name_of,
    reads_clock,
)

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

    from operate.reconcile_touched import Touched

DIFFERS = "differs from its query"
LOADED = "reads rows that were loaded since"
READS_STALE = "reads what is stale"
OLDER = "older than what it reads"

_LAST_WRITTEN = """
SELECT physical_table, MAX(batch_number), MAX_BY(started_at, batch_number) FROM quality.model_runs
WHERE outcome = 'succeeded' AND physical_table IS NOT NULL GROUP BY physical_table
"""


@dataclass(frozen=True)
class Stale:
    """A table that is not as a build from scratch would make it.

    Attributes:
        model: Its name.
        reason: How that was found.
        days: The days to build again; none for a table that is always built whole.
        rows_stored: Rows it has on these days, where it was compared.
        rows_expected: Rows its query gives for them now.
    """

    model: str
    reason: str
    days: tuple[date, ...] = ()
    rows_stored: int | None = None
    rows_expected: int | None = None

    def joined(self, later: Stale) -> Stale:
        """This and what a later comparison found of the same table."""
        days = tuple(sorted({*self.days, *later.days}))
        return replace(self if self.rows_stored is not None else later, days=days)


@dataclass
class Assessment:
    """What one comparison of all tables found.

    Attributes:
        by_name: The stale tables by SQLMesh's name, parents first.
        made_from: What cumulative tables are made from, by table.
    """

    by_name: dict[str, Stale] = field(default_factory=dict)
    made_from: dict[str, ledger.Ledger] = field(default_factory=dict)

    @property
    def stale(self) -> tuple[Stale, ...]:
        """The stale tables, parents first."""
        return tuple(self.by_name.values())


def assess(
    adapter: Any,
    production: Production,
    *,
    is_raw_known: bool = False,
    is_before_run: bool = False,
    is_daily_only: bool = False,
    touched: Touched | None = None,
    watch: Callable[[str, int, int], None] | None = None,
) -> Assessment:
    """Compare the tables of production with what they are made from.

    Args:
        adapter: SQLMesh's adapter on the warehouse.
        production: The models.
        is_raw_known: Raw has not changed since what reads it was compared: take that as it is.
        is_before_run: Only raw is looked at, since a run will build what the other tables read.
        is_daily_only: Tables that are built more rarely than every day are left to their schedule.
        touched: Knows what loads have changed, so that raw need not be compared.
        watch: Called before each table.
    """
    judge = _Judge(adapter, production, is_raw_known, is_before_run, touched)
    tables = [
        one
        for one in production.snapshots.values()
        if (is_whole(one) or is_by_day(one))
        and one.intervals
        and (is_daily(one) or not is_daily_only)
    ]
    for number, snapshot in enumerate(tables, start=1):
        if watch:
            watch(name_of(snapshot), number, len(tables))
        found = judge.whole(snapshot) if is_whole(snapshot) else judge.by_day(snapshot)
        if found:
            judge.found.by_name[snapshot.name] = found
    return judge.found


class _Judge:
    """Judges tables in order, parents first."""

    def __init__(
        self,
        adapter: Any,
        production: Production,
        is_raw_known: bool,
        is_before_run: bool,
        touched: Touched | None,
    ) -> None:
        self.adapter = adapter
        self.production = production
        self.found = Assessment()
        self._is_raw_known = is_raw_known
        self._is_before_run = is_before_run
        self._touched = touched
        self._is_raw_changed = not ledger.is_raw_unchanged(adapter.cursor, production)
        self._fingerprinter = ledger.Fingerprinter(adapter, production)
        self._since: dict[str, date | None] = {}
        self._changed: dict[str, date | None] = {}
        self._raw_changed_at = ledger.raw_changed_at(adapter.cursor)
        self._written: dict[str, int] = {}
        self._begun: dict[str, datetime] = {}
        for table, batch, begun in adapter.fetchall(_LAST_WRITTEN):
            self._written[table], self._begun[table] = batch, begun

    def whole(self, snapshot: Snapshot) -> Stale | None:
        """A table that every run builds whole."""
        sources = self.production.sources(snapshot)
        if any(source.name in self.found.by_name for source in sources):
            return self._noted(snapshot, self._first_day(sources), READS_STALE)
        if self._is_older(snapshot, sources):
            return self._noted(snapshot, None, OLDER)
        if not snapshot.model.is_sql:
            if self._is_raw_known or not self._is_raw_changed or not self._reads_raw(sources):
                return None
            return None if self._saw_raw(snapshot) else self._noted(snapshot, None, OLDER)
        if reads_clock(snapshot) or (self._reads_raw(sources) and not self._is_raw_known):
            return self._whole_by_raw(snapshot)
        return None

    def _whole_by_raw(self, snapshot: Snapshot) -> Stale | None:
        is_stale = self._touched.is_stale(snapshot) if self._touched else None
        if is_stale is not None:
            return self._noted(snapshot, None, LOADED) if is_stale else None
        rows = differences(self.adapter, self.production, snapshot)
        return self._noted(snapshot, None, DIFFERS, rows) if rows else None

    def by_day(self, snapshot: Snapshot) -> Stale | None:
        """A table that is built day by day."""
        sources = self.production.sources(snapshot)
        if self._reads_raw(sources):
            return None if self._is_raw_known else self._by_raw(snapshot)
        if any(source.name in self.found.by_name for source in sources):
            return self._dependent_days(snapshot, sources)
        if self._is_before_run:
            return None
        since: date | None = None
        if is_cumulative(snapshot):
            since = self._changed[snapshot.name] = self._changed_since(snapshot, sources)
            if since is None:
                return None
        return self._days(snapshot, differences(self.adapter, self.production, snapshot, since))

    def _by_raw(self, snapshot: Snapshot) -> Stale | None:
        days = self._touched.days(snapshot) if self._touched else None
        if days is None:
            return self._days(snapshot, differences(self.adapter, self.production, snapshot))
        days = [day for day in days if is_built(snapshot, day)]
        return self._noted(snapshot, days[0], LOADED, days=tuple(days)) if days else None

    def _changed_since(self, snapshot: Snapshot, sources: list[Snapshot]) -> date | None:
        """The first day that a cumulative table must be compared from; None where it need not."""
        made_from = self._fingerprinter.made_from(snapshot)
        self.found.made_from[snapshot.table_name()] = made_from
        days = [
            ledger.changed_since(self.adapter.cursor, snapshot, made_from),
            *(self._changed.get(source.name) for source in sources),
        ]
        return min((day for day in days if day), default=None)

    def _days(self, snapshot: Snapshot, rows: list[Difference]) -> Stale | None:
        days = tuple(row.day for row in rows if row.day is not None)
        return self._noted(snapshot, min(days), DIFFERS, rows, days) if days else None

    def _dependent_days(self, snapshot: Snapshot, sources: list[Snapshot]) -> Stale | None:
        """The days that stale days of what it reads make stale, as far as these are known."""
        if is_cumulative(snapshot):
            days = self._days_from(snapshot, self._first_day(sources))
        else:
            stale = [self.found.by_name.get(source.name) for source in sources]
            days = sorted({day for one in stale if one for day in one.days})
        days = [day for day in days if is_built(snapshot, day)]
        if not days:
            return None
        return self._noted(snapshot, days[0], READS_STALE, days=tuple(days))

    def _days_from(self, snapshot: Snapshot, first: date | None) -> list[date]:
        start, end = (moment.date() for moment in built_range(snapshot))
        if first is None:
            return []
        first = max(first - ledger.REACHES_BACK, start)
        return [first + timedelta(days=number) for number in range((end - first).days)]

    def _first_day(self, sources: list[Snapshot]) -> date | None:
        """The first stale day among what a table reads, where it is known."""
        known = [day for day in (self._since.get(source.name) for source in sources) if day]
        return min(known, default=None)

    def _is_older(self, snapshot: Snapshot, sources: list[Snapshot]) -> bool:
        own = self._written.get(snapshot.table_name())
        written = [
            self._written.get(source.table_name()) for source in sources if not source.is_external
        ]
        return any(one is not None and (own is None or own < one) for one in written)

    def _saw_raw(self, snapshot: Snapshot) -> bool:
        """Whether a table was written from what raw has now."""
        begun = self._begun.get(snapshot.table_name())
        changed = self._raw_changed_at
        return begun is not None and (changed is None or changed <= begun)

    def _reads_raw(self, sources: list[Snapshot]) -> bool:
        return any(source.is_external for source in sources)

    def _noted(
        self,
        snapshot: Snapshot,
        since: date | None,
        reason: str,
        rows: list[Difference] | None = None,
        days: tuple[date, ...] = (),
    ) -> Stale:
        self._since[snapshot.name] = since
        return Stale(
            model=name_of(snapshot),
            reason=reason,
            days=days,
            rows_stored=sum(row.rows_stored for row in rows) if rows else None,
            rows_expected=sum(row.rows_expected for row in rows) if rows else None,
        )
