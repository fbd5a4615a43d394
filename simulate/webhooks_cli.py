"""The command `patron simulate events`."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import click

from patron.console import emit_json, progress, say
from patron.options import JSON
from patron.shop import Shop

SECRET_VARIABLE = "WEBHOOK_SECRET"  # noqa: S105


@click.command(
    epilog="Example: patron simulate events --url http://127.0.0.1:8700/events/shop_events"
)
@click.option("--url", metavar="URL", help="Post them there, signed with $WEBHOOK_SECRET.")
@click.option("--file", "target", metavar="FILE", help="Write them there, one per line.")
@click.option("--stream", "streams", multiple=True, metavar="NAME", help="Only this stream.")
@click.option("--delivery", type=click.IntRange(min=0), help="Its number. Default: the last one.")
@click.option("--size", type=click.IntRange(1), default=100, help="Events per request.")
@click.option("--out", "out_folder", metavar="DIR", help="The shop's files. Default: data/shop.")
@JSON
@click.pass_context
def events(  # noqa: PLR0913
    ctx: click.Context,
    url: str | None,
    target: str | None,
    streams: tuple[str, ...],
    delivery: int | None,
    size: int,
    out_folder: str | None,
    *,
    as_json: bool,
) -> None:
    """Deliver the shop's rows as webhook events.

    Each row of the last delivery becomes {"type": STREAM, "data": ROW}. What the receiver does not
    accept for now is sent again.
    """
    from patron.errors import UsageError
    from simulate import webhooks

    shop: Shop = ctx.obj()
    if (url is None) == (target is None):
        raise UsageError("say where the events go", remedy="give either --url or --file")
    folder = Path(out_folder).expanduser().resolve() if out_folder else shop.data / "shop"
    lines = webhooks.events(folder, delivery, streams)
    count = 0
    if target is not None:
        with Path(target).open("w", encoding="utf-8") as file:
            for line in lines:
                count += file.write(line + "\n") > 0
    else:
        poster = webhooks.Poster(str(url), _secret())
        with closing(poster), progress("posting events") as bar:
            for sent in poster.post(lines, size):
                count += sent
                bar.update(bar.task_ids[0], completed=count)
    if as_json:
        emit_json({"events": count})
    else:
        say(f"{count:,} events")


def _secret() -> str:
    from patron.errors import UsageError

    secret = os.environ.get(SECRET_VARIABLE)
    if not secret:
        raise UsageError(f"{SECRET_VARIABLE} is not set", remedy="export the receiver's secret")
    return secret
