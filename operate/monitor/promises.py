"""What contracts promise against what is measured: the rows of quality.contract_status."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from operate.monitor.freshness import covered_to, late_days
from operate.monitor.model import CRITICAL, HEALTHY, WARNING, Check
from operate.monitor.scene import Scene
from operate.monitor.store import insert
from operate.monitor.wording import counted, day_text
from patron.contracts import Contract, read_contracts

_TABLES = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts'"
_COLUMNS = """
SELECT column_name FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name = ?
"""
_AUDITED = """
SELECT
  model, audit, ARG_MAX(failed_rows, audited_at) AS failed_rows
FROM quality.audit_results WHERE environment = 'prod' GROUP BY model, audit
"""
_AVAILABLE = """
SELECT COUNT(*) AS days, COUNT(*) FILTER (available = checks) AS good FROM own.availability
WHERE model = ? AND date_day > ?
"""
NAMED = 4
_ADVICE = {
    "accuracy": "'patron status' shows keys of the rows that differ",
    "availability": "'patron run --apply' makes what the project's files have and production lacks",
}


def contracts(scene: Scene) -> Iterator[Check]:
    """Measure every promise, write quality.contract_status, and name what is not kept."""
    promised = read_contracts(scene.shop.project)
    covered = covered_to(scene, promised)
    tables = {f"marts.{row['table_name']}" for row in scene.ask(_TABLES)}
    audited = {(row["model"], row["audit"]): row["failed_rows"] for row in scene.ask(_AUDITED)}
    scene.store.execute("DELETE FROM quality.contract_status")
    for contract in promised:
        lacking = _lacking(scene, contract) if contract.model in tables else "the table"
        there = not lacking
        _count_day(scene, contract.model, there=there)
        late = late_days(contract, covered[contract.model], scene.now)
        _store(
            scene,
            contract,
            "freshness",
            f"data through {day_text(covered[contract.model] - timedelta(days=1))}",
            kept=not late,
        )
        yield from _accuracy(scene, contract, audited)
        yield from _availability(scene, contract, lacking)
    yield Check(
        "contract",
        "all",
        HEALTHY,
        f"{len(promised)} contracts were looked at",
        "quality.contract_status has what was promised and what was measured",
    )


def _lacking(scene: Scene, contract: Contract) -> str:
    """What is promised and not there for readers; empty where every column can be read."""
    found = {row["column_name"] for row in scene.ask(_COLUMNS, [contract.table])}
    missing = [name for name in contract.columns if name not in found]
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    return f"column {', '.join(missing[:NAMED])}{more}" if missing else ""


def _accuracy(
    scene: Scene, contract: Contract, audited: dict[tuple[str, str], int]
) -> Iterator[Check]:
    asked = contract.accuracy.audits
    rows = {name: audited.get((contract.model, name)) for name in asked}
    unknown = [name for name, found in rows.items() if found is None]
    failed = [name for name, found in rows.items() if found]
    measured = (
        f"{', '.join(failed)} found rows"
        if failed
        else f"{len(asked) - len(unknown)} of {counted(len(asked), 'audit')} passed"
    )
    kept = False if failed else None if unknown else True
    _store(scene, contract, "accuracy", measured, kept=kept)
    if failed:
        yield _broken(contract, "accuracy", WARNING, measured)


def _availability(scene: Scene, contract: Contract, lacking: str) -> Iterator[Check]:
    promise = contract.availability
    begin = scene.now.date() - timedelta(days=promise.days)
    (row,) = scene.ask_own(_AVAILABLE, [contract.model, begin])
    share = row["good"] / row["days"] if row["days"] else 1.0
    measured = f"{share:.1%} of {counted(row['days'], 'day')}"
    _store(scene, contract, "availability", measured, kept=share >= promise.share)
    if lacking:
        yield _broken(contract, "availability", CRITICAL, f"readers do not find {lacking}")


def _broken(contract: Contract, promise: str, severity: str, measured: str) -> Check:
    return Check(
        "contract",
        f"{contract.model} {promise}",
        severity,
        f"{contract.model} does not keep its promise of {promise}",
        f"promised: {getattr(contract, promise)}; measured: {measured}",
        owner=contract.owner,
        advice=_ADVICE[promise]
        + f"; contracts/{contract.table}.yaml says what was promised to whom",
    )


def _count_day(scene: Scene, model: str, *, there: bool) -> None:
    day: date = scene.now.date()
    found: list[dict[str, Any]] = scene.ask_own(
        "SELECT checks, available FROM own.availability WHERE model = ? AND date_day = ?",
        [model, day],
    )
    before = found[0] if found else {"checks": 0, "available": 0}
    scene.store.execute(
        "DELETE FROM own.availability WHERE model = ? AND date_day = ?", [model, day]
    )
    row = {"model": model, "date_day": day, "checks": before["checks"] + 1}
    insert(scene.store, "own.availability", {**row, "available": before["available"] + int(there)})


def _store(
    scene: Scene, contract: Contract, promise: str, measured: str, *, kept: bool | None
) -> None:
    insert(
        scene.store,
        "quality.contract_status",
        {
            "model": contract.model,
            "contract_version": contract.version,
            "promise": promise,
            "promised": str(getattr(contract, promise)),
            "measured": measured,
            "is_kept": kept,
            "checked_at": scene.now,
            "owner": contract.owner,
        },
    )
