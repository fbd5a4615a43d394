"""From checks to alerts: raised once, escalated once, cleared once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from operate.monitor.model import NOT_MEASURED, SEVERITIES, Check
from operate.monitor.store import insert, rows_of

RAISED, ESCALATED, CLEARED = "raised", "escalated", "cleared"
_OPEN = "SELECT * FROM quality.alerts WHERE cleared_at IS NULL ORDER BY raised_at, alert_key"


@dataclass(frozen=True)
class Event:
    """Something that people are told of an alert.

    Attributes:
        event: `raised`, `escalated` or `cleared`.
        alert: The alert's row.
        happened_at: When.
    """

    event: str
    alert: dict[str, Any]
    happened_at: datetime


def open_alerts(store: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The alerts that have not cleared, oldest first."""
    return rows_of(store, _OPEN)


def update(store: duckdb.DuckDBPyConnection, checks: Sequence[Check], now: datetime) -> list[Event]:
    """Raise, escalate and clear alerts as the checks say; gives what people are to be told.

    An alert clears when its check says so, or is done and does not name it any more. Where a check
    could not be made, its alerts stay as they are.
    """
    known = {row["alert_key"]: row for row in open_alerts(store)}
    unmeasured = {check.kind for check in checks if check.state == NOT_MEASURED}
    findings = {check.key: check for check in checks if check.is_finding}
    events = [_seen(store, check, known.get(check.key), now) for check in findings.values()]
    for key, alert in known.items():
        if key not in findings and alert["kind"] not in unmeasured:
            events.append(_clear(store, alert, now))
    return [event for event in events if event]


def forget_old(store: duckdb.DuckDBPyConnection, now: datetime, days: int) -> None:
    """Remove what is older than the history that is kept."""
    before = now - timedelta(days=days)
    store.execute("DELETE FROM quality.alerts WHERE cleared_at < ?", [before])
    store.execute("DELETE FROM own.deliveries WHERE happened_at < ?", [before])
    store.execute("DELETE FROM own.availability WHERE date_day < ?", [before.date()])
    for table in ("cycle_steps", "cycle_runs"):
        store.execute(f"DELETE FROM quality.{table} WHERE started_at < ?", [before])


def _seen(
    store: duckdb.DuckDBPyConnection, check: Check, alert: dict[str, Any] | None, now: datetime
) -> Event | None:
    told = {
        "severity": check.state,
        "title": check.title,
        "detail": check.detail,
        "value": check.value,
        "threshold": check.threshold,
        "owner": check.owner,
        "advice": check.advice,
        "last_seen_at": now,
    }
    if alert is None:
        row = {
            "alert_key": check.key,
            "kind": check.kind,
            "subject": check.subject,
            "since": check.since or now,
            "raised_at": now,
            **told,
        }
        insert(store, "quality.alerts", row)
        return Event(RAISED, row, now)
    assigned = ", ".join(f"{name} = ?" for name in told)
    store.execute(
        f"UPDATE quality.alerts SET {assigned} WHERE alert_key = ? AND cleared_at IS NULL",
        [*told.values(), check.key],
    )
    worse = SEVERITIES.index(check.state) > SEVERITIES.index(alert["severity"])
    return Event(ESCALATED, {**alert, **told}, now) if worse else None


def _clear(store: duckdb.DuckDBPyConnection, alert: dict[str, Any], now: datetime) -> Event:
    store.execute(
        "UPDATE quality.alerts SET cleared_at = ? WHERE alert_key = ? AND cleared_at IS NULL",
        [now, alert["alert_key"]],
    )
    return Event(CLEARED, {**alert, "cleared_at": now}, now)


def queue(
    store: duckdb.DuckDBPyConnection, events: Iterable[Event], receivers: Sequence[str]
) -> None:
    """Note for each receiver what it is to be told; a new receiver is told what is open."""
    for event in events:
        for receiver in receivers:
            _note(store, event.event, event.alert, event.happened_at, receiver)
    for alert in open_alerts(store):
        told = rows_of(
            store,
            "SELECT DISTINCT receiver FROM own.deliveries WHERE alert_key = ? AND raised_at = ?",
            [alert["alert_key"], alert["raised_at"]],
        )
        for receiver in set(receivers) - {row["receiver"] for row in told}:
            _note(store, RAISED, alert, alert["raised_at"], receiver)


def _note(
    store: duckdb.DuckDBPyConnection,
    event: str,
    alert: dict[str, Any],
    happened_at: datetime,
    receiver: str,
) -> None:
    row = {
        "alert_key": alert["alert_key"],
        "raised_at": alert["raised_at"],
        "event": event,
        "severity": alert["severity"],
        "happened_at": happened_at,
        "receiver": receiver,
        "attempts": 0,
    }
    insert(store, "own.deliveries", row)


def waiting(store: duckdb.DuckDBPyConnection, receiver: str, since: datetime) -> list[Event]:
    """What a receiver has not been told yet, in the order in which it happened."""
    rows = rows_of(
        store,
        "SELECT alerts.*, deliveries.event, deliveries.happened_at,"
        " deliveries.severity AS told_severity"
        " FROM own.deliveries JOIN quality.alerts USING (alert_key, raised_at)"
        " WHERE receiver = ? AND delivered_at IS NULL AND happened_at >= ?"
        " ORDER BY happened_at, event DESC, alert_key",
        [receiver, since],
    )
    return [
        Event(row["event"], {**row, "severity": row["told_severity"]}, row["happened_at"])
        for row in rows
    ]


def delivered(
    store: duckdb.DuckDBPyConnection,
    receiver: str,
    events: Sequence[Event],
    now: datetime,
    error: str | None,
) -> None:
    """Note that a receiver took what it was told, or why not."""
    for event in events:
        store.execute(
            "UPDATE own.deliveries SET attempts = attempts + 1, error = ?, delivered_at = ?"
            " WHERE alert_key = ? AND raised_at = ? AND event = ? AND happened_at = ?"
            " AND receiver = ?",
            [
                error,
                None if error else now,
                event.alert["alert_key"],
                event.alert["raised_at"],
                event.event,
                event.happened_at,
                receiver,
            ],
        )
    store.execute(
        "UPDATE quality.alerts SET delivered_to = told.receivers FROM ("
        " SELECT alert_key, raised_at, STRING_AGG(DISTINCT receiver, ', ' ORDER BY receiver)"
        " AS receivers FROM own.deliveries WHERE delivered_at IS NOT NULL GROUP BY ALL"
        ") AS told WHERE alerts.alert_key = told.alert_key AND alerts.raised_at = told.raised_at"
    )
