"""What is loaded, built, trained and published, for `patron status`."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import click
import duckdb

from operate.forget_hints import erasure_hints
from operate.monitor.store import path_of
from operate.record import FAILED
from patron import console
from patron.errors import BusyError
from patron.lock import holder
from patron.shop import Shop
from patron.warehouse import connect

Rows = list[dict[str, Any]]

LOADS = """
SELECT
  source, stream, MAX(finished_at) AS checked_at,
  MAX(finished_at) FILTER (status = 'loaded') AS loaded_at,
  ARG_MAX(rows_inserted, finished_at) FILTER (status = 'loaded') AS inserted,
  ARG_MAX(rows_updated, finished_at) FILTER (status = 'loaded') AS updated,
  ARG_MAX(rows_rejected, finished_at) FILTER (status = 'loaded') AS rejected
FROM raw.load_log GROUP BY source, stream ORDER BY source, stream
"""
LAST_BATCHES = """
SELECT model, physical_table, outcome, error, finished_at FROM quality.model_runs
WHERE environment = 'prod'
QUALIFY ROW_NUMBER() OVER (PARTITION BY model ORDER BY finished_at DESC, run_id DESC) = 1
"""
GROUPS = f"""
SELECT
  SPLIT_PART(model, '.', 1) AS models, COUNT(*) AS count, MAX(finished_at) AS last_built_at,
  COUNT(*) FILTER (outcome = '{FAILED}') AS failed
FROM ({LAST_BATCHES}) AS last_batches
WHERE physical_table IS NOT NULL OR outcome = '{FAILED}' GROUP BY ALL ORDER BY ALL
"""
FAILURES = f"""
SELECT model, error, finished_at FROM ({LAST_BATCHES}) AS last_batches
WHERE outcome = '{FAILED}' ORDER BY model
"""
FINDINGS = """
SELECT model, audit, blocking, failed_rows, sample_keys, audited_at FROM quality.audit_results
WHERE environment = 'prod'
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY model, audit, arguments ORDER BY audited_at DESC, run_id DESC
) = 1 AND failed_rows > 0
ORDER BY model, audit
"""
ALERTS = """
SELECT severity, title, detail, owner, raised_at, last_seen_at FROM quality.alerts
WHERE cleared_at IS NULL ORDER BY severity, raised_at, alert_key
"""
PUBLICATION = "SELECT * FROM quality.publication"


def read_status(shop: Shop) -> dict[str, Any]:
    """Everything `patron status` shows, as plain values; None for what is not known now.

    Raises:
        PatronError: If there is no such shop folder.
    """
    shop.require()
    writer = holder(shop)
    found: dict[str, Any] = {"shop": str(shop.root), "writer": writer, "as_published": False}
    found |= _built(shop, busy=writer is not None)
    found["champions"] = _champions(shop)
    found["alerts"] = _alerts(shop)
    found["erasures"] = erasure_hints(shop)
    found["published"] = _publication(shop)
    return found


def print_status(found: dict[str, Any]) -> None:
    """The same for people."""
    click.echo(f"shop: {found['shop']}")
    if found["writer"]:
        click.echo(f"writing now: {found['writer']}")
    if found["as_published"]:
        click.echo("the warehouse is in use, so this is the state when it was last published")
    for hint in found["erasures"]:
        click.echo(hint)
    for title, key in (
        ("Loaded", "loads"),
        ("Built", "models"),
        ("Failed", "failures"),
        ("Audits that found something", "findings"),
        ("Champions", "champions"),
        ("Alerts", "alerts"),
        ("Published", "published"),
    ):
        _print_rows(title, found[key])


def _print_rows(title: str, rows: Rows | None) -> None:
    if rows is None:
        click.echo(f"{title}: not known while another process writes")
        return
    if not rows:
        click.echo(f"{title}: nothing")
        return
    console.print_table(title, list(rows[0]), [list(row.values()) for row in rows])


def _built(shop: Shop, *, busy: bool) -> dict[str, Any]:
    """From the warehouse when nobody has it, else from the published copy."""
    if not busy and not shop.warehouse.exists() and not shop.published.exists():
        return {"loads": [], "models": [], "failures": [], "findings": []}
    if not busy and shop.warehouse.exists():
        try:
            with closing(connect(shop.warehouse, read_only=True)) as connection:
                return {
                    "loads": _rows(connection, LOADS),
                    "models": _rows(connection, GROUPS),
                    "failures": _rows(connection, FAILURES),
                    "findings": _rows(connection, FINDINGS),
                }
        except BusyError:
            pass
    if not shop.published.exists():
        return {"loads": None, "models": None, "failures": None, "findings": None}
    with closing(connect(shop.published, read_only=True, wait_seconds=5)) as connection:
        return {
            "as_published": True,
            "loads": None,
            "models": _rows(connection, GROUPS),
            "failures": _rows(connection, FAILURES),
            "findings": _rows(connection, FINDINGS),
        }


def _publication(shop: Shop) -> Rows:
    if not shop.published.exists():
        return []
    with closing(connect(shop.published, read_only=True, wait_seconds=5)) as connection:
        rows = _rows(connection, PUBLICATION)
    for row in rows:
        age = datetime.now(UTC).replace(tzinfo=None) - row["published_at"]
        row["age_hours"] = round(age.total_seconds() / 3600, 1)
    return rows


def _alerts(shop: Shop) -> Rows | None:
    """The open alerts, as of when the monitor last looked; None while it is at work."""
    path = path_of(shop)
    if not path.exists():
        return []
    try:
        with closing(connect(path, read_only=True, wait_seconds=2)) as connection:
            return _rows(connection, ALERTS)
    except BusyError:
        return None


def _champions(shop: Shop) -> Rows:
    from ml.registry import TASKS, champion

    found = (champion(shop, task) for task in TASKS)
    return [
        {"task": model.task, "version": model.version, "problem": model.problem}
        for model in found
        if model is not None
    ]


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Rows:
    """The rows of a query; none where the shop has no such table yet."""
    try:
        result = connection.execute(query)
    except duckdb.CatalogException:
        return []
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
