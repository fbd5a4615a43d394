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
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
