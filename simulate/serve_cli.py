"""The command `patron simulate serve`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from patron.console import say
from patron.shop import Shop

TOKEN_VARIABLE = "PATRON_CAMPAIGNS_TOKEN"  # noqa: S105
FAULTS = ("401", "429", "500", "truncated", "dropped", "html", "wrong_shape", "new_column")


@click.command(epilog=f"Example: {TOKEN_VARIABLE}=secret patron simulate serve --port 8810")
@click.option("--port", default=8810, show_default=True, help="On loopback; 0 takes a free one.")
@click.option("--out", "out_folder", metavar="DIR", help="The shop's files. Default: data/shop.")
@click.option("--fault", type=click.Choice(FAULTS), help="Answer as a broken API would.")
@click.option("--times", type=click.IntRange(min=1), help="Just so often. Default: always.")
@click.pass_context
def serve(
    ctx: click.Context, port: int, out_folder: str | None, fault: str | None, times: int | None
) -> None:
    """Serve the shop's campaigns as a paginated REST API, until Ctrl-C.

    The bearer token is what PATRON_CAMPAIGNS_TOKEN says.
    """
    from patron.errors import PatronError, UsageError
    from simulate.serve import CampaignServer

    shop: Shop = ctx.obj()
    token = os.environ.get(TOKEN_VARIABLE)
    if not token:
        raise UsageError(f"{TOKEN_VARIABLE} is not set", remedy="choose a token and export it")
    folder = Path(out_folder).expanduser().resolve() if out_folder else shop.data / "shop"
    if not folder.is_dir():
        raise PatronError(
            "there is no simulated shop", where=str(folder), remedy="run 'patron simulate' first"
        )
    try:
        server = CampaignServer(folder, token, port)
    except OSError as error:
        raise PatronError(
            f"cannot listen: {error.strerror}", where=f"port {port}", remedy="choose another --port"
        ) from error
    server.misbehave(fault, times)
    say(f"campaigns at {server.url}/campaigns; Ctrl-C ends it")
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("ended")
