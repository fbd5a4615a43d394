"""Which data the reports show: as-of date, last load, audits, and reasons to worry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import duckdb

from reports.builder.formats.resolve import default_text

_LATEST_AUDITS = """
SELECT model, audit, arg_max(failed_rows, audited_at) AS failed_rows
FROM quality.audit_results
WHERE environment IS NOT DISTINCT FROM ?
GROUP BY model, audit, coalesce(arguments, '')
ORDER BY model, audit
"""
_LATEST_RUNS = """
SELECT model, max(finished_at) FROM quality.model_runs
WHERE environment IS NOT DISTINCT FROM ? AND outcome = 'succeeded'
GROUP BY model
"""
# An empty shop has an as-of date too: the day it was asked.
_SUMMARY = "mart_executive_financial_summary"
_SUMMARY_EXISTS = "SELECT count(*) > 0 FROM duckdb_tables() WHERE table_name = ?"
_NAMED_FAILURES = 3


@dataclass(frozen=True)
class TableState:
    """How a table that pages read came about.

    Attributes:
        name: Its schema and name.
        built_at: When its model last ran, UTC; None if no run is on record.
        audits: How many audits it has.
        failed: How many of them failed when they last ran.
    """

    name: str
    built_at: datetime | None
    audits: int
    failed: int

    @property
    def built(self) -> str:
        """When it was built, for people."""
        return f"{default_text(self.built_at)} UTC" if self.built_at else "not on record"

    @property
    def status(self) -> str:
        """How its audits went, for people."""
        if not self.audits:
            return "none"
        return (
            f"{self.failed:,} of {self.audits:,} failed"
            if self.failed
            else f"{self.audits:,} passed"
        )


@dataclass(frozen=True)
class Publication:
    """The published copy's own record.

    Attributes:
        published_at: When it was made, UTC.
        as_of_date: The day after the last complete day of orders; None while there are none.
        last_loaded_at: When data last came in, UTC.
        run_id: The run that made it.
        environment: Usually `prod`.
        audits: How many audits there are.
        failed: Which failed when they last ran: model, audit, rows.
        stale_days: After how many days data count as old.
        tables: How each table came about, by its schema and name.
    """

    published_at: datetime | None
    as_of_date: date | None
    last_loaded_at: datetime | None
    run_id: str
    environment: str
    audits: int
    failed: tuple[tuple[str, str, int], ...]
    stale_days: int
    tables: Mapping[str, TableState] = field(default_factory=dict)

    def states(self, tables: Iterable[str]) -> list[TableState]:
        """How the tables that a page reads came about."""
        unknown = TableState("", None, 0, 0)
        return [replace(self.tables.get(name, unknown), name=name) for name in tables]

    def facts(self) -> list[str]:
        """What every page says about its data."""
        if self.published_at is None:
            return ["No data published yet"]
        end = self.as_of_date and default_text(self.as_of_date - timedelta(days=1))
        found = [f"Data through {end}" if end else "No data yet"]
        if self.last_loaded_at:
            found.append(f"Last load {default_text(self.last_loaded_at)} UTC")
        if self.audits:
            passed = self.audits - len(self.failed)
            found.append(f"{passed:,} of {self.audits:,} audits passed")
        return found

    def warnings(self, tables: Collection[str] = ()) -> list[str]:
        """What a reader must know before trusting the numbers.

        Args:
            tables: What the page reads, to say whether it is concerned.
        """
        found = []
        if self.failed:
            named = "; ".join(
                f"{model}: {audit} ({rows:,} {'row' if rows == 1 else 'rows'})"
                for model, audit, rows in self.failed[:_NAMED_FAILURES]
            )
            more = len(self.failed) - _NAMED_FAILURES
            rest = f"; and {more:,} more" if more > 0 else ""
            one = "An audit" if len(self.failed) == 1 else f"{len(self.failed):,} audits"
            read = sorted({model for model, *_ in self.failed if model in tables})
            concerned = f" This page reads {', '.join(read)}." if read else ""
            found.append(f"{one} failed when last run. {named}{rest}.{concerned}")
        if late := [state.name for state in self.states(tables) if self._is_late(state)]:
            found.append(
                f"Not built in the {self.stale_days:,} days before publication: {', '.join(late)}."
            )
        if (age := self.age()) is not None and age > self.stale_days and self.as_of_date:
            end = default_text(self.as_of_date - timedelta(days=1))
            found.append(f"The data end on {end}, {age:,} days before they were published.")
        return found

    def _is_late(self, state: TableState) -> bool:
        if state.built_at is None or self.published_at is None:
            return False
        return self.published_at - state.built_at > timedelta(days=self.stale_days)

    def age(self) -> int | None:
        """Days between the end of the data and their publication."""
        if self.as_of_date is None or self.published_at is None:
            return None
        return (self.published_at.date() - self.as_of_date).days

    def is_old(self, now: datetime) -> bool:
        """Whether the last load is further back than data may be, at a moment (UTC, naive)."""
        if self.last_loaded_at is None:
            return True
        return now - self.last_loaded_at > timedelta(days=self.stale_days + 1)

    def footer(self) -> list[str]:
        """The last lines of every page."""
        if self.published_at is None:
            return []
        at = default_text(self.published_at)
        return [f"Published {at} UTC, run {self.run_id}, environment {self.environment}."]


def read_publication(connection: duckdb.DuckDBPyConnection, stale_days: int) -> Publication:
    """The record of the published copy; an empty one where there is none."""
    rows = connection.execute(
        "SELECT published_at, as_of_date, last_loaded_at, run_id, environment"
        " FROM quality.publication ORDER BY published_at DESC LIMIT 1"
    ).fetchall()
    published, as_of, loaded, run, environment = rows[0] if rows else (None, None, None, "", "")
    audits = connection.execute(_LATEST_AUDITS, [environment]).fetchall()
    failed = tuple((model, audit, count) for model, audit, count in audits if count)
    return Publication(
        published_at=_naive(published),
        as_of_date=as_of if _has_days(connection) else None,
        last_loaded_at=_naive(loaded),
        run_id=run or "",
        environment=environment or "",
        audits=len(audits),
        failed=failed,
        stale_days=stale_days,
        tables=_states(connection, environment, audits),
    )


def _states(
    connection: duckdb.DuckDBPyConnection, environment: str, audits: list[tuple[str, str, int]]
) -> dict[str, TableState]:
    built: dict[str, datetime] = {}
    with suppress(duckdb.Error):
        built = dict(connection.execute(_LATEST_RUNS, [environment]).fetchall())
    names = {*built, *(model for model, *_ in audits)}
    counts = Counter(model for model, *_ in audits)
    failed = Counter(model for model, _, rows in audits if rows)
    return {
        name: TableState(name, _naive(built.get(name)), counts[name], failed[name])
        for name in sorted(names)
    }


def _has_days(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether there is a day of orders; assumed where the mart of days is not published."""
    exists = connection.execute(_SUMMARY_EXISTS, [_SUMMARY]).fetchall()[0][0]
    return not exists or bool(
        connection.execute(f"SELECT 1 FROM marts.{_SUMMARY} LIMIT 1").fetchall()
    )


def _naive(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=None) if value else None
