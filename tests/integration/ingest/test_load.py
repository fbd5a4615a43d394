"""Loading a stream: conserved, merged by key, repeatable, all or nothing."""

# Raw timestamps are UTC without a zone.
# ruff: noqa: DTZ001

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import duckdb
import pytest

from ingest.run import ingest_all
from patron.errors import PatronError

DAY = "2024-01-01 10:00:00"
LATER = "2024-01-02 10:00:00"
RAW = "SELECT order_id, order_status, order_amount, updated_at FROM raw.orders ORDER BY order_id"


def counts(load):
    return (
        load.rows_read,
        load.rows_inserted,
        load.rows_updated,
        load.rows_unchanged,
        load.rows_rejected,
    )


def test_rows_arrive_with_where_they_came_from(shop, write_orders, query) -> None:
    write_orders(f"1,a,{DAY},paid,10.50,{DAY}")
    (load,) = ingest_all(shop)
    assert counts(load) == (1, 1, 0, 0, 0)
    assert query("SELECT order_amount, promo_code, _source, _batch_id FROM raw.orders") == [
        (Decimal("10.50"), None, "files", "00000001-files-orders")
    ]
    assert query(
        "SELECT batch_id, source, stream, loader, rows_read, rows_inserted, status, "
        "started_at <= finished_at FROM raw.load_log"
    ) == [("00000001-files-orders", "files", "orders", "files", 1, 1, "loaded", True)]


def test_the_same_batch_again_changes_nothing(shop, write_orders, query) -> None:
    write_orders(f"1,a,{DAY},paid,10.50,{DAY}", f"2,a,{DAY},gone,10.50,{DAY}", "3,a")
    ingest_all(shop)
    everything = "SELECT * FROM raw.orders", "SELECT * FROM raw.rejected_rows ORDER BY ALL"
    before = [query(sql) for sql in everything]
    (load,) = ingest_all(shop)
    assert counts(load) == (3, 0, 0, 1, 2)
    assert [query(sql) for sql in everything] == before
    assert len(before[1]) == 2


def test_the_latest_version_of_a_key_wins_then_the_last_to_arrive(
    shop, write_orders, query
) -> None:
    write_orders(
        f"1,a,{DAY},shipped,1,{LATER}",
        f"1,a,{DAY},paid,1,{DAY}",
        f"2,a,{DAY},paid,1,{DAY}",
        f"2,a,{DAY},shipped,1,{DAY}",
    )
    (load,) = ingest_all(shop)
    assert counts(load) == (4, 2, 0, 2, 0)
    assert [row[:2] for row in query(RAW)] == [("1", "shipped"), ("2", "shipped")]


def test_only_changed_rows_are_written(shop, write_orders, query) -> None:
    write_orders(f"1,a,{DAY},paid,1,{DAY}", f"2,a,{DAY},paid,1,{DAY}", f"3,a,{DAY},paid,1,{LATER}")
    ingest_all(shop)
    loaded = dict(query("SELECT order_id, _loaded_at FROM raw.orders"))
    write_orders(
        f"1,a,{DAY},paid,1,{DAY}",
        f"2,a,{DAY},shipped,1,{LATER}",
        f"3,a,{DAY},cancelled,1,{DAY}",
        f"4,a,{DAY},paid,1,{DAY}",
    )
    (load,) = ingest_all(shop)
    assert counts(load) == (4, 1, 1, 2, 0)
    assert [row[:2] for row in query(RAW)] == [
        ("1", "paid"),
        ("2", "shipped"),
        ("3", "paid"),
        ("4", "paid"),
    ]
    again = dict(query("SELECT order_id, _loaded_at FROM raw.orders"))
    assert [key for key in again if again[key] == loaded.get(key)] == ["1", "3"]


def test_rejected_rows_keep_everything_and_every_reason(shop, write_orders, query) -> None:
    write_orders(
        "7,,soon,paidd,x,2024-01-01,note",
        header="order_id,customer_id,ordered_at,order_status,order_amount,updated_at,note",
    )
    (load,) = ingest_all(shop)
    assert counts(load) == (1, 0, 0, 0, 1)
    assert load.notices == ("ignored columns: note",)
    assert query("SELECT stream, row_key, reason, row_json, _source FROM raw.rejected_rows") == [
        (
            "orders",
            "7",
            (
                "missing customer_id; ordered_at is not a timestamp; order_status is not one of "
                "pending, paid, shipped, delivered, cancelled, refunded; "
                "order_amount is not a number"
            ),
            (
                '{"order_id":"7","customer_id":null,"ordered_at":"soon","order_status":"paidd",'
                '"order_amount":"x","updated_at":"2024-01-01","note":"note"}'
            ),
            "files",
        )
    ]


