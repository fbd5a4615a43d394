"""What a person reads when a run failed: model, audit, rows, remedy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from operate import session

REMEDY = "correct these rows at their source (or the rule), load them, and run again"
_reported: set[str] = set()
_muted = False


def report() -> None:
    """Say on standard error which models failed and in which rows, once per run."""
    run = session.current()
    if _muted or run is None or not run.failures or run.run_id in _reported:
        return
    _reported.add(run.run_id)
    lines = [line for failure in run.failures for line in failure.lines]
    sys.stderr.write("\n".join(["", *describe(lines)]) + "\n")


def describe(lines: list[str]) -> list[str]:
    """The message of a failed run: what failed, what that means, what to do."""
    count = "1 check" if len(lines) == 1 else f"{len(lines)} checks"
    return [
        f"patron: {count} failed; what failed was undone, nothing was published",
        *(f"  {line}" for line in lines),
        f"  remedy: {REMEDY}",
    ]


@contextmanager
def muted() -> Iterator[None]:
    """Leave the telling to the caller, who raises an error with the same lines."""
    global _muted  # noqa: PLW0603
    before, _muted = _muted, True
    try:
        yield
    finally:
        _muted = before
