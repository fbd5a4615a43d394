"""The whole cycle under one writer lock: ingest, transform, reconcile, train, score, report.

Each cycle is recorded, and the monitor looks at it however it ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from operate.monitor.cycles import FAILED, START, SUCCEEDED, Cycle, record_busy
from operate.monitor.show import summary, watch_and_show
from operate.monitor.watch import Report
from operate.record import now
from operate.steps import DONE, STEPS, Request
from patron import console
from patron.errors import BusyError, PatronError
from patron.lock import writer_lock
from patron.warehouse import first_line

MONITOR = "monitor"


@dataclass(frozen=True)
class StepResult:
    """One line of the summary."""

    step: str
    outcome: str
    seconds: float
    detail: str

    def as_dict(self) -> dict[str, object]:
        """The line as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class CycleResult:
    """What the cycle did.

    Attributes:
        steps: In order; the last one may have failed.
        page: The report to open.
        error: Why the cycle stopped.
        report: What the monitor found, where it looked.
    """

    steps: tuple[StepResult, ...]
    page: Path | None
    error: PatronError | None
    report: Report | None = None


def run_cycle(
    request: Request,
    steps: Sequence[str],
    wait_seconds: float,
    tell: Callable[[StepResult], None],
) -> CycleResult:
    """Do the steps in order and stop at the first that fails; the monitor comes last in any case.

    Args:
        request: What the caller asked for.
        steps: Names from `STEPS`, and `monitor`.
        wait_seconds: How long to wait for another writer.
        tell: Called after each step.

    Raises:
        BusyError: If another process holds the writer lock.
    """
    try:
        with writer_lock(request.shop, "patron run", wait_seconds):
            cycle = Cycle(request.shop)
            with _recording():
                cycle.begin()
            try:
                result = _steps(request, [name for name in STEPS if name in steps], cycle, tell)
            except Exception as crash:
                _crashed(request, cycle, crash, steps, tell)
                raise
            return _watched(request, result, tell) if MONITOR in steps else result
    except BusyError as error:
        # Found at the door: a step that finds the warehouse in use is a failed step.
        with _recording():
            record_busy(request.shop, error.what)
        if MONITOR in steps:
            _watch(request, tell)
        raise


def _steps(
    request: Request, steps: Sequence[str], cycle: Cycle, tell: Callable[[StepResult], None]
) -> CycleResult:
    results: list[StepResult] = []
    page: Path | None = None
    failed: tuple[str, PatronError] | None = None
    for step in steps:
        began, clock = now(), time.monotonic()
        with _recording():
            cycle.enter(step)
        try:
            outcome = STEPS[step](request)
            page = outcome.page or page
            line = StepResult(step, outcome.outcome, _since(clock), outcome.detail)
        except PatronError as caught:
            failed = step, caught
            line = StepResult(step, FAILED, _since(clock), caught.what)
        cycle.leave(step, began, line.outcome, line.seconds, line.detail)
        results.append(line)
        tell(line)
        if failed:
            break
    with _recording():
        if failed:
            cycle.end(FAILED, failed[0], failed[1].what)
        else:
            cycle.end(SUCCEEDED, None, None)
    return CycleResult(tuple(results), page, failed[1] if failed else None)


def _crashed(
    request: Request,
    cycle: Cycle,
    crash: Exception,
    steps: Sequence[str],
    tell: Callable[[StepResult], None],
) -> None:
    """An error that is nobody's mistake but ours is on record too, and told."""
    step = cycle.under_way or START
    error = f"{type(crash).__name__}: {first_line(crash)}"
    with _recording():
        cycle.leave(step, now(), FAILED, 0.0, error)
        cycle.end(FAILED, step, error)
    if MONITOR in steps:
        _watch(request, tell)


def _watched(
    request: Request, result: CycleResult, tell: Callable[[StepResult], None]
) -> CycleResult:
    line, report = _watch(request, tell)
    return replace(result, steps=(*result.steps, line), report=report)


def _watch(
    request: Request, tell: Callable[[StepResult], None]
) -> tuple[StepResult, Report | None]:
    """The monitor; what it finds, or what stops it, does not make a good cycle fail."""
    clock = time.monotonic()
    report: Report | None = None
    try:
        report = watch_and_show(request.shop, _moment(request))
        line = StepResult(MONITOR, DONE, _since(clock), summary(report))
    except PatronError as error:
        line = StepResult(MONITOR, FAILED, _since(clock), error.what)
    tell(line)
    return line, report


def _moment(request: Request) -> datetime | None:
    return datetime.fromisoformat(request.execution_time) if request.execution_time else None


@contextmanager
def _recording() -> Iterator[None]:
    """The record of cycles is no reason to stop one."""
    try:
        yield
    except (PatronError, duckdb.Error, OSError) as error:
        what = error.what if isinstance(error, PatronError) else str(error)
        console.say(f"this cycle is not on record: {what}")


def _since(began: float) -> float:
    return round(time.monotonic() - began, 1)
