"""The record of the cycles of `patron run`: done, failed, killed or busy, step by step.

While a cycle is under way a small file says so. One that is found without its process was killed.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from operate.monitor.store import insert, writing_store
from operate.record import new_run_id, now
from patron.lock import holding
from patron.shop import Shop

FILE = ".cycle.json"
SUCCEEDED, FAILED, KILLED, BUSY = "succeeded", "failed", "killed", "busy"
# The step of waiting for the lock.
START = "start"


@dataclass(frozen=True)
class Step:
    """One step of a cycle, as recorded."""

    step: str
    started_at: datetime
    seconds: float
    outcome: str
    detail: str


@dataclass
class Cycle:
    """A cycle under way."""

    shop: Shop
    cycle_id: str = field(default_factory=new_run_id)
    started_at: datetime = field(default_factory=now)
    steps: list[Step] = field(default_factory=list)
    under_way: str | None = None

    def begin(self) -> None:
        """Note that it is under way; one noted before was killed. Callers hold the lock."""
        note_killed(self.shop)
        self._note(START)
        self.steps.append(Step(START, self.started_at, 0.0, "done", ""))

    def enter(self, step: str) -> None:
        """Note which step is under way."""
        self.under_way = step
        self._note(step)

    def leave(self, step: str, began: datetime, outcome: str, seconds: float, detail: str) -> None:
        """Note how a step went."""
        self.steps.append(Step(step, began, seconds, outcome, detail))

    def end(self, outcome: str, failed_step: str | None, error: str | None) -> None:
        """Record how it went."""
        _record(self, outcome, failed_step, error)
        _path(self.shop).unlink(missing_ok=True)

    def _note(self, step: str) -> None:
        document = {
            "pid": os.getpid(),
            "cycle_id": self.cycle_id,
            "started_at": self.started_at.isoformat(),
            "step": step,
            "step_started_at": now().isoformat(),
            "steps": [asdict(one) | {"started_at": str(one.started_at)} for one in self.steps],
        }
        draft = _path(self.shop).with_suffix(".tmp")
        draft.write_text(json.dumps(document), encoding="utf-8")
        draft.replace(_path(self.shop))


def record_busy(shop: Shop, error: str) -> None:
    """Record a cycle that found another process writing."""
    cycle = Cycle(shop)
    cycle.steps.append(Step(START, cycle.started_at, 0.0, BUSY, error))
    _record(cycle, BUSY, START, error)


def note_killed(shop: Shop, store: duckdb.DuckDBPyConnection | None = None) -> None:
    """Record the cycle that is noted as under way and has no process any more.

    Args:
        shop: Whose cycle.
        store: The monitor's file where it is open already.
    """
    found = under_way(shop)
    if found is None or _is_alive(shop, int(found["pid"])):
        return
    steps = [
        Step(**{**one, "started_at": datetime.fromisoformat(one["started_at"])})
        for one in found["steps"]
    ]
    cycle = Cycle(shop, found["cycle_id"], datetime.fromisoformat(found["started_at"]), steps)
    began = datetime.fromisoformat(found["step_started_at"])
    error = f"the process {found['pid']} ended in step {found['step']} without saying why"
    cycle.leave(found["step"], began, KILLED, 0.0, error)
    _record(cycle, KILLED, found["step"], error, store)
    _path(shop).unlink(missing_ok=True)


def under_way(shop: Shop) -> dict[str, Any] | None:
    """The cycle that is noted as under way."""
    try:
        found: dict[str, Any] = json.loads(_path(shop).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _path(shop: Shop) -> Path:
    return shop.data / FILE


def _is_alive(shop: Shop, pid: int) -> bool:
    """Whether the process still holds the lock; another one with its number does not."""
    held = holding(shop)
    return held is not None and held.pid == pid and pid != os.getpid()


def _record(
    cycle: Cycle,
    outcome: str,
    failed_step: str | None,
    error: str | None,
    store: duckdb.DuckDBPyConnection | None = None,
) -> None:
    if store is None:
        with writing_store(cycle.shop) as opened:
            _record(cycle, outcome, failed_step, error, opened)
        return
    finished = now()
    run = {
        "cycle_id": cycle.cycle_id,
        "started_at": cycle.started_at,
        "finished_at": finished,
        "seconds": (finished - cycle.started_at).total_seconds(),
        "outcome": outcome,
        "failed_step": failed_step,
        "error": error,
        "as_of_date": _as_of(cycle.shop),
    }
    insert(store, "quality.cycle_runs", run)
    for step in cycle.steps:
        insert(store, "quality.cycle_steps", {"cycle_id": cycle.cycle_id, **asdict(step)})


def _as_of(shop: Shop) -> date | None:
    """The day that readers' data speak of, None where nothing was published."""
    if not shop.published.exists():
        return None
    try:
        with duckdb.connect(str(shop.published), read_only=True) as connection:
            row = connection.execute("SELECT as_of_date FROM quality.publication").fetchone()
    except duckdb.Error:
        return None
    return row[0] if row else None
