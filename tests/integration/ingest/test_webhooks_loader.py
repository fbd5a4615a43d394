"""The webhooks loader: every event is read by every stream, once, whatever happens to segments."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.run import ingest_all
from ingest.webhooks.events import Named, lines_of
from ingest.webhooks.rewrite import rewrite_segments
from ingest.webhooks.segments import list_segments
from ingest.webhooks.senders import SENDERS
from ingest.webhooks.writer import SegmentWriter
from patron.errors import PatronError
from tests.support.kills import survive_kills

SOURCES = """
sources:
  shop_events:
    loader: webhooks
    secret: 0123456789abcdef
    keep_days: {keep_days}
    streams: {streams}
"""
ORDERS = """
      orders: |
        SELECT body ->> 'id' AS order_id, 'C1' AS customer_id, body ->> 'changed' AS ordered_at,
               body ->> 'status' AS order_status, body ->> 'total' AS order_amount,
               body ->> 'changed' AS updated_at
        FROM events WHERE event_type = 'order'
"""
CATEGORIES = """
      categories: |
        SELECT event_id AS category_id, body ->> '$.names[0]' AS category_name,
               received_at AS updated_at
        FROM events WHERE event_type = 'category'
"""


@pytest.fixture
def folder(shop) -> Path:
    return shop.data / "webhooks" / "shop_events"


@pytest.fixture
def write(folder) -> Iterator[Callable[..., None]]:
    """Appends events as the receiver does; begins a segment after `is_last`."""
    writers: list[SegmentWriter] = []

    def append(*events: dict[str, object], is_last: bool = False) -> None:
        if not writers:
            writers.append(SegmentWriter(folder))
        body = json.dumps(list(events)).encode()
        sender, named = SENDERS["generic"], Named(None, None)
        writers[0].append(b"".join(lines_of(body, sender, named, datetime.now(UTC))))
        if is_last:
            writers.pop().close()

    yield append
    for writer in writers:
        writer.close()


def order(number: int, status: str = "paid", changed: str = "2026-01-01") -> dict[str, object]:
    return {
        "type": "order", "id": f"O{number:05d}", "status": status, "total": "1.50",
        "changed": changed,
    }  # fmt: skip


def category(name: str) -> dict[str, object]:
    return {"type": "category", "names": [name]}


def counts(loads) -> dict[str, tuple[int, int, int]]:
    return {load.stream: (load.rows_read, load.rows_inserted, load.rows_rejected) for load in loads}


@pytest.fixture
def streams(declare) -> Callable[..., None]:
    def choose(*texts: str, keep_days: int = 30) -> None:
        declare(SOURCES.format(streams="".join(texts), keep_days=keep_days))

    choose(ORDERS, CATEGORIES)
    return choose


def test_events_are_read_once_by_each_stream_while_more_arrive(shop, streams, write, query) -> None:
    assert counts(ingest_all(shop)) == {"categories": (0, 0, 0), "orders": (0, 0, 0)}
    write(order(1), category("tea"), order(2))
    assert counts(ingest_all(shop)) == {"categories": (1, 1, 0), "orders": (2, 2, 0)}
    write(order(3), order(1, "shipped", "2026-01-02"))
    assert counts(ingest_all(shop, streams=["orders"])) == {"orders": (2, 1, 0)}
    write(category("coffee"), is_last=True)
    write(order(4))
    assert counts(ingest_all(shop)) == {"categories": (1, 1, 0), "orders": (1, 1, 0)}
    again = ingest_all(shop)
    assert counts(again) == {"categories": (0, 0, 0), "orders": (0, 0, 0)}
    assert {load.status for load in again} == {"nothing_new"}
    assert query("SELECT order_id, order_status FROM raw.orders ORDER BY 1") == [
        ("O00001", "shipped"), ("O00002", "paid"), ("O00003", "paid"), ("O00004", "paid"),
    ]  # fmt: skip
    assert query("SELECT category_name FROM raw.categories ORDER BY 1") == [("coffee",), ("tea",)]


def test_a_stream_added_later_reads_from_the_beginning(shop, streams, write) -> None:
    streams(ORDERS)
    write(order(1), category("tea"), is_last=True)
    write(order(2))
    ingest_all(shop)
    streams(ORDERS, CATEGORIES)
    assert counts(ingest_all(shop)) == {"categories": (1, 1, 0), "orders": (0, 0, 0)}


def test_an_event_sent_twice_is_there_once(shop, streams, write, query) -> None:
    write(order(1), order(1))
    (_, load) = ingest_all(shop)
    assert (load.rows_read, load.rows_inserted, load.rows_unchanged) == (2, 1, 1)
    write(order(1))
    assert ingest_all(shop)[1].rows_unchanged == 1
    assert query("SELECT count(*) FROM raw.orders") == [(1,)]


def test_a_line_that_is_no_event_is_rejected_not_dropped(shop, streams, write, folder, query):
    write(order(1), is_last=True)
    (path,) = list_segments(folder)
    with path.open("ab") as file:
        file.write(b'no json\n{"body": 1\n[1]\n{"event_id": "x"}\n\xff\xfe\n\n')
    write(order(2))
    (_, load) = ingest_all(shop)
    assert (load.rows_read, load.rows_inserted, load.rows_rejected) == (7, 2, 5)
    rows = query(
        "SELECT row_key, reason, row_json ->> 'line' FROM raw.rejected_rows "
        "WHERE stream = 'orders' ORDER BY row_key"
    )
    assert [row[0] for row in rows] == [f"{path.name}:{number}" for number in range(2, 7)]
    assert rows[0][1:] == ("the line is not the JSON of an event", "no json")
    assert ingest_all(shop)[1].rows_read == 0


def test_a_torn_line_is_left_and_a_whole_one_is_not(shop, streams, write, folder, query) -> None:
    write(order(1), is_last=True)
    (path,) = list_segments(folder)
    whole = path.read_bytes()
    path.write_bytes(whole + whole.replace(b"O00001", b"O00002")[:-20])
    assert ingest_all(shop)[1].rows_read == 1
    path.write_bytes(whole + whole.replace(b"O00001", b"O00002").rstrip())
    assert ingest_all(shop)[1].rows_read == 0
    write(order(3), is_last=True)
    assert ingest_all(shop)[1].rows_read == 2
    path = list_segments(folder)[-1]
    path.write_bytes(path.read_bytes() + b'{"event_id": "torn')
    write(order(4))
    assert counts(ingest_all(shop))["orders"] == (1, 1, 0)
    assert query("SELECT count(*) FROM raw.orders") == [(4,)]


def test_rewritten_segments_are_not_read_again_nor_skipped(
    shop, streams, write, folder, query
) -> None:
    write(order(1), order(2))
    ingest_all(shop)
    write(order(3), is_last=True)
    write(order(4))
    ingest_all(shop, streams=["orders"])
    write(order(5), is_last=True)

    def erase(line: str) -> str:
        return "" if "O00003" in line else line.replace("O00005", "a much longer pseudonym")

    assert rewrite_segments(folder, erase) == 2
    assert "O00003" not in "".join(path.read_text() for path in list_segments(folder))
    assert counts(ingest_all(shop)) == {"categories": (0, 0, 0), "orders": (1, 1, 0)}
    assert query("SELECT max(order_id) FROM raw.orders") == [("a much longer pseudonym",)]


def test_old_segments_go_when_every_stream_has_read_them(
    shop, streams, write, folder, query
) -> None:
    for number in range(3):
        write(order(number), is_last=True)
    first, second, third = list_segments(folder)
    day = 86_400
    for path, age in ((first, 31), (second, 29), (third, 31)):
        os.utime(path, (time.time() - age * day, time.time() - age * day))
    ingest_all(shop, streams=["orders"])
    assert list_segments(folder) == [first, second, third]
    ingest_all(shop)
    assert list_segments(folder) == [second, third], "the newest stays, whatever its age"
    assert query(f"SELECT count(*) FROM raw.files_read WHERE path = '{first.name}'") == [(0,)]
    streams(ORDERS, CATEGORIES, keep_days=0)
    write(order(9))
    assert counts(ingest_all(shop))["orders"] == (1, 1, 0)
    assert len(list_segments(folder)) == 1


def test_segments_that_begin_anew_after_somebody_deleted_them_are_read(
    shop, streams, write, folder, query
) -> None:
    write(order(1), order(2), is_last=True)
    ingest_all(shop)
    for path in list_segments(folder):
        path.unlink()
    write(order(3))
    assert list_segments(folder)[0].name.startswith("00000001-")
    ingest_all(shop)
    write(order(4), is_last=True)
    write(order(5))
    ingest_all(shop)
    assert query("SELECT count(*) FROM raw.orders") == [(5,)]


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        ("\n      orders:", "does not say which events"),
        ("\n      orders: {select: SELECT 1 FROM events, cursor: updated_at}", "read once each"),
        (ORDERS.rstrip() + "\n      reviews: SELECT * FROM event", "query does not work"),
    ],
)
def test_what_cannot_be_meant_is_said(shop, streams, stream, message) -> None:
    streams(stream)
    with pytest.raises(PatronError, match=message):
        ingest_all(shop)


@pytest.mark.slow
def test_a_killed_load_is_whole_or_not_there(shop, streams, write, folder) -> None:
    def batch(status: str, changed: str) -> None:
        """Two segments of events, a line in one of them broken."""
        for part in range(2):
            first = 400 * part
            write(*[order(first + number, status, changed) for number in range(400)])
            write(*[category(f"{status} {first + number}") for number in range(400)], is_last=True)
        with list_segments(folder)[-1].open("a") as file:
            file.write(f"broken {status}\n")

    batch("paid", "2026-01-01")
    survive_kills(shop, ("categories", "orders"), lambda: batch("shipped", "2026-01-02"))