def test_lines_that_are_no_rows_are_rejected_not_lost(shop, exports, write_orders, query) -> None:
    good = f"1,a,{DAY},paid,1,{DAY}"
    write_orders(good, "2,a", f"3,a,{DAY},paid,1,{DAY},too,many")
    with (exports / "orders.csv").open("ab") as file:
        file.write(b"4,\xff\xfe,2024-01-01,paid,1,2024-01-01\n")
    (load,) = ingest_all(shop)
    assert counts(load) == (4, 1, 0, 0, 3)
    assert query("SELECT row_key, reason, row_json FROM raw.rejected_rows ORDER BY row_key")[
        :2
    ] == [
        ("orders.csv:3", "unreadable line: missing columns", '{"file":"orders.csv","line":"2,a"}'),
        (
            "orders.csv:4",
            "unreadable line: too many columns",
            f'{{"file":"orders.csv","line":"3,a,{DAY},paid,1,{DAY},too,many"}}',
        ),
    ]
    (again,) = ingest_all(shop)
    assert counts(again) == (4, 0, 0, 1, 3)
    assert query("SELECT count(*) FROM raw.rejected_rows") == [(3,)]


def test_offsets_are_applied_and_times_without_one_are_utc(shop, write_orders, query) -> None:
    write_orders(
        f"1,a,2024-07-01 12:00:00,paid,1,{DAY}",
        f"2,a,2024-07-01T12:00:00+02:00,paid,1,{DAY}",
        f"3,a,2024-07-01T12:00:00Z,paid,1,{DAY}",
        f"4,a,2024-07-01 12:00:00-05,paid,1,{DAY}",
    )
    ingest_all(shop)
    assert [row[0] for row in query("SELECT ordered_at FROM raw.orders ORDER BY order_id")] == [
        datetime(2024, 7, 1, hour) for hour in (12, 10, 12, 17)
    ]


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet", "json", "ndjson"])
def test_every_format_gives_the_same_raw_rows(
    shop, exports, orders_from_files, query, suffix
) -> None:
    formats = {"json": "(FORMAT json, ARRAY true)", "ndjson": "(FORMAT json)"}
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            COPY (
              SELECT 'O' || range AS order_id, '' AS customer_id,
                     TIMESTAMP '2024-01-01' + range * INTERVAL 7 HOUR AS ordered_at,
                     'paid' AS order_status, CAST(range / 4 AS DECIMAL(18, 2)) AS order_amount,
                     NULLIF('P' || range % 3, 'P0') AS promo_code,
                     'é "quoted", cell' AS shipping_state,
                     TIMESTAMP '2024-01-02' AS updated_at
              FROM range(100)
              UNION ALL
              SELECT 'X' || range, 'c', TIMESTAMP '2024-01-01', 'paid', 1, NULL, NULL, '2024-01-01'
              FROM range(100)
            ) TO '{exports / f"orders.{suffix}"}' {formats.get(suffix, "")}
            """
        )
    (load,) = ingest_all(shop)
    assert counts(load) == (200, 100, 0, 0, 100)
    assert query(
        "SELECT count(*), sum(order_amount), count(promo_code), min(ordered_at) FROM raw.orders"
    ) == [(100, Decimal("100.00"), 0, datetime(2024, 1, 1))]
    assert query("SELECT DISTINCT reason FROM raw.rejected_rows") == [("missing customer_id",)]


def test_a_much_smaller_full_read_is_refused(shop, write_orders, query) -> None:
    lines = [f"{i},a,{DAY},paid,1,{DAY}" for i in range(10)]
    write_orders(*lines)
    ingest_all(shop)
    write_orders(*lines[:4])
    with pytest.raises(
        PatronError, match="stream orders has 4 rows, last time it had 10"
    ) as caught:
        ingest_all(shop)
    assert "--stream orders --accept-drop" in str(caught.value)
    write_orders()
    with pytest.raises(PatronError, match="stream orders is empty, last time it had 10"):
        ingest_all(shop)
    assert query("SELECT count(*) FROM raw.orders") == [(10,)]
    assert query("SELECT count(*) FROM raw.load_log") == [(1,)]
    write_orders(*lines[:5])
    assert counts(ingest_all(shop)[0]) == (5, 0, 0, 5, 0)
    write_orders(*lines[:1])
    assert counts(ingest_all(shop, accept_drop=True)[0]) == (1, 0, 0, 1, 0)


def test_the_limit_of_a_stream_can_be_declared(shop, exports, declare, write_orders) -> None:
    declare(
        """
        sources:
          files:
            loader: files
            path: exports
            streams: {orders: {max_drop: 1.0}}
        """
    )
    write_orders(*[f"{i},a,{DAY},paid,1,{DAY}" for i in range(10)])
    ingest_all(shop)
    write_orders(f"1,a,{DAY},paid,1,{DAY}")
    assert ingest_all(shop)[0].rows_read == 1


SHOPS = """
sources:
  berlin: {loader: files, path: berlin, streams: {orders: }}
  paris: {loader: files, path: paris, streams: {orders: }}
  tills: {loader: files, path: exports, streams: {orders: }}
