"""Reads that continue where the last one ended, and rows that a source no longer has."""

from __future__ import annotations

import pytest

from ingest.run import ingest_all
from patron.errors import PatronError

CURSOR = """
sources:
  shop_files:
    loader: files
    path: exports
    streams:
      orders:
        select: SELECT * FROM orders WHERE CAST(updated_at AS TIMESTAMP) > @cursor
        cursor: updated_at
        overlap: {overlap}
        deletes: {deletes}
"""
FULL = """
sources:
  shop_files:
    loader: files
    path: exports
    streams:
      orders: {deletes: full_compare}
"""
INCREMENTAL = "path: exports\n    files: {orders: {path: orders.csv, incremental: true}}"


def order(number: int, updated_at: str, status: str = "paid") -> str:
    return f"O{number},C1,2024-01-01 09:00:00,{status},10.00,{updated_at}"


def ids(query) -> list[str]:
    return [row[0] for row in query("SELECT order_id FROM raw.orders ORDER BY order_id")]


def test_a_row_committed_late_with_an_older_cursor_is_not_missed(
    shop, declare, write_orders, query
) -> None:
    declare(CURSOR.format(overlap="10 minutes", deletes="never"))
    write_orders(order(1, "2024-01-01 10:00:00"))
    ingest_all(shop)
    late, too_late = order(2, "2024-01-01 09:55:00"), order(3, "2024-01-01 09:45:00")
    write_orders(order(1, "2024-01-01 10:00:00"), late, too_late)
    (load,) = ingest_all(shop)
    assert ids(query) == ["O1", "O2"]
    assert (load.rows_read, load.rows_inserted, load.rows_unchanged) == (2, 1, 1)


def test_a_wrong_clock_does_not_hide_what_comes_after_it(
    shop, declare, write_orders, query
) -> None:
    declare(CURSOR.format(overlap="10 minutes", deletes="never"))
    write_orders(order(1, "2024-01-01 10:00:00"), order(2, "2093-01-01 10:00:00"))
    ingest_all(shop)
    assert query("SELECT cursor_value FROM raw.cursors") == [("2024-01-01 10:00:00",)]
    write_orders(order(3, "2024-01-01 10:05:00"))
    ingest_all(shop)
    assert ids(query) == ["O1", "O2", "O3"]


@pytest.mark.parametrize(
    "sources", [FULL, CURSOR.format(overlap="0", deletes="full_compare")], ids=["full", "cursor"]
)
def test_rows_that_the_source_no_longer_has_are_removed_and_noted(
    shop, declare, write_orders, query, sources
) -> None:
    declare(sources.replace("overlap: 0", "overlap: 1 minute"))
    old = [order(number, "2024-01-01 10:00:00") for number in range(1, 6)]
    write_orders(*old)
    ingest_all(shop)
    write_orders(old[0], *old[2:], order(9, "2024-01-02 10:00:00"))
    (load,) = ingest_all(shop)
    assert ids(query) == ["O1", "O3", "O4", "O5", "O9"]
    assert (load.rows_inserted, load.rows_deleted) == (1, 1)
    assert query("SELECT stream, row_key FROM raw.deleted_rows") == [("orders", "O2")]
    assert query("SELECT rows_deleted FROM raw.load_log ORDER BY batch_id") == [(0,), (1,)]
    (again,) = ingest_all(shop)
    assert again.rows_deleted == 0


def test_a_row_that_the_contract_refuses_now_is_not_taken_for_deleted(
    shop, declare, write_orders, query
) -> None:
    declare(FULL)
    write_orders(order(1, "2024-01-01"), order(2, "2024-01-01"))
    ingest_all(shop)
    write_orders(order(1, "2024-01-01"), order(2, "2024-01-01", "lost"))
    (load,) = ingest_all(shop)
    assert (load.rows_rejected, load.rows_deleted) == (1, 0)
    assert ids(query) == ["O1", "O2"]


def test_more_deletions_than_max_drop_are_refused(shop, declare, write_orders, query) -> None:
    declare(CURSOR.format(overlap="1 minute", deletes="full_compare"))
    write_orders(*[order(number, "2024-01-01 10:00:00") for number in range(10)])
    ingest_all(shop)
    write_orders(order(1, "2024-01-01 10:00:00"))
    with pytest.raises(PatronError, match="has 1 rows, last time it had 10; nothing loaded"):
        ingest_all(shop)
    assert len(ids(query)) == 10
    ingest_all(shop, accept_drop=True)
    assert ids(query) == ["O1"]


def test_deletions_cannot_be_found_in_files_read_once(shop, declare, write_orders) -> None:
    declare(FULL.replace("path: exports", INCREMENTAL))
    write_orders(order(1, "2024-01-01"))
    with pytest.raises(PatronError, match="cannot find deletions"):
        ingest_all(shop)


