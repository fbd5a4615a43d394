"""Whether what production shows belongs together, judged by the run record of all runs."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlmesh.utils.date import to_datetime

from operate.record import FAILED, SUCCEEDED

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

# A failed batch is made good by a later one of the same table that begins no later than it did.
# The audits of external models and tables that could not be created have no table: there the name
# of the model counts. Batches are numbered, so their order is that of time under any clock.
REPAIRED = f"""
EXISTS (
  SELECT 1 FROM quality.model_runs AS repaired
  WHERE repaired.outcome = '{SUCCEEDED}' AND repaired.model = failed.model
    AND (
      repaired.physical_table = failed.physical_table
      OR (failed.physical_table IS NULL AND repaired.environment = failed.environment)
    )
    AND repaired.batch_number > failed.batch_number
    AND (
      failed.interval_start IS NULL
      OR (
        repaired.interval_start <= failed.interval_start
        AND repaired.interval_end > failed.interval_start
      )
    )
)
"""
_UNREPAIRED = f"""
SELECT DISTINCT failed.model FROM quality.model_runs AS failed
WHERE failed.outcome = '{FAILED}'
  AND (
    failed.physical_table = ANY($tables)
    OR (
      failed.physical_table IS NULL AND failed.environment = 'prod' AND failed.model = ANY($models)
    )
  )
  AND NOT {REPAIRED}
ORDER BY failed.model
"""
_BUILT_UNTIL = f"""
SELECT physical_table, MAX(interval_end) FROM quality.model_runs
WHERE outcome = '{SUCCEEDED}' AND physical_table IS NOT NULL GROUP BY physical_table
"""


def failed_models(cursor: Any, snapshots: dict[str, Snapshot]) -> list[str]:
    """The models of production with a failed batch that no later batch made good."""
    models = [snapshot for snapshot in snapshots.values() if snapshot.is_model]
    tables = [snapshot.table_name() for snapshot in models if not snapshot.is_symbolic]
    names = [_name(snapshot) for snapshot in models]
    found = cursor.execute(_UNREPAIRED, {"tables": tables, "models": names}).fetchall()
    return [model for (model,) in found]


def models_behind(cursor: Any, snapshots: dict[str, Snapshot]) -> list[str]:
    """The models of production that lack days which a model they read already has.

    A model with signals may wait for more than its parents, so it is never behind.
    """
    until = dict(cursor.execute(_BUILT_UNTIL).fetchall())

    def end_of(snapshot: Snapshot) -> Any:
        if not snapshot.is_model or snapshot.is_symbolic:
            return None
        return until.get(snapshot.table_name())

    behind = []
    for snapshot in snapshots.values():
        own = end_of(snapshot)
        if own is None or snapshot.model.signals:
            continue
        parents = (
            snapshots[parent.name] for parent in snapshot.parents if parent.name in snapshots
        )
        ends = [end for end in map(end_of, parents) if end is not None]
        if ends:
            due = to_datetime(snapshot.node.cron_floor(max(ends).replace(tzinfo=UTC)))
            if own.replace(tzinfo=UTC) < due:
                behind.append(_name(snapshot))
    return sorted(behind)


def _name(snapshot: Snapshot) -> str:
    view = snapshot.qualified_view_name
    return f"{view.schema_name}.{view.table}"
