"""Running the receiver: one process, one socket, ended by SIGTERM without losing anything."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable, Sequence
from typing import cast

import uvicorn

from ingest.configs import WebhooksSource
from ingest.sources import load_sources
from ingest.webhooks.app import Receiver, build_app
from ingest.webhooks.inbox import Inbox
from ingest.webhooks.segments import Webhooks, segment_folder
from ingest.webhooks.writer import SegmentWriter
from patron.errors import PatronError, UsageError
from patron.names import suggestion
from patron.shop import Shop

MAX_CONNECTIONS = 1000
STOP_SECONDS = 10


def webhook_sources(shop: Shop, names: Sequence[str]) -> list[Webhooks]:
    """The sources of the shop that receive events, or those of them that are named.

    Raises:
        PatronError: If there is none.
    """
    declared = [
        cast("Webhooks", source)
        for source in load_sources(shop)
        if isinstance(source.config, WebhooksSource)
    ]
    if not declared:
        raise PatronError(
            "no source receives webhooks",
            where=str(shop.sources_file),
            remedy="declare one with 'loader: webhooks'; docs/webhooks.md shows how",
        )
    known = [source.name for source in declared]
    for name in names:
        if name not in known:
            raise UsageError(
                f"no source '{name}' receives webhooks",
                where=str(shop.sources_file),
                remedy=suggestion(name, known),
            )
    return [source for source in declared if not names or source.name in names]


def serve(
    sources: Sequence[Webhooks],
    host: str,
    port: int,
    *,
    behind_proxy: bool,
    started: Callable[[str], None],
) -> None:
    """Receive events until SIGTERM or Ctrl-C; what was begun is finished first.

    Args:
        sources: What to receive.
        host: The address to listen on.
        port: The port; 0 for any that is free.
        behind_proxy: Whether a proxy on this machine says who the client is (X-Forwarded-For).
        started: Called with the URL when it listens.
    """
    listener = _listen(host, port)
    with listener:
        receivers = {
            source.name: Receiver(source.config, Inbox(SegmentWriter(segment_folder(source))))
            for source in sources
        }
        config = uvicorn.Config(
            build_app(receivers),
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=behind_proxy,
            forwarded_allow_ips="127.0.0.1",
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        # uvicorn raises the signal again when it has stopped; that was the end already.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        address = f"[{host}]" if ":" in host else host
        started(f"http://{address}:{listener.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except OSError:
            listener.close()
            raise
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        raise PatronError(
            "the port is in use" if in_use else f"cannot listen there: {error.strerror}",
            where=f"{host}:{port}",
            remedy=f"stop the other program ('ss -ltnp' names it), or use --port {port + 1}"
            if in_use
            else "check --host and --port; ports below 1024 need special rights",
        ) from error
    return listener