@pytest.mark.parametrize(
    ("cursor", "overlap", "message"),
    [
        ("cursor: updated_at", "1000", "does not fit the cursor updated_at, a timestamp"),
        ("cursor: order_id", "10 minutes", "does not fit the cursor order_id, a text"),
        ("max_drop: 0.5", "10 minutes", "the stream has none"),
    ],
)
def test_an_overlap_that_does_not_fit_is_refused(shop, declare, cursor, overlap, message) -> None:
    text = CURSOR.format(overlap=overlap, deletes="never").replace("cursor: updated_at", cursor)
    declare(text)
    with pytest.raises(PatronError, match=message):
        ingest_all(shop)


def test_another_cursor_column_begins_at_the_beginning(shop, declare, write_orders, query) -> None:
    declare(CURSOR.format(overlap="1 minute", deletes="never"))
    write_orders(order(1, "2024-03-01"))
    ingest_all(shop)
    declare(
        CURSOR.format(overlap="1 minute", deletes="never")
        .replace("updated_at AS", "ordered_at AS")
        .replace("cursor: updated_at", "cursor: ordered_at")
    )
    write_orders(order(1, "2024-03-01"), order(2, "2024-03-02"))
    ingest_all(shop)
    assert ids(query) == ["O1", "O2"]
    assert query("SELECT cursor_value, column_name FROM raw.cursors") == [
        ("2024-01-01 09:00:00", "ordered_at")
    ]


def test_an_overlap_says_how_it_is_written(shop, declare) -> None:
    declare(CURSOR.format(overlap="a while", deletes="never"))
    with pytest.raises(PatronError, match="write it as '10 minutes'"):
        ingest_all(shop)


def test_a_line_that_cannot_be_read_may_hold_any_row(shop, declare, write_orders, query) -> None:
    declare(FULL)
    write_orders(order(1, "2024-01-01"), order(2, "2024-01-01"))
    ingest_all(shop)
    write_orders(order(1, "2024-01-01"), order(2, "2024-01-01") + ",one,too,many")
    (load,) = ingest_all(shop)
    assert (load.rows_rejected, load.rows_deleted) == (1, 0)
    assert "no deletions were looked for" in load.notices[-1]
    assert ids(query) == ["O1", "O2"]


TWO_SOURCES = """
sources:
  shop_files:
    loader: files
    path: exports
    streams:
      orders: {deletes: full_compare}
  events:
    loader: files
    path: events
    files: {orders: {path: "*.csv", incremental: true}}
    streams: {orders: }
"""


def test_a_row_that_another_source_has_updated_is_removed_when_its_own_has_it_no_more(
    shop, declare, write_orders, exports, query
) -> None:
    declare(TWO_SOURCES)
    folder = shop.root / "events"
    folder.mkdir()
    write_orders(order(1, "2024-01-01"), order(2, "2024-01-01"), order(3, "2024-01-01"))
    header = (exports / "orders.csv").read_text().splitlines()[0]

    def happen(number: int, name: str) -> None:
        event = order(number, "2024-01-02", "shipped")
        (folder / f"{name}.csv").write_text(f"{header}\n{event}\n")
        ingest_all(shop, sources=["events"])

    ingest_all(shop, sources=["shop_files"])
    happen(2, "known to both")
    happen(4, "known to nobody else")
    assert dict(query("SELECT order_id, _source FROM raw.orders")) == {
        "O1": "shop_files",
        "O2": "shop_files",
        "O3": "shop_files",
        "O4": "events",
    }
    write_orders(order(1, "2024-01-01"), order(3, "2024-01-01"))
    (load,) = ingest_all(shop, sources=["shop_files"])
    assert load.rows_deleted == 1
    assert ids(query) == ["O1", "O3", "O4"]


def test_a_row_belongs_to_the_source_that_compares_it_whoever_delivered_it_first(
    shop, declare, write_orders, exports, query
) -> None:
    declare(TWO_SOURCES)
    folder = shop.root / "events"
    folder.mkdir()
    write_orders(order(1, "2024-01-01"), order(2, "2024-01-01"))
    (folder / "first.csv").write_bytes((exports / "orders.csv").read_bytes())
    ingest_all(shop, sources=["events"])
    before = query("SELECT _batch_id, _loaded_at FROM raw.orders ORDER BY order_id")
    (load,) = ingest_all(shop, sources=["shop_files"])
    assert (load.rows_unchanged, load.rows_deleted) == (2, 0)
    assert query("SELECT _batch_id, _loaded_at FROM raw.orders ORDER BY order_id") == before
    write_orders(order(1, "2024-01-01"))
    ingest_all(shop, sources=["shop_files"])
    assert ids(query) == ["O1"]
