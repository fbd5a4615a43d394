"""Restatements that survive a kill: what is about to be rewritten is first taken out of the state.

SQLMesh leaves restated intervals recorded as complete while it rewrites them, so nothing would
repair a restatement that was killed or failed half way. With the intervals missing from the state,
the next plain `sqlmesh run` finishes the work; until then the old rows stay visible.
"""

from __future__ import annotations

from typing import Any

from sqlmesh.core.snapshot import Snapshot, snapshots_to_dag

Intervals = list[tuple[int, int]]


def forget(state_sync: Any, intervals: dict[Snapshot, Intervals]) -> None:
    """Record the intervals as missing, all at once or the furthest downstream first.

    The order matters: a kill in between must never leave a model complete whose parents are not.
    """
    rounds = max((len(found) for found in intervals.values()), default=0)
    if rounds <= 1:
        state_sync.remove_intervals(
            [(snapshot, found[0]) for snapshot, found in intervals.items() if found],
            remove_shared_versions=True,
        )
        return
    for snapshot in _downstream_first(intervals):
        for interval in intervals[snapshot]:
            state_sync.remove_intervals([(snapshot, interval)], remove_shared_versions=True)


def _downstream_first(intervals: dict[Snapshot, Intervals]) -> list[Snapshot]:
    by_id = {snapshot.snapshot_id: snapshot for snapshot in intervals}
    upstream_first = [by_id[name] for name in snapshots_to_dag(intervals).sorted if name in by_id]
    return upstream_first[::-1]
