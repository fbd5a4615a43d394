"""Write, audit, publish: one transaction around evaluation and audits of each batch.

On DuckDB SQLMesh deletes and inserts without a transaction and audits afterwards. Here some of its
methods are wrapped so that a batch becomes visible only when it is complete and its blocking audits
pass. That relies on private methods, so the version and their signatures are checked first.
"""

from __future__ import annotations

import functools
import gc
import inspect
from collections.abc import Callable
from typing import Any

import sqlmesh
from sqlmesh.core import constants
from sqlmesh.core.engine_adapter.base import EngineAdapter
from sqlmesh.core.model import OptimizedQueryCache, SqlModel
from sqlmesh.core.plan.evaluator import BuiltInPlanEvaluator
from sqlmesh.core.scheduler import Scheduler
from sqlmesh.core.snapshot import Snapshot
from sqlmesh.core.snapshot.evaluator import SnapshotEvaluator
from sqlmesh.core.state_sync import EngineAdapterStateSync
from sqlmesh.utils.errors import SQLMeshError

from operate import batches, deferred, failures, prepared, repair, restatement, shortcuts, state

SUPPORTED_SQLMESH = "0.236.4"
_MARK = "_patron_guard"
GARBAGE_THRESHOLDS = (100_000, 20, 50)

_SIGNATURES = {
    "Scheduler.run": (
        "self environment start end execution_time restatements start_override_per_model "
        "end_override_per_model ignore_cron end_bounded selected_snapshots circuit_breaker "
        "deployability_index auto_restatement_enabled run_environment_statements"
    ),
    "Scheduler.run_merged_intervals": (
        "self merged_intervals deployability_index environment_naming_info execution_time "
        "circuit_breaker start end allow_destructive_snapshots selected_models "
        "allow_additive_snapshots selected_snapshot_ids run_environment_statements audit_only "
        "auto_restatement_triggers is_restatement"
    ),
    "Scheduler.evaluate": (
        "self snapshot start end execution_time deployability_index batch_index "
        "environment_naming_info allow_destructive_snapshots allow_additive_snapshots "
        "target_table_exists kwargs"
    ),
    "Scheduler._audit_snapshot": (
        "self snapshot deployability_index snapshots start end execution_time wap_id "
        "environment_naming_info kwargs"
    ),
    "SnapshotEvaluator.audit": (
        "self snapshot snapshots start end execution_time deployability_index wap_id kwargs"
    ),
    "SnapshotEvaluator.create_snapshot": (
        "self snapshot snapshots deployability_index allow_destructive_snapshots "
        "allow_additive_snapshots on_complete"
    ),
    "SnapshotEvaluator._migrate_snapshot": (
        "self snapshot snapshots target_data_object allow_destructive_snapshots "
        "allow_additive_snapshots adapter deployability_index"
    ),
    "EngineAdapterStateSync._transaction": "self",
    "BuiltInPlanEvaluator._evaluate_stages": "self plan_stages plan",
    "OptimizedQueryCache.put": "self model",
    "OptimizedQueryCache.with_optimized_query": "self model name",
    "SnapshotEvaluator._execute_create": (
        "self snapshot table_name is_table_deployable deployability_index create_render_kwargs "
        "rendered_physical_properties dry_run run_pre_post_statements skip_grants"
    ),
    "Snapshot.table_name": "self is_deployable",
    "EngineAdapter._create_column_comments": (
        "self table_name column_comments table_kind materialized_view"
    ),
    "SqlModel.render_query": (
        "self start end execution_time snapshots table_mapping expand deployability_index "
        "engine_adapter kwargs"
    ),
}

Wrapper = Callable[..., Any]


