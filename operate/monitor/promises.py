"""What contracts promise against what is measured: the rows of quality.contract_status."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb

from operate.monitor.freshness import covered_to, late_days
from operate.monitor.model import CRITICAL, HEALTHY, WARNING, Check, NotMeasured
from operate.monitor.scene import Scene
from operate.monitor.store import insert
from patron.contracts import Contract, read_contracts

_TABLES = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts'"
_AUDITED = """
SELECT
  model, audit, ARG_MAX(failed_rows, audited_at) AS failed_rows
FROM quality.audit_results WHERE environment = 'prod' GROUP BY model, audit
"""
_AVAILABLE = """
SELECT COUNT(*) AS days, COUNT(*) FILTER (available = checks) AS good FROM own.availability
WHERE model = ? AND date_day > ?
"""
NOT_KNOWN = "not measured"


def contracts(scene: Scene) -> Iterator[Check]:
    """Measure every promise, write quality.contract_status, and name what is not kept."""
    promised = read_contracts(scene.shop.project)
    covered = covered_to(scene, promised)
    tables = {f"marts.{row['table_name']}" for row in scene.ask(_TABLES)}
    audited = {(row["model"], row["audit"]): row["failed_rows"] for row in scene.ask(_AUDITED)}
    scene.store.execute("DELETE FROM quality.contract_status")
    for contract in promised:
        there = contract.model in tables and _is_readable(scene, contract)
        _count_day(scene, contract.model, there=there)
        late = late_days(contract, covered[contract.model], scene.now)
        _store(
            scene,
            contract,
            "freshness",
            f"data through {covered[contract.model] - timedelta(days=1)}",
            kept=not late,
        )
        yield from _accuracy(scene, contract, audited)
        yield from _availability(scene, contract, there=there)
    yield Check(
        "contract",
        "all",
        HEALTHY,
        f"{len(promised)} contracts were looked at",
        "quality.contract_status has what was promised and what was measured",
    )


def _is_readable(scene: Scene, contract: Contract) -> bool:
    """Whether every promised column is there and can be read."""
    columns = ", ".join(f'"{name}"' for name in contract.columns)
    try:
        scene.ask(f"SELECT {columns} FROM {contract.model} LIMIT 1")
    except (NotMeasured, duckdb.Error):
        return False
    return True


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
        else f"{len(asked) - len(unknown)} of {len(asked)} audits passed"
    )
    kept = False if failed else None if unknown else True
    _store(scene, contract, "accuracy", measured, kept=kept)
    if failed:
        yield _broken(contract, "accuracy", WARNING, measured)


def _availability(scene: Scene, contract: Contract, *, there: bool) -> Iterator[Check]:
    promise = contract.availability
    begin = scene.now.date() - timedelta(days=promise.days)
    (row,) = scene.ask_own(_AVAILABLE, [contract.model, begin])
    share = row["good"] / row["days"] if row["days"] else 1.0
    measured = f"{share:.1%} of {row['days']} days"
    _store(scene, contract, "availability", measured, kept=share >= promise.share)
    if not there:
        yield _broken(contract, "availability", CRITICAL, "readers do not find it as promised")


def _broken(contract: Contract, promise: str, severity: str, measured: str) -> Check:
    return Check(
        "contract",
        f"{contract.model} {promise}",
        severity,
        f"{contract.model} does not keep its promise of {promise}",
        f"promised: {getattr(contract, promise)}; measured: {measured}",
        owner=contract.owner,
        advice=f"contracts/{contract.table}.yaml says what was promised, and to whom",
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
