"""Options that several commands share."""

from __future__ import annotations

import click

WAIT = click.option(
    "--wait",
    "wait_seconds",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait this long for another writer.",
)


def _moment(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a time such as 2026-03-02T06:00") from error


EXECUTION_TIME = click.option(
    "--execution-time",
    metavar="TIME",
    callback=_moment,
    help="The moment to pretend it is, for simulated days: 2026-03-02T06:00.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