def install() -> None:
    """Wrap SQLMesh's methods, once per process.

    Raises:
        SQLMeshError: If this is not the SQLMesh these wrappers were written for.
    """
    # Forked workers that load models would outlive a kill -9 and keep the writer lock for ever;
    # on a few cores they cost more than they save.
    constants.MAX_FORK_WORKERS = 1
    # Models, once read, live as long as the process: to look through them for garbage again and
    # again is a sixth of a run with nothing to do.
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    if hasattr(Scheduler, _MARK):
        return
    owners = check_sqlmesh()
    wrappers: dict[str, Wrapper] = {
        "Scheduler.run": _run,
        "Scheduler.run_merged_intervals": _run_merged_intervals,
        "Scheduler.evaluate": batches.evaluate,
        "Scheduler._audit_snapshot": batches.audit_snapshot,
        "SnapshotEvaluator.audit": batches.audit,
        "SnapshotEvaluator.create_snapshot": batches.create_snapshot,
        "SnapshotEvaluator._migrate_snapshot": batches.migrate_snapshot,
        "EngineAdapterStateSync._transaction": state.transaction,
        "BuiltInPlanEvaluator._evaluate_stages": restatement.evaluate_stages,
        "OptimizedQueryCache.put": deferred.put,
        "OptimizedQueryCache.with_optimized_query": deferred.with_optimized_query,
        "SqlModel.render_query": prepared.render_query,
        "SnapshotEvaluator._execute_create": batches.execute_create,
        "Snapshot.table_name": shortcuts.table_name,
        "EngineAdapter._create_column_comments": shortcuts.create_column_comments,
    }
    for name, wrapper in wrappers.items():
        owner, attribute = owners[name], name.split(".")[1]
        setattr(owner, attribute, _wrapped(getattr(owner, attribute), wrapper))
    setattr(Scheduler, _MARK, True)


def check_sqlmesh(version: str | None = None) -> dict[str, type]:
    """Refuse any SQLMesh but the one whose private methods we know.

    Args:
        version: The version to check instead of the installed one.

    Returns:
        The class that owns each wrapped method.
    """
    found = version or sqlmesh.__version__
    if found != SUPPORTED_SQLMESH:
        _refuse(f"SQLMesh {found} is installed, the safe writes are made for {SUPPORTED_SQLMESH}")
    classes: tuple[type, ...] = (
        Scheduler,
        SnapshotEvaluator,
        EngineAdapterStateSync,
        BuiltInPlanEvaluator,
        OptimizedQueryCache,
        SqlModel,
        Snapshot,
        EngineAdapter,
    )
    by_name = {owner.__name__: owner for owner in classes}
    owners = {name: by_name[name.split(".")[0]] for name in _SIGNATURES}
    for name, expected in _SIGNATURES.items():
        method = getattr(owners[name], name.split(".")[1], None)
        parameters = list(inspect.signature(method).parameters) if method else []
        if parameters != expected.split():
            _refuse(f"SQLMesh's method {name} is not as expected: {' '.join(parameters) or 'gone'}")
    return owners


def _refuse(what: str) -> None:
    raise SQLMeshError(
        f"{what}. Nothing was run, because failed or interrupted runs could leave bad rows behind."
        " Install exactly what requirements/run.lock says ('make install')."
    )


def _wrapped(original: Callable[..., Any], wrapper: Wrapper) -> Callable[..., Any]:
    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        return wrapper(original, *args, **kwargs)

    return call


def _run(original: Callable[..., Any], scheduler: Any, environment: Any, **kwargs: Any) -> Any:
    """Scheduler.run: when nothing is due, before_all and after_all are skipped, repairs are not."""
    status = original(scheduler, environment, **kwargs)
    if status.is_nothing_to_do:
        name = environment if isinstance(environment, str) else environment.name
        repair.finish_publication(
            scheduler.snapshot_evaluator.adapter, name, scheduler.snapshots_by_name
        )
    return status


def _run_merged_intervals(original: Callable[..., Any], scheduler: Any, **kwargs: Any) -> Any:
    """Scheduler.run_merged_intervals: tell what failed, for plans and runs alike."""
    try:
        return original(scheduler, **kwargs)
    finally:
        failures.report()
