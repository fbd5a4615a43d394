"""The command `patron reconcile`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from patron import console
from patron.errors import EXIT_FAILED
from patron.lock import writer_lock
from patron.options import EXECUTION_TIME, JSON, WAIT

if TYPE_CHECKING:
    from operate.reconcile import ReconcileResult, Watch


@click.command(epilog="Example: patron reconcile    |    only look: patron reconcile --check")
@click.option("--check", is_flag=True, help="Only say what is stale; exit code 1 if anything is.")
@EXECUTION_TIME
@WAIT
@JSON
@click.pass_context
def reconcile(
    ctx: click.Context,
    check: bool,
    execution_time: str | None,
    wait_seconds: float,
    as_json: bool,
) -> None:
    """Make the models equal to a build from scratch.

    Compares every table with what raw says now, day by day, and builds again exactly the days that
    differ: rows that came late, corrections and deletions of old rows. 'patron run' does it after
    every load.
    """
    from operate import reconcile as reconciling

    shop = ctx.obj()
    with writer_lock(shop, "patron reconcile", wait_seconds), _watched() as watch:
        found = (
            reconciling.check(shop, execution_time, watch=watch)
            if check
            else reconciling.reconcile(shop, execution_time, watch=watch)
        )
    if as_json:
        console.emit_json(_document(found))
    else:
        _print(found, is_done=not check)
    if check and found.stale:
        ctx.exit(EXIT_FAILED)


@contextmanager
def _watched() -> Iterator[Watch]:
    """A progress bar over the tables that are compared."""
    with console.progress("comparing") as bar:

        def watch(model: str, number: int, total: int) -> None:
            bar.update(bar.task_ids[0], description=model, completed=number, total=total)

        yield watch


def _document(found: ReconcileResult) -> dict[str, Any]:
    return {
        "stale": [
            {
                "model": one.model,
                "reason": one.reason,
                "days": list(one.days),
                "rows_stored": one.rows_stored,
                "rows_expected": one.rows_expected,
            }
            for one in found.stale
        ],
        "models_built": list(found.models),
    }


def _print(found: ReconcileResult, *, is_done: bool) -> None:
    if not found.is_compared:
        click.echo("nothing is built yet, 'patron run' builds it")
        return
    if not found.stale:
        click.echo("every table is as a build from scratch would make it")
        return
    console.print_table(
        "Built again" if is_done else "Stale",
        ("model", "why", "days", "first", "last", "rows then", "rows now"),
        [
            (
                one.model,
                one.reason,
                len(one.days) or None,
                one.days[0].isoformat() if one.days else None,
                one.days[-1].isoformat() if one.days else None,
                one.rows_stored,
                one.rows_expected,
            )
            for one in found.stale
        ],
    )
