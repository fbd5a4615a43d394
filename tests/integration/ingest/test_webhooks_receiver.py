"""The receiver as senders meet it: what is accepted, what is refused, what a full disk does."""

from __future__ import annotations

import asyncio
import base64
import errno
import hashlib
import hmac
import json
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ingest.configs import WebhooksSource
from ingest.webhooks import app, writer
from ingest.webhooks.app import Receiver, build_app
from ingest.webhooks.inbox import Inbox
from ingest.webhooks.segments import lines_in, list_segments
from ingest.webhooks.writer import SegmentWriter

SECRET = "0123456789abcdef"
JSON = {"Content-Type": "application/json"}
BODY = b'{"type": "order", "id": 1}'


def digest(body: bytes) -> bytes:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).digest()


def signed(body: bytes = BODY, **more: str) -> dict[str, str]:
    return {**JSON, "X-Signature-256": f"sha256={digest(body).hex()}", **more}


class Shop:
    """The receiver of one source called `shop`, without a socket."""

    def __init__(self, folder: Path, **keys: object) -> None:
        self.folder = folder
        self.config = WebhooksSource.model_validate({"secret": SECRET, "streams": {}, **keys})
        self.writer = SegmentWriter(folder)
        self.inbox = Inbox(self.writer)

    def post(self, *requests: tuple[bytes, dict[str, str]], path: str = "/events/shop"):
        """Send all requests at once; gives the answers."""

        async def send():
            receiving = build_app({"shop": Receiver(self.config, self.inbox)})
            transport = httpx.ASGITransport(receiving, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                posts = (client.post(path, content=body, headers=head) for body, head in requests)
                answers = await asyncio.gather(*posts)
                return [*answers, await client.get("/healthz")]

        *answers, self.health = asyncio.run(send())
        return answers

    @property
    def events(self) -> list[dict]:
        lines = [
            line for path in list_segments(self.folder) for line in lines_in(path, is_closed=False)
        ]
        return [json.loads(line) for line in lines]


@pytest.fixture
def shop(tmp_path) -> Iterator[Shop]:
    shop = Shop(tmp_path / "events")
    yield shop
    shop.writer.close()


def test_an_event_is_on_disk_when_it_is_acknowledged(shop) -> None:
    (answer,) = shop.post((BODY, signed(**{"X-Event-Id": "e1"})))
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1})
    (event,) = shop.events
    assert event["event_id"] == "e1"
    assert event["event_type"] == "order"
    assert event["body"] == {"type": "order", "id": 1}
    assert shop.health.json() == {"status": "ok"}


def test_batches_are_counted(shop) -> None:
    batch, lines = b'[{"id": 1}, {"id": 2}]', b'{"id": 3}\n{"id": 4}\n{"id": 5}\n'
    ndjson = {**signed(lines), "Content-Type": "application/x-ndjson; charset=utf-8"}
    answers = shop.post((batch, signed(batch)), (lines, ndjson), (b"[]", signed(b"[]")))
    assert [answer.json()["accepted"] for answer in answers] == [2, 3, 0]
    assert sorted(event["body"]["id"] for event in shop.events) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (401, BODY, JSON),
        (401, BODY, {**JSON, "X-Signature-256": "sha256=00"}),
        (401, BODY + b" ", signed()),
        (400, b"{", signed(b"{")),
        (400, b"\xff", signed(b"\xff")),
        (415, BODY, {**signed(), "Content-Type": "text/plain"}),
        (415, BODY, {**signed(), "Content-Encoding": "gzip"}),
        (413, b" " * 1_000_001, signed()),
    ],
)
def test_what_is_refused_is_not_stored(shop, status, body, headers) -> None:
    (answer,) = shop.post((body, headers))
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]
    assert shop.events == []


def test_a_body_without_length_is_limited_too(tmp_path) -> None:
    shop = Shop(tmp_path, max_body_bytes=10)

    async def send():
        async def chunks():
            for _ in range(3):
                yield b"     "

        receiving = build_app({"shop": Receiver(shop.config, shop.inbox)})
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(receiving), base_url="http://shop"
        ) as client:
            return await client.post("/events/shop", content=chunks(), headers=signed())

    assert asyncio.run(send()).status_code == 413
    shop.writer.close()


def test_an_unknown_source_or_method_is_no_success(shop) -> None:
    (answer,) = shop.post((BODY, signed()), path="/events/other")
    assert answer.status_code == 404
    (answer,) = shop.post((BODY, signed()), path="/healthz")
    assert answer.status_code == 405


def test_a_client_that_sends_too_much_is_told_when_to_come_again(tmp_path) -> None:
    shop = Shop(tmp_path, rate_limit=3)
    answers = shop.post(*[(BODY, signed())] * 8)
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) in (3, 4)
    refused = answers[statuses.index(429)]
    assert int(refused.headers["Retry-After"]) >= 1
    assert len(shop.events) == statuses.count(200)
    shop.writer.close()


