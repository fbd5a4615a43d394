"""The command `patron forget`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from patron import console
from patron.options import EXECUTION_TIME, JSON, WAIT

if TYPE_CHECKING:
    from operate.forget import Forgotten


@click.command(epilog="Example: patron forget C00000042    |    patron forget --requested --yes")
@click.argument("customer_ids", nargs=-1, metavar="[CUSTOMER_ID]...")
@click.option("--requested", is_flag=True, help="Everybody who asked for it: raw.erasure_requests.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@EXECUTION_TIME
@WAIT
@JSON
@click.pass_context
def forget(
    ctx: click.Context,
    customer_ids: tuple[str, ...],
    wait_seconds: float,
    execution_time: str | None,
    *,
    requested: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Erase the personal data of customers everywhere in the shop folder, for good.

    Their orders stay under a pseudonym, so that no total changes. What the sources deliver of them
    later is erased as it arrives. Call it again after an interruption: it goes on where it stopped.
    Exit code 1 if anything is left, which is then listed.
    """
    from operate import forget as work
    from operate.forget_journal import is_unfinished

    shop = ctx.obj()
    unfinished = is_unfinished(shop)
    if not customer_ids and not requested and not unfinished:
        raise click.UsageError("name customers, or --requested")
    asked = work.whom(shop, customer_ids, requested=requested, wait_seconds=wait_seconds)
    if not asked and not unfinished:
        console.say("nobody is waiting to be forgotten")
        return
    _confirm(list(asked), yes=yes)
    with console.progress("erasing") as bar:
        task = bar.task_ids[0]
        done = work.forget(
            shop,
            asked,
            wait_seconds=wait_seconds,
            execution_time=execution_time,
            watch=lambda step: bar.update(task, description=step),
        )
    _show(done, as_json=as_json)
    if done.problem:
        raise done.problem
    if done.left:
        ctx.exit(1)


def _confirm(customer_ids: list[str], *, yes: bool) -> None:
    if yes or not customer_ids:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on, and it cannot be undone: add --yes")
    named = ", ".join(customer_ids[:5]) + (", ..." if len(customer_ids) > 5 else "")
    click.confirm(
        f"Erase the personal data of {len(customer_ids)} ({named})? It cannot be undone.",
        abort=True,
        err=True,
    )


def _show(done: Forgotten, *, as_json: bool) -> None:
    if as_json:
        console.emit_json({**asdict(done), "problem": str(done.problem) if done.problem else None})
        return
    click.echo(
        f"forgotten: {done.customers:,}; rows: {done.rows:,}; files: {done.files:,}; "
        f"models built again: {len(done.models):,}"
    )
    for value, *others in done.shared:
        click.echo(f"kept, because {', '.join(others)} has it too: {value}")
    for place in done.elsewhere:
        click.echo(f"out of reach: {place}")
    for place in done.left:
        click.echo(f"STILL HOLDS A PERSON: {place}")
