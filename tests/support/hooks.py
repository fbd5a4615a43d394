"""SQLMesh without our hooks, for tests whose projects have none."""

from __future__ import annotations

from sqlmesh.core.scheduler import Scheduler

from operate import guard


def remove_hooks() -> None:
    """Take off what an earlier test of this process put on SQLMesh's classes."""
    if hasattr(Scheduler, guard._MARK):
        for name, owner in guard.check_sqlmesh().items():
            method = name.split(".")[1]
            setattr(owner, method, getattr(owner, method).__wrapped__)
        delattr(Scheduler, guard._MARK)
