"""Restatements that survive a kill: what is about to be rewritten is first taken out of the state.

SQLMesh leaves restated intervals recorded as complete while it rewrites them, so nothing would
repair a restatement that was killed or failed half way. With the intervals missing from the state,
the next plain `sqlmesh run` finishes the work; until then the old rows stay visible.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlmesh.core.plan.stages import (
    BackfillStage,
    BeforeAllStage,
    EnvironmentRecordUpdateStage,
    FinalizeEnvironmentStage,
)
from sqlmesh.core.snapshot import Snapshot

CUMULATIVE = "cumulative"
"""The tag of models whose later rows depend on all rows before them."""

Intervals = list[tuple[int, int]]
Stages = list[Any]


def evaluate_stages(
    original: Callable[..., Any], evaluator: Any, plan_stages: Stages, plan: Any
) -> None:
    """BuiltInPlanEvaluator._evaluate_stages: a restatement in a resumable order.

    The record of the environment is rewritten too, though a restatement changes none of its models:
    in one transaction, so that production never looks as if it were being changed.
    """
    if not plan.restatements:
        original(evaluator, plan_stages, plan)
        return
    for stage in plan_stages:
        if isinstance(stage, BackfillStage):
            extend_cumulative(stage.snapshot_to_intervals)
    head, body, promotion, tail = _parts(plan_stages)
    original(evaluator, head, plan)
    forget(evaluator.state_sync, _intervals(plan_stages))
    original(evaluator, body, plan)
    with _transaction(evaluator.state_sync):
        original(evaluator, promotion, plan)
    original(evaluator, tail, plan)


def forget(state_sync: Any, intervals: dict[Snapshot, Intervals]) -> None:
    """Record the intervals as missing, all or none.

    A kill in between must never leave a model complete whose parents are not.
    """
    with _transaction(state_sync):
        for nth in range(max(map(len, intervals.values()), default=0)):
            missing = [(s, found[nth]) for s, found in intervals.items() if nth < len(found)]
            # SQLMesh takes one interval of each model at a time.
            state_sync.remove_intervals(missing, remove_shared_versions=True)


def extend_cumulative(intervals: dict[Snapshot, Intervals]) -> None:
    """Rebuild cumulative models, and what reads them, up to their latest interval.

    The day that a restatement ends with is no end for them: every later row contains it.
    """
    by_name = {snapshot.name: snapshot for snapshot in intervals}
    for snapshot, found in intervals.items():
        if found and _is_cumulative(snapshot, by_name):
            latest = max(end for _, end in (*found, *snapshot.intervals))
            intervals[snapshot] = [(min(start for start, _ in found), latest)]


def _is_cumulative(snapshot: Snapshot, by_name: dict[str, Snapshot]) -> bool:
    if snapshot.is_model and CUMULATIVE in snapshot.model.tags:
        return True
    parents = (by_name[parent.name] for parent in snapshot.parents if parent.name in by_name)
    return any(_is_cumulative(parent, by_name) for parent in parents)


def _parts(stages: Stages) -> tuple[Stages, Stages, Stages, Stages]:
    """The stages before anything is written, until promotion, the promotion, and the rest."""
    kinds = [type(stage) for stage in stages]
    begun = kinds.index(BeforeAllStage) + 1 if BeforeAllStage in kinds else 0
    promoted = kinds.index(EnvironmentRecordUpdateStage)
    finalized = kinds.index(FinalizeEnvironmentStage) + 1
    return stages[:begun], stages[begun:promoted], stages[promoted:finalized], stages[finalized:]


def _intervals(stages: Stages) -> dict[Snapshot, Intervals]:
    backfills = [stage for stage in stages if isinstance(stage, BackfillStage)]
    return {
        snapshot: found
        for stage in backfills
        for snapshot, found in stage.snapshot_to_intervals.items()
    }


def _transaction(state_sync: Any) -> AbstractContextManager[None]:
    """A transaction of the state's database, behind SQLMesh's cache of it."""
    database: Any = getattr(state_sync, "state_sync", state_sync)
    opened: AbstractContextManager[None] = database._transaction()
    return opened
