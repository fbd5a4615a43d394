"""What a person reads when a run failed: model, audit, rows, remedy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from operate import session
from operate.record import Failure
from patron.errors import PatronError

_CORRECT_ROWS = (
    "correct these rows at their source (or the rule), load them, and run again;"
    " where old rows were corrected late, 'patron reconcile' builds what they made stale"
)
_CORRECT_MODEL = "correct the model or what it reads, then run again"
_reported: set[str] = set()
_muted = False


def report() -> None:
    """Say on standard error which models failed and in which rows, once per run."""
    run = session.current()
    if run is None or not run.failures or run.run_id in _reported:
        return
    _reported.add(run.run_id)
    tell(as_error(run.failures))


def tell(error: PatronError) -> None:
    """Print an error that SQLMesh would show as a traceback or not at all."""
    if not _muted:
        sys.stderr.write(f"\npatron: {error}\n")


def as_error(failures: list[Failure]) -> PatronError:
    """The failures of a run as one error: what failed, what that means, what to do."""
    lines = [line for failure in failures for line in failure.lines]
    by_audit = any(audit.stopped_the_model for failure in failures for audit in failure.audits)
    models = "1 model" if len(failures) == 1 else f"{len(failures)} models"
    return PatronError(
        f"{models} failed; what failed was undone, nothing was published",
        where="\n".join(lines),
        remedy=_CORRECT_ROWS if by_audit else _CORRECT_MODEL,
    )


@contextmanager
def muted() -> Iterator[None]:
    """Leave the telling to the caller, who raises an error with the same lines."""
    global _muted  # noqa: PLW0603
    before, _muted = _muted, True
    try:
        yield
    finally:
        _muted = before
