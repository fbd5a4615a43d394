"""The wrappers around one batch of a model: BEGIN, evaluate, audit, record, COMMIT or ROLLBACK."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp
from sqlmesh.utils.date import make_inclusive, to_datetime
from sqlmesh.utils.errors import PythonModelEvalError

from operate import few_rows, findings, session
from operate.record import FAILED, SUCCEEDED, AuditOutcome, Batch, Failure, Run, store_batch

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

Original = Callable[..., Any]

PERSONAL_SCHEMAS = ("raw", "staging")
STORED_WORDS = 7
_UNQUOTED = re.compile(r"[\"'`(\d]")


def evaluate(original: Original, scheduler: Any, *args: Any, **kwargs: Any) -> Any:
    """Scheduler.evaluate: the batch in one transaction; its interval is recorded after COMMIT."""
    batch = _batch(kwargs)
    adapter = scheduler.snapshot_evaluator.adapter
    with few_rows.planned_for_batch(adapter, kwargs["snapshot"], batch):
        return _evaluate(original, scheduler, batch, *args, **kwargs)


def _evaluate(original: Original, scheduler: Any, batch: Batch, *args: Any, **kwargs: Any) -> Any:
    run = session.active()
    adapter = scheduler.snapshot_evaluator.adapter
    run.batch = batch
    adapter.cursor.execute("BEGIN TRANSACTION")
    batch.in_transaction = True
    try:
        result = original(scheduler, *args, **kwargs)
    except BaseException as error:
        _fail(adapter.cursor, run, batch, error)
        raise
    finally:
        run.batch = None
    return result


def audit_snapshot(original: Original, scheduler: Any, *args: Any, **kwargs: Any) -> Any:
    """Scheduler._audit_snapshot: after the last audit of a batch, record it and COMMIT."""
    run = session.active()
    cursor = scheduler.snapshot_evaluator.adapter.cursor
    if run.batch is None:
        return _audit_only(original, scheduler, run, *args, **kwargs)
    results = original(scheduler, *args, **kwargs)
    if kwargs["snapshot"].is_model and kwargs["snapshot"].model.kind.is_materialized:
        run.batch.row_count = run.batch.rows_checked
    store_batch(cursor, run, run.batch, SUCCEEDED)
    cursor.execute("COMMIT")
    run.batch.in_transaction = False
    _note_success(run, run.batch)
    return results


def audit(original: Original, evaluator: Any, *args: Any, **kwargs: Any) -> Any:
    """SnapshotEvaluator.audit: keep the results, and look at offending rows before they vanish."""
    results = original(evaluator, *args, **kwargs)
    run = session.current()
    if run is not None and run.batch is not None:
        snapshot = kwargs["snapshot"]
        cursor = evaluator.adapter.cursor
        run.batch.audits = findings.outcomes(cursor, snapshot.model_or_none, results)
        run.batch.rows_checked = _rows_checked(evaluator.adapter, run.batch, kwargs)
    return results


def create_snapshot(original: Original, evaluator: Any, *args: Any, **kwargs: Any) -> Any:
    """SnapshotEvaluator.create_snapshot: a table that cannot be created is a failure of the run."""
    try:
        return original(evaluator, *args, **kwargs)
    except BaseException as error:
        run = session.active()
        snapshot = kwargs["snapshot"]
        _note_failure(
            evaluator.adapter.cursor, run, Batch(_name(snapshot), None, None, None), error
        )
        raise


def execute_create(original: Callable[..., Any], evaluator: Any, **kwargs: Any) -> None:
    """SnapshotEvaluator._execute_create: remember which tables of production are new."""
    original(evaluator, **kwargs)
    run = session.current()
    if run is not None and kwargs["table_name"] == kwargs["snapshot"].table_name():
        run.created.add(kwargs["table_name"])


def migrate_snapshot(
    original: Callable[..., Any], evaluator: Any, snapshot: Snapshot, *args: Any
) -> None:
    """SnapshotEvaluator._migrate_snapshot: a table made by this very plan is as it should be."""
    if snapshot.table_name() not in session.active().created:
        original(evaluator, snapshot, *args)


def _audit_only(original: Original, scheduler: Any, run: Run, *args: Any, **kwargs: Any) -> Any:
    """Audits without a write, for a model whose audits changed and whose rows did not."""
    cursor = scheduler.snapshot_evaluator.adapter.cursor
    batch = run.batch = _batch(kwargs, writes=False)
    try:
        results = original(scheduler, *args, **kwargs)
    except BaseException as error:
        _note_failure(cursor, run, batch, error)
        raise
    finally:
        run.batch = None
    store_batch(cursor, run, batch, SUCCEEDED)
    _note_success(run, batch)
    return results


def _batch(kwargs: dict[str, Any], *, writes: bool = True) -> Batch:
    snapshot: Snapshot = kwargs["snapshot"]
    deployable = kwargs["deployability_index"].is_deployable(snapshot)
    stored = snapshot.is_model and not snapshot.is_symbolic
    return Batch(
        model=_name(snapshot),
        physical_table=snapshot.table_name(is_deployable=deployable) if stored else None,
        interval_start=_timestamp(kwargs["start"]),
        interval_end=_timestamp(kwargs["end"]),
        writes=writes,
    )


def _fail(cursor: Any, run: Run, batch: Batch, error: BaseException) -> None:
    """Undo the batch, then record the failure in a transaction of its own."""
    if not batch.in_transaction:
        run.failures.append(Failure(batch.model, (), message(error)))
        return
    with suppress(duckdb.Error):
        cursor.execute("ROLLBACK")
    batch.in_transaction = False
    _note_failure(cursor, run, batch, error)


def _note_failure(cursor: Any, run: Run, batch: Batch, error: BaseException) -> None:
    failure = Failure(batch.model, tuple(batch.audits), message(error))
    run.failures.append(failure)
    text = "; ".join(audit.audit for audit in batch.audits if audit.stopped_the_model)
    with suppress(duckdb.Error):
        cursor.execute("BEGIN TRANSACTION")
        stored = f"audits: {text}" if text else stored_error(batch.model, error)
        store_batch(cursor, run, batch, FAILED, stored)
        cursor.execute("COMMIT")


def _note_success(run: Run, batch: Batch) -> None:
    found: list[AuditOutcome] = [audit for audit in batch.audits if audit.failed_rows]
    run.warnings.extend((batch.model, audit) for audit in found)
    if batch.writes and batch.physical_table is not None:
        run.written.append(batch.model)


def message(error: BaseException) -> str:
    """The sentence that says what went wrong, without SQLMesh's frames around it."""
    if isinstance(error, PythonModelEvalError) and error.__context__ is not None:
        # SQLMesh's text is the model's code with a line marked.
        return f"{type(error.__context__).__name__}: {message(error.__context__)}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("File ", "Traceback", "^", "LINE "))]
    return (telling or [type(error).__name__])[-1 if "Traceback" in str(error) else 0]