"""


def test_a_source_that_fails_does_not_keep_the_others_from_loading(
    shop, declare, write_orders, query
) -> None:
    write_orders(f"1,a,{DAY},paid,1,{DAY}")
    declare(SHOPS)
    with pytest.raises(PatronError) as caught:
        ingest_all(shop)
    assert query("SELECT source, rows_read FROM raw.load_log") == [("tills", 1)]
    assert "2 sources could not be loaded" in caught.value.what
    assert "berlin: " in str(caught.value)
    assert "paris: " in str(caught.value)
    with pytest.raises(PatronError) as alone:
        ingest_all(shop, sources=["paris", "tills"])
    assert "could not be loaded, the others were" not in str(alone.value)


def test_a_header_alone_is_an_empty_stream(shop, write_orders, query) -> None:
    write_orders()
    assert counts(ingest_all(shop)[0]) == (0, 0, 0, 0, 0)


def test_a_cursor_reads_what_is_new(shop, declare, write_orders, query) -> None:
    write_orders(f"1,a,{DAY},paid,1,{DAY}", f"2,a,{DAY},paid,1,{LATER}")
    declare(
        """
        sources:
          files:
            loader: files
            path: exports
            streams:
              orders:
                select: SELECT * FROM orders WHERE CAST(updated_at AS TIMESTAMP) >= @cursor
                cursor: updated_at
        """
    )
    assert counts(ingest_all(shop)[0]) == (2, 2, 0, 0, 0)
    assert counts(ingest_all(shop)[0]) == (1, 0, 0, 1, 0)
    assert query("SELECT cursor_before, cursor_after FROM raw.load_log ORDER BY batch_id") == [
        (None, LATER),
        (LATER, LATER),
    ]


def test_streams_without_version_take_the_last_to_arrive(shop, exports, declare, query) -> None:
    declare("sources: {files: {loader: files, path: exports, streams: {inventory: }}}")
    (exports / "inventory.csv").write_text(
        "product_id,snapshot_at,quantity_on_hand\np,2024-01-01,5\np,2024-01-01,7\nq,2024-01-01,1\n"
    )
    assert counts(ingest_all(shop)[0]) == (3, 2, 0, 1, 0)
    (exports / "inventory.csv").write_text(
        "product_id,snapshot_at,quantity_on_hand\np,2024-01-01,6\nq,2024-01-01,1\n"
    )
    assert counts(ingest_all(shop)[0]) == (2, 0, 1, 1, 0)
    assert query("SELECT product_id, quantity_on_hand FROM raw.inventory ORDER BY ALL") == [
        ("p", 6),
        ("q", 1),
    ]


def test_a_stream_that_fails_leaves_those_before_it_loaded(shop, exports, declare, query) -> None:
    declare("sources: {files: {loader: files, path: exports, streams: {orders: , customers: }}}")
    (exports / "customers.csv").write_text(f"customer_id,created_at,updated_at\na,{DAY},{DAY}\n")
    (exports / "orders.csv").write_text("order_id\n1\n")
    with pytest.raises(PatronError, match="lacks the required columns customer_id"):
        ingest_all(shop)
    assert query("SELECT count(*) FROM raw.customers") == [(1,)]
    assert query("SELECT stream FROM raw.load_log") == [("customers",)]


def test_parents_are_loaded_first(shop, exports, declare) -> None:
    declare("sources: {files: {loader: files, path: exports, streams: {orders: , customers: }}}")
    (exports / "customers.csv").write_text("customer_id,created_at,updated_at\n")
    (exports / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,order_status,order_amount,updated_at\n"
    )
    assert [load.stream for load in ingest_all(shop)] == ["customers", "orders"]
    assert [load.stream for load in ingest_all(shop, streams=["orders"])] == ["orders"]
    assert ingest_all(shop, sources=["files"], streams=["customers"])[0].source == "files"
