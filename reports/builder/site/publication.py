"""Which data the reports show: as-of date, last load, audits, and reasons to worry."""

from __future__ import annotations

from dataclasses import dataclass
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
# An empty shop has an as-of date too: the day it was asked.
_SUMMARY = "mart_executive_financial_summary"
_SUMMARY_EXISTS = "SELECT count(*) > 0 FROM duckdb_tables() WHERE table_name = ?"
_NAMED_FAILURES = 3


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
    """

    published_at: datetime | None
    as_of_date: date | None
    last_loaded_at: datetime | None
    run_id: str
    environment: str
    audits: int
    failed: tuple[tuple[str, str, int], ...]
    stale_days: int

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

    def warnings(self) -> list[str]:
        """What a reader must know before trusting the numbers."""
        found = []
        if self.failed:
            named = "; ".join(
                f"{model}: {audit} ({rows:,} {'row' if rows == 1 else 'rows'})"
                for model, audit, rows in self.failed[:_NAMED_FAILURES]
            )
            more = len(self.failed) - _NAMED_FAILURES
            rest = f"; and {more:,} more" if more > 0 else ""
            one = "An audit" if len(self.failed) == 1 else f"{len(self.failed):,} audits"
            found.append(f"{one} failed when last run. {named}{rest}.")
        if (age := self.age()) is not None and age > self.stale_days and self.as_of_date:
            end = default_text(self.as_of_date - timedelta(days=1))
            found.append(f"The data end on {end}, {age:,} days before they were published.")
        return found

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
    )


def _has_days(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether there is a day of orders; assumed where the mart of days is not published."""
    exists = connection.execute(_SUMMARY_EXISTS, [_SUMMARY]).fetchall()[0][0]
    return not exists or bool(
        connection.execute(f"SELECT 1 FROM marts.{_SUMMARY} LIMIT 1").fetchall()
    )


def _naive(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=None) if value else None
