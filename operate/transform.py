"""Building the models from Python: what `patron run` and scoring call instead of the stock command.

The same hooks run as with `sqlmesh plan` and `sqlmesh run`; here a failure is a PatronError.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from operate import applied, failures, guard, session
from operate.console import CalmConsole
from operate.record import AuditOutcome
from operate.session import PRODUCTION
from patron.errors import BusyError, PatronError
from patron.lock import writer_lock
from patron.shop import Shop
from patron.warehouse import first_line, is_lock_error

MESSAGE_LINES = 6


@dataclass(frozen=True)
class TransformResult:
    """What a plan or run did.

    Attributes:
        models: The models that were written.
        warnings: Audits that found something and do not block, with their model.
        unapplied_changes: The project's files differ from production and were not applied.
        plan_id: The plan that production is made by, where it was asked for.
    """

    models: tuple[str, ...]
    warnings: tuple[tuple[str, AuditOutcome], ...] = ()
    unapplied_changes: bool = False
    plan_id: str = ""


def run_prod(
    shop: Shop, execution_time: str | None = None, *, apply_changes: bool = False
) -> TransformResult:
    """Bring production up to date: plan it the first time, then run what is due.

    A plan that was killed while it changed production is planned again.

    Args:
        shop: Whose models.
        execution_time: The moment to pretend it is, for simulated days.
        apply_changes: Apply changes of the project's files to production.

    Raises:
        PatronError: If a model or audit fails; its rows are as they were.
    """
    with open_context(shop) as context:
        plan_id, files = _plan_id(context), applied.digest(shop.project)
        if plan_id and applied.is_known(shop, plan_id, files):
            return replace(run_due(context, execution_time), plan_id=plan_id)
        with explained():
            context.load()
        changed = bool(plan_id and context.diff(PRODUCTION))
        planned = TransformResult(())
        if not plan_id or (changed and apply_changes):
            planned = _plan(context, execution_time=execution_time)
            changed = False
        ran = run_due(context, execution_time)
        plan_id = _plan_id(context)
        if not changed:
            applied.remember(shop, plan_id, files)
        return TransformResult(
            models=tuple(dict.fromkeys((*planned.models, *ran.models))),
            warnings=(*planned.warnings, *ran.warnings),
            unapplied_changes=changed,
            plan_id=plan_id,
        )


def _plan_id(context: Any) -> str:
    """The plan that production was made by; empty where there is none that was finished."""
    environment = context.state_reader.get_environment(PRODUCTION)
    ready = environment is not None and environment.finalized_ts is not None
    return str(environment.plan_id) if ready else ""


def run_due(
    context: Any, execution_time: str | None, models: Sequence[str] | None = None
) -> TransformResult:
    """Build what is due or missing in production.

    Args:
        context: SQLMesh on a shop.
        execution_time: The moment to pretend it is.
        models: Only these, by name or pattern.

    Raises:
        PatronError: If a model or audit fails; its rows are as they were.
    """
    session.clear()
    with explained():
        status = context.run(
            PRODUCTION,
            execution_time=execution_time,
            select_models=models,
            no_auto_upstream=models is not None,
        )
    if status.is_failure:
        raise _failure(None)
    return _done()


def ask(shop: Shop, query: str) -> list[tuple[Any, ...]]:
    """Ask the warehouse through SQLMesh's own connection, inside a process that writes."""
    with open_context(shop) as context:
        rows: list[tuple[Any, ...]] = context.engine_adapter.fetchall(query)
        return rows


@contextmanager
def open_context(shop: Shop) -> Iterator[Any]:
    """SQLMesh on a shop, alone, as it was planned; `load` reads the project's files."""
    from sqlmesh import Context
    from sqlmesh.core.console import set_console

    shop.activate()
    guard.install()
    session.clear()
    # Without a handler Python prints warnings; ours are in the run record.
    logging.getLogger().addHandler(logging.NullHandler())
    set_console(CalmConsole())
    with writer_lock(shop, "patron"), failures.muted():
        with explained():
            context = Context(paths=[str(shop.project)], load=False, loader=_loader())
        try:
            yield context
        finally:
            session.unlock()
            context.close()
            context.engine_adapter.close()


def _loader() -> type[Any]:
    """Reads the project without its unit tests: no plan here runs them, and they take as long."""
    from sqlmesh.core.loader import SqlMeshLoader

    class LoaderWithoutTests(SqlMeshLoader):  # type: ignore[misc]
        def load_model_tests(self) -> list[Any]:
            return []

    return LoaderWithoutTests


def _plan(context: Any, **options: Any) -> TransformResult:
    session.clear()
    with explained():
        context.plan(
            PRODUCTION,
            auto_apply=True,
            no_prompts=True,
            skip_tests=True,
            skip_linter=True,
            **{name: value for name, value in options.items() if value is not None},
        )
    return _done()


def _done() -> TransformResult:
    run = session.current()
    if run is None:
        return TransformResult(())
    return TransformResult(tuple(dict.fromkeys(run.written)), tuple(run.warnings))


@contextmanager
def explained() -> Iterator[None]:
    """Turn SQLMesh's and DuckDB's exceptions into errors for people."""
    from sqlmesh.utils.errors import SQLMeshError

    try:
        yield
    except duckdb.IOException as error:
        if is_lock_error(error):
            raise BusyError(
                "the warehouse is open in another program",
                where=first_line(error),
                remedy="close it, or call again with --wait SECONDS",
            ) from error
        raise _failure(error) from error
    except (SQLMeshError, duckdb.Error) as error:
        raise _failure(error) from error


def _failure(error: Exception | None) -> PatronError:
    run = session.current()
    if run and run.failures:
        return failures.as_error(run.failures)
    told = _told(error)
    if told is not None:
        return told
    return PatronError(
        "the models cannot be built",
        where=_first_lines(error) if error else None,
        remedy="'sqlmesh plan dev' shows the whole message",
    )


def _first_lines(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return "\n".join(lines[:MESSAGE_LINES])


def _told(error: BaseException | None) -> PatronError | None:
    """Our own error inside those that SQLMesh wrapped around it."""
    while error is not None and not isinstance(error, PatronError):
        error = error.__cause__ or error.__context__
    return error
