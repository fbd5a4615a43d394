"""The command `patron contracts`: what marts promise, what a change breaks, and releases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patron.console import emit_json, print_table, say
from patron.errors import EXIT_FAILED, UsageError
from patron.options import JSON

if TYPE_CHECKING:
    from operate.contracts.check import Verdict
    from patron.contracts import Contract

TABLES = click.argument("tables", nargs=-1, metavar="[MART]...")


@click.group(invoke_without_command=True, epilog="Example: patron contracts check")
@click.pass_context
def contracts(ctx: click.Context) -> None:
    """Show what marts promise to their readers, and see that no change breaks it unannounced.

    The promises stand in contracts/, the last released ones in contracts/released/.
    """
    if not ctx.invoked_subcommand:
        ctx.invoke(list_contracts)


@contracts.command("list", epilog="Example: patron contracts list --json")
@JSON
@click.pass_context
def list_contracts(ctx: click.Context, *, as_json: bool = False) -> None:
    """List the contracts, and how each differs from its last release."""
    verdicts = _verdicts(ctx.obj().project, ())
    if as_json:
        emit_json([_summary(verdict) for verdict in verdicts])
        return
    columns = ("mart", "version", "released", "since then", "owner", "columns", "checks", "fresh")
    rows = [
        (
            verdict.contract.model,
            verdict.contract.version,
            verdict.released.version if verdict.released else None,
            verdict.status,
            verdict.contract.owner,
            len(verdict.contract.columns),
            _check_count(verdict.contract),
            str(verdict.contract.freshness),
        )
        for verdict in verdicts
    ]
    print_table("", columns, rows)


@contracts.command("show", epilog="Example: patron contracts show mart_operations")
@click.argument("table", metavar="MART")
@JSON
@click.pass_context
def show_contract(ctx: click.Context, table: str, *, as_json: bool) -> None:
    """Show what a mart promises, to whom, and who reads it."""
    from patron.contract_tables import described

    (verdict,) = _verdicts(ctx.obj().project, (table,))
    contract = verdict.contract
    if as_json:
        emit_json(_summary(verdict) | {"promises": contract.model_dump(mode="json")})
        return
    print_table(contract.model, ("promise", "what"), _promises(verdict))
    rows = [(name, described(column)) for name, column in contract.columns.items()]
    print_table("", ("column", "promised"), rows)


@contracts.command("check", epilog="Example: patron contracts check mart_operations")
@TABLES
@JSON
@click.pass_context
def check(ctx: click.Context, tables: tuple[str, ...], *, as_json: bool) -> int:
    """Compare contracts with their last release: 1 where a change was not announced.

    A column that goes, a type that narrows, a check that loosens or data that come later break
    readers: the major version has to be raised, and a notice given as long ahead as was promised.
    """
    verdicts = _verdicts(ctx.obj().project, tables)
    failed = [verdict for verdict in verdicts if verdict.problems]
    if as_json:
        emit_json([_summary(verdict) for verdict in verdicts])
    else:
        for verdict in verdicts:
            _print_verdict(verdict)
        changed = sum(verdict.status != "unchanged" for verdict in verdicts)
        counts = f"{len(verdicts)} contracts, {changed} changed since their release"
        say(f"{counts}, {len(failed)} not in order")
    return EXIT_FAILED if failed else 0


@contracts.command("release", epilog="Example: patron contracts release mart_operations")
@TABLES
@JSON
@click.pass_context
def release(ctx: click.Context, tables: tuple[str, ...], *, as_json: bool) -> None:
    """Keep contracts as they stand as what is promised from now on.

    A change that was announced for a later day is refused until then.
    """
    from operate.contracts.release import release as keep

    project = ctx.obj().project
    kept = keep(project, _verdicts(project, tables), _today())
    if as_json:
        emit_json({"released": kept})
        return
    for line in kept:
        say(f"released {line}")
    if not kept:
        say("nothing changed since the last release")


def _verdicts(project: Path, tables: tuple[str, ...]) -> list[Verdict]:
    from operate.contracts.check import check_contracts
    from patron.names import suggestion

    found = {verdict.contract.table: verdict for verdict in check_contracts(project, _today())}
    wanted = [table.rpartition(".")[2] for table in tables] or list(found)
    for table in wanted:
        if table not in found:
            raise UsageError(f"there is no contract of '{table}'", remedy=suggestion(table, found))
    return [found[table] for table in wanted]


def _today() -> date:
    return datetime.now(UTC).date()


def _print_verdict(verdict: Verdict) -> None:
    contract, released = verdict.contract, verdict.released
    if verdict.status == "unchanged" and not verdict.problems and not verdict.warnings:
        return
    before = f"{released.version} -> " if released else ""
    click.echo(f"{contract.model} {before}{contract.version}: {verdict.status}")
    for change in verdict.changes:
        click.echo(f"  {'breaks' if change.is_breaking else 'change'}  {change}")
    if verdict.is_breaking:
        for reader in verdict.affected:
            click.echo(f"  read by {reader}")
    if verdict.is_breaking and contract.notice and not verdict.problems:
        click.echo(f"  notice  {contract.notice.date}, given {contract.notice.given}")
    for problem in verdict.problems:
        click.echo(f"  problem {problem}")
    for warning in verdict.warnings:
        click.echo(f"  warning {warning}")


def _summary(verdict: Verdict) -> dict[str, Any]:
    contract, notice = verdict.contract, verdict.contract.notice
    return {
        "model": contract.model,
        "version": contract.version,
        "released_version": verdict.released.version if verdict.released else None,
        "status": verdict.status,
        "owner": contract.owner,
        "notice_date": notice.date if notice else None,
        "changes": [
            {"about": c.about, "column": c.column, "text": c.text, "is_breaking": c.is_breaking}
            for c in verdict.changes
        ],
        "consumers": [str(consumer) for consumer in verdict.consumers],
        "problems": verdict.problems,
        "warnings": verdict.warnings,
    }


def _promises(verdict: Verdict) -> list[tuple[str, str]]:
    from patron.contract_audits import audits

    contract = verdict.contract
    released = verdict.released
    days = contract.notice_days
    rows = [
        ("version", f"{contract.version} ({verdict.status})"),
        ("released", f"{released.version} on {released.released}" if released else "not yet"),
        ("owner", contract.owner),
        ("stakeholders", ", ".join(contract.stakeholders)),
        ("one row per", ", ".join(contract.grain)),
        ("freshness", str(contract.freshness)),
        ("accuracy", f"{contract.accuracy.statement} ({contract.accuracy})"),
        ("availability", str(contract.availability)),
        ("notice", f"{days.breaking} days before breaking, {days.other} before other changes"),
        ("deprecated", str(contract.deprecated or "")),
        ("read by", "\n".join(map(str, verdict.consumers))),
        ("audits", "\n".join(map(str, audits(contract)))),
    ]
    return [(name, text) for name, text in rows if text]


def _check_count(contract: Contract) -> int:
    from patron.contract_audits import audits

    return len(audits(contract))