@pytest.mark.parametrize("sender", ["shopify", "woocommerce", "stripe"])
def test_known_shops_are_understood(tmp_path, sender) -> None:
    shop = Shop(tmp_path, sender=sender)
    body = b'{"id": "e1", "type": "orders/paid"}'
    text = base64.b64encode(digest(body)).decode()
    moment = str(int(time.time()))
    stamped = digest(f"{moment}.".encode() + body).hex()
    headers = {
        "shopify": {
            "X-Shopify-Hmac-Sha256": text,
            "X-Shopify-Topic": "orders/paid",
            "X-Shopify-Webhook-Id": "e1",
        },
        "woocommerce": {
            "X-WC-Webhook-Signature": text,
            "X-WC-Webhook-Topic": "orders/paid",
            "X-WC-Webhook-Delivery-ID": "e1",
        },
        "stripe": {"Stripe-Signature": f"t={moment},v1={stamped}"},
    }[sender]
    (answer, wrong) = shop.post((body, {**JSON, **headers}), (body + b" ", {**JSON, **headers}))
    assert (answer.status_code, wrong.status_code) == (200, 401)
    (event,) = shop.events
    assert (event["event_id"], event["event_type"]) == ("e1", "orders/paid")
    shop.writer.close()


def test_a_header_of_ones_own(tmp_path) -> None:
    shop = Shop(tmp_path, signature_header="X-Sign", scheme="base64", type_field="kind.name")
    body = b'{"kind": {"name": "refund"}}'
    head = {**JSON, "X-Sign": base64.b64encode(digest(body)).decode()}
    assert shop.post((body, head))[0].status_code == 200
    assert shop.events[0]["event_type"] == "refund"
    shop.writer.close()


def test_requests_at_the_same_time_share_one_write(shop, monkeypatch) -> None:
    flushed = []
    flush = writer.flush_descriptor
    monkeypatch.setattr(writer, "flush_descriptor", lambda fd: (flushed.append(fd), flush(fd)))
    bodies = [b'{"id": %d}' % number for number in range(50)]
    answers = shop.post(*[(body, signed(body)) for body in bodies])
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(event["body"]["id"] for event in shop.events) == list(range(50))
    assert len(flushed) < 20


@contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """Writing beyond this size of a file fails, after the part that fits."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_write_that_fails_half_way_is_not_acknowledged(shop) -> None:
    assert shop.post((BODY, signed()))[0].status_code == 200
    (first,) = list_segments(shop.folder)
    with files_at_most(first.stat().st_size + 20):
        (answer,) = shop.post((BODY, signed()))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert shop.health.status_code == 503
    assert first.read_bytes().count(b"\n") == 1
    assert len(first.read_bytes().split(b"\n")[1]) == 20
    assert shop.post((BODY, signed()))[0].status_code == 200
    assert len(shop.events) == 2
    assert len(list_segments(shop.folder)) == 2
    assert shop.health.status_code == 200


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_full_disk_is_said_and_leaves_nothing(shop, monkeypatch) -> None:
    opened = os.open

    def full(path, flags, *mode):
        made = opened(path, flags, *mode)
        if not str(path).endswith(".ndjson"):
            return made
        os.close(made)
        return opened("/dev/full", os.O_WRONLY)

    with monkeypatch.context() as patch:
        patch.setattr(writer.os, "open", full)
        answers = shop.post(*[(BODY, signed())] * 3)
    assert [answer.status_code for answer in answers] == [503] * 3
    assert {answer.json()["error"] for answer in answers} == {"the disk is full; send again later"}
    assert list_segments(shop.folder) == []
    assert shop.post((BODY, signed()))[0].status_code == 200


def test_more_than_can_wait_for_the_disk_is_refused(shop, monkeypatch) -> None:
    monkeypatch.setattr("ingest.webhooks.inbox.MAX_WAITING_BYTES", 10)
    assert shop.post((BODY, signed()))[0].status_code == 503
    assert writer.is_full(OSError(errno.ENOSPC, "full"))


def test_a_sender_that_does_not_go_on_is_not_waited_for(shop, monkeypatch) -> None:
    monkeypatch.setattr(app, "BODY_SECONDS", 0.05)
    sent = []

    async def receive():
        await asyncio.sleep(5)
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/events/shop", "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in signed().items()],
        "client": ("127.0.0.1", 1), "http_version": "1.1", "scheme": "http", "root_path": "",
    }  # fmt: skip
    asyncio.run(build_app({"shop": Receiver(shop.config, shop.inbox)})(scope, receive, send))
    assert sent[0]["status"] == 408
