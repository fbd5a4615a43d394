"""The whole cycle under one writer lock: ingest, transform, reconcile, train, score, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from operate.steps import STEPS, Request
from patron.errors import PatronError
from patron.lock import writer_lock

FAILED = "failed"


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
    """

    steps: tuple[StepResult, ...]
    page: Path | None
    error: PatronError | None


def run_cycle(
    request: Request,
    steps: Sequence[str],
    wait_seconds: float,
    tell: Callable[[StepResult], None],
) -> CycleResult:
    """Do the steps in order and stop at the first that fails.

    Args:
        request: What the caller asked for.
        steps: Names from `STEPS`.
        wait_seconds: How long to wait for another writer.
        tell: Called after each step.

    Raises:
        BusyError: If another process holds the writer lock.
    """
    results: list[StepResult] = []
    page: Path | None = None
    with writer_lock(request.shop, "patron run", wait_seconds):
        for step in (name for name in STEPS if name in steps):
            began = time.monotonic()
            error: PatronError | None = None
            try:
                outcome = STEPS[step](request)
                page = outcome.page or page
                line = StepResult(step, outcome.outcome, _since(began), outcome.detail)
            except PatronError as caught:
                error = caught
                line = StepResult(step, FAILED, _since(began), caught.what)
            results.append(line)
            tell(line)
            if error:
                return CycleResult(tuple(results), page, error)
    return CycleResult(tuple(results), page, None)


def _since(began: float) -> float:
    return round(time.monotonic() - began, 1)
