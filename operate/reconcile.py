"""Reconciling: find what is not as a build from scratch would make it, and build that again.

Rows that come late, corrections of old rows, deletions and erasures reach days that no run looks at
any more. Here every table that reads raw is compared with its own query, day by day. The days that
differ are taken out of SQLMesh's state together with all that depends on them, in one step, and an
ordinary run builds them again: after a kill the next plain `sqlmesh run` finishes the work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ingest import raw
from operate import reconcile_ledger as ledger
from operate import record, restatement, transform
from operate.reconcile_assess import DIFFERS, LOADED, Assessment, Stale, assess
from operate.reconcile_models import (
    Production,
    intervals_of,
    is_by_day,
    is_whole,
    latest_interval,
    load_production,
)
from operate.reconcile_touched import Touched
from operate.record import AuditOutcome, now
from operate.restatement import Intervals
from patron.errors import PatronError
from patron.shop import Shop
from patron.warehouse import connect

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

MAX_ROUNDS = 6
_LATE = {DIFFERS, LOADED}
Watch = Callable[[str, int, int], None]


@dataclass(frozen=True)
class ReconcileResult:
    """What reconciling found and did.

    Attributes:
        stale: What was not as a build from scratch would make it, parents first.
        models: The models that were built.
        warnings: Audits that found something and do not block, with their model.
        is_compared: False where nothing had happened since the last time, or nothing is built yet.
    """

    stale: tuple[Stale, ...] = ()
    models: tuple[str, ...] = ()
    warnings: tuple[tuple[str, AuditOutcome], ...] = ()
    is_compared: bool = True

    @property
    def days(self) -> int:
        """On how many days a table differed from its query."""
        return len({day for one in self.stale if one.reason in _LATE for day in one.days})


def reconcile(
    shop: Shop,
    execution_time: str | None = None,
    *,
    only_if_changed: bool = False,
    watch: Watch | None = None,
) -> ReconcileResult:
    """Make production equal to a build from scratch, and publish it.

    Args:
        shop: Whose models.
        execution_time: The moment to pretend it is, for simulated days.
        only_if_changed: Do nothing when nothing was loaded, built or planned since the last time,
            and leave what is built weekly to its schedule.
        watch: Called before each table with its name, its number and the number of tables.

    Raises:
        PatronError: If a model or audit fails; its rows are as they were, and the next run tries
            again.
    """
    with transform.open_context(shop) as context:
        production = _production(context, execution_time)
        cursor = context.engine_adapter.cursor
        if production is None:
            return ReconcileResult(is_compared=False)
        _prepare(cursor)
        if only_if_changed and ledger.is_unchanged(cursor, production):
            return ReconcileResult(is_compared=False)
        is_raw_known = only_if_changed and ledger.is_raw_unchanged(cursor, production)
        return _until_nothing_is_stale(
            context, production, watch, is_raw_known=is_raw_known, is_daily_only=only_if_changed
        )


def mark(shop: Shop, execution_time: str | None = None) -> ReconcileResult:
    """Find what loads made stale since the last time, and mark it as missing for the next run.

    Before a run this saves building twice, and lets the run pass where a parent was deleted whose
    children would stay. Where everything was built after the load before, only the rows that were
    loaded since are followed; otherwise, and once a week, raw is compared. `remember_built` says
    that the run has succeeded.
    """
    with transform.open_context(shop) as context:
        production = _production(context, execution_time)
        cursor = context.engine_adapter.cursor
        if production is None:
            return ReconcileResult(is_compared=False)
        _prepare(cursor)
        if ledger.is_raw_unchanged(cursor, production):
            return ReconcileResult(is_compared=False)
        load = ledger.built_load(cursor, production)
        adapter = context.engine_adapter
        with transform.explained():
            found = assess(
                adapter,
                production,
                is_before_run=True,
                is_daily_only=True,
                touched=Touched(adapter, production, load) if load else None,
            )
        _forget(context, production, _days(found))
        if load is None:
            ledger.remember_compared(cursor)
        ledger.remember_raw(cursor, production)
        return ReconcileResult(found.stale)


def remember_built(shop: Shop, plan_id: str) -> None:
    """Note that what `mark` found and what was due is built, under the same writer lock."""
    with connect(shop.warehouse) as connection:
        ledger.remember_built(connection, plan_id)


def check(
    shop: Shop, execution_time: str | None = None, *, watch: Watch | None = None
) -> ReconcileResult:
    """Find what is stale, and leave it so.

    What is only made from something stale is listed too, without days where these are not known
    before it is built.
    """
    with transform.open_context(shop) as context:
        production = _production(context, execution_time)
        if production is None:
            return ReconcileResult(is_compared=False)
        _prepare(context.engine_adapter.cursor)
        with transform.explained():
            found = assess(context.engine_adapter, production, watch=watch)
        return ReconcileResult(found.stale)


def rebuild(
    shop: Shop, models: Sequence[str], day: date, execution_time: str | None = None
) -> transform.TransformResult:
    """Build one day of models again, and everything downstream that can be.

    Unlike a restatement this is possible for records such as predictions, and touches no other
    record downstream.

    Raises:
        PatronError: If nothing was built yet, or a model or audit fails.
    """
    with transform.open_context(shop) as context:
        production = load_production(context, execution_time)
        if production is None:
            raise PatronError("the models were never built", remedy="run 'patron run' once")
        named = {production.named(model).name for model in models}
        affected, days = set(named), {}
        for snapshot in production.snapshots.values():
            if not affected.isdisjoint(source.name for source in production.sources(snapshot)):
                affected |= {snapshot.name} if is_by_day(snapshot) or is_whole(snapshot) else set()
            if snapshot.name in affected:
                days[snapshot.name] = [] if is_whole(snapshot) else [day]
        return _forget_and_run(context, production, days)


def _prepare(cursor: Any) -> None:
    raw.ensure_tables(cursor)
    record.ensure_tables(cursor)
    ledger.ensure_tables(cursor)


def _production(context: Any, execution_time: str | None) -> Production | None:
    found = load_production(context, execution_time)
    return found if found and any(is_by_day(one) for one in found.snapshots.values()) else None


def _until_nothing_is_stale(
    context: Any,
    production: Production,
    watch: Watch | None,
    *,
    is_raw_known: bool,
    is_daily_only: bool,
) -> ReconcileResult:
    """Compare and build until a comparison finds nothing: cumulative tables may need a second time.

    Raw is compared once.
    """
    is_raw_compared = not is_raw_known
    stale: list[Stale] = []
    built: list[str] = []
    warnings: list[tuple[str, AuditOutcome]] = []
    for _ in range(MAX_ROUNDS):
        with transform.explained():
            found = assess(
                context.engine_adapter,
                production,
                is_raw_known=is_raw_known,
                is_daily_only=is_daily_only,
                watch=watch,
            )
        if not found.stale:
            cursor = context.engine_adapter.cursor
            ledger.remember(cursor, production, found.made_from, now())
            if is_raw_compared:
                ledger.remember_compared(cursor)
            ledger.remember_built(cursor, production.plan_id)
            return ReconcileResult(
                _merged(stale), tuple(dict.fromkeys(built)), tuple(dict.fromkeys(warnings))
            )
        stale += found.stale
        is_raw_known = True
        result = _forget_and_run(context, production, _days(found))
        built += result.models
        warnings += result.warnings
        production = load_production(context, production.execution_time) or production
    raise PatronError(
        "models differ from their own queries as soon as they are built",
        where=", ".join(one.model for one in found.stale),
        remedy="make their queries give the same rows each time",
    )


def _days(found: Assessment) -> dict[str, list[date]]:
    return {name: list(one.days) for name, one in found.by_name.items()}


def _forget_and_run(
    context: Any, production: Production, days: dict[str, list[date]]
) -> transform.TransformResult:
    """Mark days as missing, and build them and whatever is due."""
    _forget(context, production, days)
    return transform.run_due(context, production.execution_time)


def _forget(context: Any, production: Production, days: dict[str, list[date]]) -> None:
    """Mark days as missing, all or none; tables without days are built whole."""
    missing: dict[Snapshot, Intervals] = {}
    for name, found in days.items():
        snapshot = production.snapshots[name]
        if not snapshot.intervals:
            continue
        missing[snapshot] = (
            [latest_interval(snapshot)] if is_whole(snapshot) else intervals_of(snapshot, found)
        )
    restatement.forget(context.state_sync, missing)


def _merged(stale: list[Stale]) -> tuple[Stale, ...]:
    """One entry per model, of what the rounds found."""
    by_model: dict[str, Stale] = {}
    for one in stale:
        before = by_model.get(one.model)
        by_model[one.model] = before.joined(one) if before else one
    return tuple(by_model.values())