def stored_error(model: str, error: BaseException) -> str:
    """What the run record keeps of an error; readers of the published copy see it.

    A database quotes values in its messages, and those of raw and staging rows may be personal.
    """
    text = message(error)
    if model.split(".", maxsplit=1)[0] not in PERSONAL_SCHEMAS:
        return text
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    words = _UNQUOTED.split(text, maxsplit=1)[0].split()[:STORED_WORDS]
    return f"{type(cause).__name__}: {' '.join(words)}"


def _rows_checked(adapter: Any, batch: Batch, kwargs: dict[str, Any]) -> int | None:
    """The rows of the batch's interval, or of the whole table where it is rewritten whole.

    Those of a view that joins are only counted where an audit found something, because counting
    them costs as much as an audit.
    """
    snapshot: Snapshot = kwargs["snapshot"]
    if not snapshot.is_model or not _is_counted(snapshot, batch):
        return None
    table = exp.to_table(batch.physical_table or batch.model, dialect="duckdb")
    query = exp.select("COUNT(*)").from_(table)
    model = snapshot.model
    if model.time_column:
        low, high = (
            model.convert_to_time_column(moment)
            for moment in make_inclusive(kwargs["start"], kwargs["end"], adapter.dialect)
        )
        query = query.where(exp.Between(this=model.time_column.column.copy(), low=low, high=high))
    row = adapter.cursor.execute(query.sql(dialect="duckdb", identify=True)).fetchone()
    return int(row[0]) if row else None


def _is_counted(snapshot: Snapshot, batch: Batch) -> bool:
    kind = snapshot.model.kind
    if kind.is_materialized or (kind.is_external and batch.audits):
        return True
    found = any(audit.failed_rows for audit in batch.audits)
    plain = snapshot.model.is_sql and snapshot.model.query.find(exp.Join) is None
    return bool(kind.is_view and batch.audits and (plain or found))


def _name(snapshot: Snapshot) -> str:
    """The model's name without its catalog."""
    parts = exp.to_table(snapshot.name, dialect="duckdb").parts
    return ".".join(part.name for part in parts[-2:])


def _timestamp(moment: Any) -> datetime | None:
    if moment is None:
        return None
    found: datetime = to_datetime(moment)
    return found.astimezone(UTC).replace(tzinfo=None)
