"""On which days loads have changed rows of staging, found by following the rows.

To compare every table that reads raw with its query takes as long as there is history. Between two
such comparisons it is enough to look at the rows that came, changed or went since the last run, and
at those that depend on them: on the days on which they were staged, and those on which they count
now. What rows depend on is read from the queries (`reconcile_links`); a table whose rows cannot be
followed, because its rows depend on each other or it reads more than rows of streams, is compared.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ingest.contract import load_contract
from operate import few_rows
from operate.reconcile_compare import differences
from operate.reconcile_links import DAY
from operate.reconcile_models import Production, name_of
from operate.reconcile_streams import Stream, judgement, listed, streams_of
from patron.sql import identifier, literal

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

_RECORDS = {"rejected_rows", "deleted_rows"}
# Has the refused rows of all streams; the others each have the good rows of one.
_REFUSED = "staging.refused_finished_days"
_CHANGED = """
SELECT DISTINCT stream FROM raw.load_log
WHERE batch_id > ? AND (rows_read <> rows_unchanged OR rows_deleted > 0)
"""


class Touched:
    """What loads since a batch have changed."""

    def __init__(self, adapter: Any, production: Production, last_load: str) -> None:
        """Follow rows.

        Args:
            adapter: SQLMesh's adapter on the warehouse.
            production: The models.
            last_load: The last batch of which everything is built.
        """
        self._adapter = adapter
        self._cursor = adapter.cursor
        self._production = production
        self._since = literal(last_load)
        rows = self._cursor.execute(_CHANGED, [last_load]).fetchall()
        self.changed = {str(row[0]) for row in rows}
        self._followed: dict[str, bool] = {}
        self._judged: dict[str, bool] = {}

    def is_stale(self, snapshot: Snapshot) -> bool | None:
        """Whether a table that is built whole reads what has changed; None where unknown."""
        tables = {one for one in self._production.sources(snapshot) if one.is_external}
        names = {name_of(one).removeprefix("raw.") for one in tables}
        if not names <= {*load_contract().streams, *_RECORDS}:
            return None
        return bool(names & _RECORDS and self.changed) or not names.isdisjoint(self.changed)

    def days(self, snapshot: Snapshot) -> list[date] | None:
        """The days on which rows of a table of staging have changed; None where unknown."""
        if name_of(snapshot) == _REFUSED:
            return self._refused_days(snapshot)
        stream = next((s for s in self._streams.values() if s.staged.name == snapshot.name), None)
        if stream is None or stream.day is None or not self._follow(stream):
            return None
        return sorted(
            self._days(
                f"SELECT day FROM {_temporary('now', stream)} UNION "
                f"SELECT day FROM {_temporary('before', stream)}"
            )
        )

    def _refused_days(self, snapshot: Snapshot) -> list[date]:
        """The days on which rows are refused that changed, and those on which they were before.

        Rows of streams that cannot be followed are compared, and the few that the contract refused.
        """
        followed = {
            stream.name: stream for stream in self._streams.values() if self._follow(stream)
        }
        names = ", ".join(literal(name) for name in ["", *followed])
        compared = f"rejected_by <> 'staging' OR stream NOT IN ({names})"
        found = differences(self._adapter, self._production, snapshot, condition=compared)
        days = {one.day for one in found if one.day is not None}
        for stream in followed.values():
            days |= self._days(
                f"SELECT day FROM {_temporary('now', stream)} WHERE NOT is_good UNION "
                f"SELECT {DAY} FROM {snapshot.table_name()} WHERE rejected_by = 'staging' "
                f"AND stream = {literal(stream.name)} AND row_key IN ("
                f"SELECT {_joined(stream.key)} FROM {_temporary('rows', stream)} "
                f"UNION {self._deleted(stream)})"
            )
        return sorted(days)

    def _days(self, query: str) -> set[date]:
        rows = self._cursor.execute(query).fetchall()
        return {row[0] for row in rows if row[0] is not None}

    @cached_property
    def _streams(self) -> dict[str, Stream]:
        return streams_of(self._production)

    def _follow(self, stream: Stream) -> bool:
        """Find the rows that changed or depend on such; False where that cannot be done."""
        if stream.name not in self._followed:
            self._followed[stream.name] = self._can_follow(stream) and self._find(stream)
        return self._followed[stream.name]

    def _can_follow(self, stream: Stream) -> bool:
        if not self.changed.isdisjoint(stream.links.unlinked):
            return False
        for link in stream.links.parents:
            parent = self._streams.get(link.parent)
            if parent is None or not self._judge(parent) or (link.needs_day and not parent.day):
                return False
        return True

    def _find(self, stream: Stream) -> bool:
        """Put the rows in temporary tables: as they are now, and as they are staged."""
        names = listed(stream.names)
        raw = f"{names} FROM {_raw(stream)}"
        changed = f"SELECT rowid AS row, {raw} WHERE _batch_id > {self._since}"
        dependent = [
            f"SELECT rowid, {raw} WHERE {identifier(link.column)} IN "
            f"(SELECT key FROM {_temporary('judged', self._streams[link.parent])})"
            for link in sorted(stream.links.parents, key=lambda link: link.column)
            if not self._is_untouched(link.parent)
        ]
        if stream.name not in self.changed and not dependent:
            rows = f"SELECT rowid AS row, {raw} WHERE FALSE"
        else:
            rows = " UNION ".join([changed, *dict.fromkeys(dependent)])
        self._keep("rows", stream, rows)
        followed = _temporary("rows", stream)
        self._keep("now", stream, judgement(self._production, stream, self._streams, followed))
        self._keep("before", stream, self._before(stream))
        return True

    def _before(self, stream: Stream) -> str:
        """The rows as staging has them, those that are deleted among them."""
        same = " AND ".join(
            f"rows.{identifier(name)} = stored.{identifier(name)}" for name in stream.key
        )
        found = f"EXISTS (SELECT 1 FROM {_temporary('rows', stream)} AS rows WHERE {same})"
        if stream.name in self.changed and self._has_deleted(stream):
            found += f" OR {_joined(stream.key)} IN ({self._deleted(stream)})"
        return (
            f"SELECT {listed(stream.key)}, {stream.day or 'NULL'}::DATE AS day "
            f"FROM {stream.staged.table_name()} AS stored WHERE {found}"
        )

    def _judge(self, stream: Stream) -> bool:
        """Find the rows whose judgement or day has changed: what depends on them has changed too.

        A row that was not staged before counts as such, since its reasons may be others now.
        """
        if stream.name not in self._judged:
            self._judged[stream.name] = len(stream.key) == 1 and self._follow(stream)
            if self._judged[stream.name]:
                self._keep("judged", stream, self._judgements(stream))
        return self._judged[stream.name]

    def _judgements(self, stream: Stream) -> str:
        key = identifier(*stream.key)
        same_day = " AND before.day = now.day" if stream.day else ""
        return (
            f"SELECT DISTINCT rows.key FROM (SELECT {key} AS key FROM {_temporary('rows', stream)}"
            f" UNION {self._deleted(stream)}) AS rows"
            f" LEFT JOIN {_temporary('now', stream)} AS now ON now.{key} = rows.key"
            f" LEFT JOIN {_temporary('before', stream)} AS before ON before.{key} = rows.key"
            f" WHERE NOT COALESCE(now.is_good AND before.{key} IS NOT NULL{same_day}, FALSE)"
        )

    def _is_untouched(self, name: str) -> bool:
        table = _temporary("judged", self._streams[name])
        return not self._cursor.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall()

    def _deleted(self, stream: Stream) -> str:
        return (
            f"SELECT row_key AS key FROM raw.deleted_rows WHERE stream = {literal(stream.name)} "
            f"AND _batch_id > {self._since}"
        )

    def _has_deleted(self, stream: Stream) -> bool:
        return bool(self._cursor.execute(f"{self._deleted(stream)} LIMIT 1").fetchall())

    def _keep(self, what: str, stream: Stream, query: str) -> None:
        table = _temporary(what, stream)
        with few_rows.planned(self._adapter):
            self._cursor.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}")


def _temporary(what: str, stream: Stream) -> str:
    return identifier(f"touched_{what}_{stream.name}")


def _raw(stream: Stream) -> str:
    return identifier("raw", stream.name)


def _joined(key: tuple[str, ...]) -> str:
    """A key as records of refused and deleted rows name it."""
    return " || '|' || ".join(f"CAST({identifier(name)} AS VARCHAR)" for name in key)
