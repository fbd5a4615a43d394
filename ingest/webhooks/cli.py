"""The command `patron ingest serve`."""

from __future__ import annotations

import click

from patron.console import say

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command(epilog="Example: patron ingest serve --port 8700")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8700, show_default=True, help="0: any free."
)
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Only this source.")
@click.option("--behind-proxy", is_flag=True, help="Clients are those that X-Forwarded-For names.")
@click.pass_context
def serve(
    ctx: click.Context, host: str, port: int, sources: tuple[str, ...], *, behind_proxy: bool
) -> None:
    """Receive webhook events until it is stopped.

    An event is acknowledged when it is safely on disk. 'patron ingest' loads what has arrived, also
    while this runs.
    """
    from ingest.webhooks import serve as server

    chosen = server.webhook_sources(ctx.obj(), sources)
    if host not in LOOPBACK:
        say("reachable from other machines, without TLS: see docs/webhooks.md for a proxy")

    def started(url: str) -> None:
        for source in chosen:
            click.echo(f"{source.name}: {url}/events/{source.name}")
        click.echo(f"health: {url}/healthz")

    server.serve(chosen, host, port, behind_proxy=behind_proxy, started=started)
