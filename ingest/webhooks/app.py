"""The receiver: POST /events/<source>, answered with 2xx only when the events are on disk."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ingest.configs import WebhooksSource
from ingest.webhooks.events import Named, lines_of
from ingest.webhooks.inbox import Inbox
from ingest.webhooks.limits import RateLimit
from ingest.webhooks.senders import sender_of
from ingest.webhooks.signatures import is_signed
from ingest.webhooks.writer import is_full

CONTENT_TYPES = ("application/json", "application/ndjson", "application/x-ndjson")
BODY_SECONDS = 30.0
RETRY_SECONDS = 30
TICK_SECONDS = 0.5
# An unread body must not be waited for.
CLOSE = {"Connection": "close"}


class Receiver:
    """One source: who may send to it, how much, and where it goes."""

    def __init__(self, config: WebhooksSource, inbox: Inbox) -> None:
        self.inbox = inbox
        self._config = config
        self._sender = sender_of(config)
        self._limit = RateLimit(config.rate_limit)

    async def receive(self, request: Request) -> int:
        """Store the events of a delivery; gives their number.

        Raises:
            HTTPException: If it is refused; then the sender may send it again.
        """
        self._check_rate(request)
        _check_content_type(request)
        body = await self._body(request)
        self._check_signature(request, body)
        try:
            lines = lines_of(body, self._sender, self._named(request), datetime.now(UTC))
        except ValueError as error:
            raise HTTPException(400, f"not the JSON of events: {error}") from None
        if lines:
            await self._store(b"".join(lines))
        return len(lines)

    async def _store(self, data: bytes) -> None:
        try:
            await self.inbox.append(data)
        except OSError as error:
            reason = "the disk is full" if is_full(error) else "the events cannot be written"
            raise HTTPException(
                503, f"{reason}; send again later", {"Retry-After": str(RETRY_SECONDS)}
            ) from error

    def _check_rate(self, request: Request) -> None:
        client = request.client.host if request.client else ""
        wait = self._limit.wait(client, time.monotonic())
        if wait:
            headers = {"Retry-After": str(math.ceil(wait)), **CLOSE}
            raise HTTPException(429, "too many requests", headers)

    async def _body(self, request: Request) -> bytes:
        limit = self._config.max_body_bytes
        announced = request.headers.get("content-length", "")
        too_large = HTTPException(413, f"more than {limit} bytes", CLOSE)
        if announced.isdigit() and int(announced) > limit:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > limit:
                        raise too_large
        except TimeoutError:
            raise HTTPException(408, "the body takes too long", CLOSE) from None
        except ClientDisconnect:
            raise HTTPException(400, "the body is not complete", CLOSE) from None
        return bytes(body)

    def _check_signature(self, request: Request, body: bytes) -> None:
        given = request.headers.get(self._sender.signature_header)
        if not given:
            raise HTTPException(401, f"the header {self._sender.signature_header} is missing")
        secret = self._config.secret.get_secret_value()
        tolerance = self._config.tolerance_seconds
        if not is_signed(self._sender.scheme, given, body, secret, time.time(), tolerance):
            raise HTTPException(401, "the signature is wrong or too old")

    def _named(self, request: Request) -> Named:
        headers = self._sender.type_header, self._sender.id_header
        return Named(*(request.headers.get(name) or None if name else None for name in headers))


def build_app(receivers: Mapping[str, Receiver]) -> Starlette:
    """The ASGI app of these receivers by name of their source."""

    async def events(request: Request) -> JSONResponse:
        receiver = receivers.get(request.path_params["source"])
        if receiver is None:
            raise HTTPException(404, "no such source", CLOSE)
        return JSONResponse({"accepted": await receiver.receive(request)})

    async def healthz(_: Request) -> JSONResponse:
        ill = [name for name, receiver in receivers.items() if not receiver.inbox.is_well]
        status = f"cannot write: {', '.join(ill)}" if ill else "ok"
        return JSONResponse({"status": status}, 503 if ill else 200)

    return Starlette(
        routes=[
            Route("/events/{source}", events, methods=["POST"]),
            Route("/healthz", healthz, methods=["GET"]),
        ],
        exception_handlers={HTTPException: _refused},
        lifespan=_lifespan([receiver.inbox for receiver in receivers.values()]),
    )


def _lifespan(
    inboxes: list[Inbox],
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(_tick(inboxes))
        try:
            yield
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
            for inbox in inboxes:
                await inbox.close()

    return lifespan


async def _tick(inboxes: list[Inbox]) -> None:
    while True:
        await asyncio.sleep(TICK_SECONDS)
        for inbox in inboxes:
            with suppress(OSError):
                await inbox.tick()


async def _refused(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def _check_content_type(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_known = kind in CONTENT_TYPES or (kind.startswith("application/") and kind.endswith("+json"))
    if not is_known or request.headers.get("content-encoding", "identity") != "identity":
        raise HTTPException(415, f"send one of {', '.join(CONTENT_TYPES)}, not compressed", CLOSE)
