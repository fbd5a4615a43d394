"""The command `patron monitor`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from patron import console
from patron.options import EXECUTION_TIME, JSON

if TYPE_CHECKING:
    from operate.monitor.watch import Report


@click.command(epilog="Example: patron monitor    |    patron monitor --strict --json")
@click.option("--strict", is_flag=True, help="End with 1 when there are only warnings.")
@EXECUTION_TIME
@JSON
@click.pass_context
def monitor(ctx: click.Context, execution_time: str | None, *, strict: bool, as_json: bool) -> None:
    """Check data, runs, numbers and the machine, and tell people what is wrong.

    Whom, says alerts.yaml. Exit code 0 healthy, 1 only warnings (with --strict), 2 critical.
    Works while another process writes; what cannot be seen then is not measured.
    """
    from operate.monitor.show import watch_and_show

    shop = ctx.obj()
    moment = datetime.fromisoformat(execution_time) if execution_time else None
    report = watch_and_show(shop, moment)
    if as_json:
        console.emit_json(as_document(report))
    else:
        _print(report)
    ctx.exit(report.exit_code(strict=strict))


def as_document(report: Report) -> dict[str, object]:
    """A report as plain values."""
    return {
        "checked_at": report.checked_at,
        "checks": [check.as_dict() for check in report.checks],
        "events": [
            {"event": one.event, "alert_key": one.alert["alert_key"]} for one in report.events
        ],
        "open_alerts": list(report.open_alerts),
        "undelivered": report.undelivered,
    }


def _print(report: Report) -> None:
    order = ["critical", "warning", "not measured", "healthy"]
    checks = sorted(report.checks, key=lambda check: order.index(check.state))
    console.print_table(
        "",
        ("state", "check", "about", "what", "evidence", "owner"),
        [
            (check.state, check.kind, check.subject, check.title, check.detail, check.owner)
            for check in checks
        ],
    )
    for alert in report.open_alerts:
        if alert["advice"]:
            click.echo(f"{alert['title']}: {alert['advice']}")
