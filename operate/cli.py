"""The commands `patron run` and `patron status`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from patron import console
from patron.options import EXECUTION_TIME, JSON, WAIT

if TYPE_CHECKING:
    from operate.cycle import CycleResult, StepResult

STEP_NAMES = ("ingest", "transform", "reconcile", "train", "score", "report", "monitor")


@click.command(
    epilog="Example: patron run    |    every night: patron run --wait 3600    |"
    "    only the pages: patron run --only report"
)
@click.option("--only", multiple=True, type=click.Choice(STEP_NAMES), help="Do only this step.")
@click.option("--skip", multiple=True, type=click.Choice(STEP_NAMES), help="Leave this step out.")
@click.option(
    "--apply",
    "apply_changes",
    is_flag=True,
    help="Apply changes of the project's files to production.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="After a good cycle, end as 'patron monitor' does: 2 when an alert is critical.",
)
@WAIT
@EXECUTION_TIME
@JSON
@click.pass_context
def run(
    ctx: click.Context,
    /,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    *,
    apply_changes: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Run the whole cycle: ingest, models, late data, training, scores, reports, monitor.

    Each step is skipped when nothing is due. The cycle stops where it fails, and the monitor tells
    whom it concerns; running it again is safe and takes up where it stopped.
    """
    from operate.cycle import run_cycle
    from operate.forget_hints import erasure_hints
    from operate.steps import Request

    request = Request(ctx.obj(), options["execution_time"], apply_changes, frozenset(only))
    steps = [name for name in (only or STEP_NAMES) if name not in skip]
    result = run_cycle(request, steps, options["wait_seconds"], _tell)
    _summarise(result, as_json=as_json)
    for hint in erasure_hints(request.shop):
        console.say(hint)
    if result.error:
        raise result.error
    if options["strict"] and result.report:
        ctx.exit(result.report.exit_code(strict=False))


@click.command(epilog="Example: patron status    |    patron status --json")
@JSON
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Show what is loaded, built, trained and published.

    Works while another process is writing: then it shows the published state.
    """
    from operate.status import print_status, read_status

    found = read_status(ctx.obj())
    if as_json:
        console.emit_json(found)
    else:
        print_status(found)


def _tell(line: StepResult) -> None:
    console.say(f"{line.step:<10} {line.outcome:<8} {line.seconds:>7.1f} s  {line.detail}")


def _summarise(result: CycleResult, *, as_json: bool) -> None:
    if as_json:
        document: dict[str, Any] = {
            "steps": [line.as_dict() for line in result.steps],
            "report": result.page,
            "error": str(result.error) if result.error else None,
        }
        console.emit_json(document)
        return
    if sys.stdout.isatty():
        # In a log or a pipe the line of each step is enough.
        console.print_table(
            "",
            ("step", "outcome", "seconds", "what"),
            [(line.step, line.outcome, line.seconds, line.detail) for line in result.steps],
        )
    if result.page and not result.error:
        click.echo(f"Report: {result.page}")
