"""The command `patron train`: training by `ml`, then scoring with what became champion."""

from __future__ import annotations

from typing import Any

import click

from ml.cli import train as training
from patron import console
from patron.lock import writer_lock


def _train_and_score(ctx: click.Context, /, *, score: bool, **options: Any) -> None:
    from operate import scoring

    shop = ctx.obj()
    ctx.invoke(training, **options)
    if not score or not scoring.is_due(shop):
        return
    console.say("scoring with the new champions")
    with writer_lock(shop, "patron train", float(options.get("wait_seconds") or 0)):
        result = scoring.score(shop)
    console.say(f"scored: {len(result.models)} models built, published")


train = click.Command(
    name="train",
    help=training.help,
    epilog=training.epilog,
    short_help=training.short_help,
    params=[
        *training.params,
        click.Option(
            ["--score/--no-score"],
            default=True,
            show_default=True,
            help="Score the customers with a new champion at once.",
        ),
    ],
    callback=click.pass_context(_train_and_score),
)
