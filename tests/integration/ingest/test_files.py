"""The files loader: folders, archives, views, incremental files, and messages about bad files."""

from __future__ import annotations

import os
import zipfile

import duckdb
import pytest

from ingest.run import ingest_all
from patron.errors import BusyError, PatronError, UsageError
from patron.warehouse import writing
from tests.support.another import DATABASE, another

HEADER = "order_id,customer_id,ordered_at,order_status,order_amount,updated_at"
DAY = "2024-01-01 10:00:00"


def order(number: object, status: str = "paid", version: str = DAY) -> str:
    return f"{number},a,{DAY},{status},1.00,{version}"


def csv(*lines: str) -> str:
    return "\n".join((HEADER, *lines, ""))


def said(shop, kind=PatronError, **options) -> str:
    with pytest.raises(kind) as caught:
        ingest_all(shop, **options)
    return str(caught.value)


def test_delimiter_quotes_and_byte_order_mark(shop, exports, orders_from_files, query) -> None:
    text = csv('1,"a ""x"", y/z",2024-01-01,paid,1,2024-01-01').replace("\n", "\r\n")
    text = text.replace("y/z", "y\nz")
    (exports / "orders.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    ingest_all(shop)
    assert query("SELECT order_id, customer_id FROM raw.orders") == [("1", 'a "x", y\nz')]
    (exports / "orders.csv").write_text(csv(order(2)).replace(",", ";"))
    assert ingest_all(shop)[0].rows_inserted == 1


def test_declared_options(shop, exports, declare, query) -> None:
    declare(
        """
        sources:
          files:
            loader: files
            path: exports
            files: {o: {path: o.txt, delimiter: "|", encoding: latin-1, null_text: "NULL"}}
            streams: {orders: SELECT * FROM o}
        """
    )
    header = f"{HEADER},shipping_state,promo_code".replace(",", "|")
    row = "1|Zoë|2024-01-01|paid|1|2024-01-01|Köln|NULL"
    (exports / "o.txt").write_text(f"{header}\n{row}\n", encoding="latin-1")
    ingest_all(shop)
    assert query("SELECT customer_id, shipping_state, promo_code FROM raw.orders") == [
        ("Zoë", "Köln", None)
    ]


def test_several_files_are_read_in_order_and_lined_up_by_name(
    shop, exports, declare, query
) -> None:
    declare(
        """
        sources:
          files:
            loader: files
            path: exports
            files: {orders: "day*.csv"}
            streams: {orders: }
        """
    )
    swapped = "customer_id,order_id,note,ordered_at,order_status,order_amount,updated_at"
    (exports / "day1.csv").write_text(csv(order(1), order(2)))
    (exports / "day2.csv").write_text(f"{swapped}\na,1,n,{DAY},shipped,1,{DAY}\n")
    (exports / "day3.csv").write_text(csv(order(2, "delivered")))
    (load,) = ingest_all(shop)
    assert (load.rows_inserted, load.rows_unchanged) == (2, 2)
    assert query("SELECT order_id, order_status FROM raw.orders ORDER BY 1") == [
        ("1", "shipped"),
        ("2", "delivered"),
    ]


def test_incremental_files_are_read_once_and_again_when_they_change(
    shop, exports, declare, query
) -> None:
    declare(
        """
        sources:
          files:
            loader: files
            path: exports
            files: {orders: {path: "*.csv", incremental: true}}
            streams: {orders: }
        """
    )
    (exports / "1.csv").write_text(csv(order(1), order(2)))
    (first,) = ingest_all(shop)
    assert (first.rows_read, first.status) == (2, "loaded")
    (nothing,) = ingest_all(shop)
    assert (nothing.rows_read, nothing.status) == (0, "nothing_new")
    (exports / "2.csv").write_text(csv(order(3)))
    assert ingest_all(shop)[0].rows_read == 1
    os.utime(exports / "2.csv", (1, 1))
    assert ingest_all(shop)[0].rows_unchanged == 1
    (exports / "1.csv").write_text(csv(order(1, "shipped"), order(2), order(4)))
    (changed,) = ingest_all(shop)
    assert (changed.rows_inserted, changed.rows_updated, changed.rows_unchanged) == (1, 1, 1)
    assert query("SELECT path FROM raw.files_read ORDER BY 1") == [("1.csv",), ("2.csv",)]
    assert query("SELECT cursor_before, cursor_after FROM raw.load_log ORDER BY batch_id")[-1] == (
        "2 files",
        "2 files",
    )


def test_a_missing_optional_file_is_an_absent_stream(shop, exports, declare) -> None:
    declare(
        """
        sources:
          files:
            loader: files
            path: exports
            files: {orders: orders.csv, reviews: {path: reviews.csv, optional: true}}
            streams: {orders: , reviews: SELECT * FROM reviews}
        """
    )
    (exports / "orders.csv").write_text(csv(order(1)))
    assert [(load.stream, load.status) for load in ingest_all(shop)] == [
        ("orders", "loaded"),
        ("reviews", "absent"),
    ]


def test_shared_tables_and_common_table_expressions(shop, exports, declare, query) -> None:
    declare(
        """
        sources:
          files:
            loader: files
            path: exports
            tables:
              known: SELECT * FROM orders WHERE customer_id = 'a'
              kept: SELECT * FROM known
            streams:
              customers: >
                SELECT customer_id, min(ordered_at) AS created_at, min(ordered_at) AS updated_at
                FROM kept GROUP BY customer_id
              orders: WITH known AS (SELECT * FROM KNOWN), mine AS (FROM known) SELECT * FROM mine
        """
    )
    (exports / "orders.csv").write_text(csv(order(1), order(2)))
    assert [load.rows_inserted for load in ingest_all(shop)] == [1, 2]


@pytest.fixture
def archive(shop, declare):
    declare("sources: {files: {loader: files, path: exports.zip, streams: {orders: }}}")

    def write(members: dict[str, str]):
        with zipfile.ZipFile(shop.root / "exports.zip", "w") as opened:
            for name, text in members.items():
                opened.writestr(name, text)

    return write


def test_a_zip_archive_is_unpacked_and_cleaned_up(shop, archive) -> None:
    archive({"orders.csv": csv(order(1)), "readme.md": "no data"})
    assert ingest_all(shop)[0].rows_inserted == 1
    assert not list(shop.data.glob(".ingest-*"))


def test_what_a_killed_load_left_is_removed(shop, archive) -> None:
    (shop.data / ".ingest-left").mkdir(parents=True)
    archive({"orders.csv": csv(order(1))})
    ingest_all(shop)
    assert not list(shop.data.glob(".ingest-*"))


@pytest.mark.parametrize("name", ["../evil.csv", "/evil.csv", "a/../../evil.csv", "c:\\evil.csv"])
def test_an_archive_cannot_write_outside_its_folder(shop, archive, name) -> None:
    archive({name: csv(order(1))})
    assert "a file with an unsafe name" in said(shop)
    assert not list(shop.root.rglob("evil.csv"))


def test_a_damaged_archive(shop, declare) -> None:
    declare("sources: {files: {loader: files, path: exports.zip, streams: {orders: }}}")
    (shop.root / "exports.zip").write_bytes(b"no archive")
    assert "the archive cannot be unpacked" in said(shop)


def test_a_missing_folder(shop, declare) -> None:
    declare("sources: {files: {loader: files, path: nowhere, streams: {orders: }}}")
    message = said(shop)
    assert "folder or file of source 'files' does not exist" in message
    assert f"{shop.root}/nowhere" in message


def test_a_missing_file(shop, exports, declare) -> None:
    declare(
        """
        sources:
          files:
            loader: files
            path: exports
            files: {orders: order.csv}
            streams: {orders: }
        """
    )
    (exports / "orders.csv").write_text(csv(order(1)))
    message = said(shop)
    assert "no file matches 'order.csv' (read as 'orders')" in message
    assert "did you mean 'orders.csv'?" in message


def test_a_query_on_a_file_that_is_not_there(shop, exports, declare) -> None:
    declare("sources: {f: {loader: files, path: exports, streams: {orders: SELECT * FROM ordrs}}}")
    (exports / "orders.csv").write_text(csv(order(1)))
    message = said(shop)
    assert "the query reads 'ordrs', but the source has no file of that name" in message
    assert "sources.f.streams.orders" in message
    assert "did you mean 'orders'?" in message


def test_a_missing_column(shop, exports, orders_from_files) -> None:
    (exports / "orders.csv").write_text("order_id,client_id,ordered_at\n1,a,2024-01-01\n")
    message = said(shop)
    assert (
        "stream orders lacks the required columns customer_id, order_status, order_amount, "
        "updated_at"
    ) in message
    assert "sources.files.streams.orders" in message
    assert "order_id, client_id, ordered_at" in message


@pytest.mark.parametrize(
    ("select", "what"),
    [
        ("SELECT nothing FROM orders", "the query does not work: Binder Error"),
        ("SELEC 1", "the query is not one SELECT: syntax error"),
        ("DROP TABLE raw.orders", "the query is not one SELECT: Only SELECT statements"),
        ("SELECT 1; SELECT 2", "the query is not one SELECT"),
        ("SELECT * FROM orders WHERE updated_at > @cursor", "the stream has no cursor"),
        (
            "SELECT * REPLACE (CAST(order_amount AS BIGINT) AS order_amount) FROM orders",
            "stream orders cannot be read: Conversion Error",
        ),
    ],
)
def test_a_query_that_does_not_work(shop, exports, declare, select, what) -> None:
    declare(
        f"""
        sources:
          files:
            loader: files
            path: exports
            streams:
              orders: "{select}"
        """
    )
    (exports / "orders.csv").write_text(csv("1,a,b,c,many,d"))
    message = said(shop)
    assert what in message
    assert "sources.files.streams.orders" in message


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("orders.csv", b"", "the file is empty: it has no header line"),
        ("orders.csv", b"a,b,A\n1,2,3\n", "the column 'a' occurs twice"),
        ("orders.csv", b"order_id,\xff\xfe\n", "the header is not utf-8"),
        ("orders.csv.gz", b"not gzip", "cannot read the file"),
        ("orders.parquet", b"not parquet", "cannot read the file as parquet"),
        ("orders.json", b"{not json", "cannot read the file as json"),
    ],
)
def test_a_file_that_cannot_be_read(shop, exports, orders_from_files, name, content, what) -> None:
    (exports / name).write_bytes(content)
    message = said(shop)
    assert what in message
    assert name in message


def test_mixed_line_endings(shop, exports, orders_from_files) -> None:
    (exports / "orders.csv").write_bytes(csv(order(1), order(2)).replace("\n2", "\r\n2").encode())
    assert "remedy: the file mixes line endings; convert it to one kind" in said(shop)


def test_files_of_two_formats_under_one_name(shop, exports, declare) -> None:
    declare(
        "sources: {f: {loader: files, path: exports, files: {orders: '*.*'}, streams: {orders: }}}"
    )
    (exports / "a.csv").write_text(csv(order(1)))
    (exports / "b.parquet").write_bytes(b"")
    assert "files of different formats under one name: csv, parquet" in said(shop)


def test_a_shared_table_that_reads_itself(shop, exports, declare) -> None:
    declare(
        """
        sources:
          files:
            loader: files
            path: exports
            tables: {orders: SELECT * FROM clean, clean: SELECT * FROM orders}
            streams: {orders: }
        """
    )
    (exports / "orders.csv").write_text(csv(order(1)))
    assert "the shared table 'orders' reads itself" in said(shop)


def test_a_shared_table_cannot_be_incremental(shop, exports, declare) -> None:
    declare(
        """
        sources:
          files:
            loader: files
            path: exports
            files: {orders: {path: "*.csv", incremental: true}}
            tables: {clean: SELECT * FROM orders}
            streams: {orders: SELECT * FROM clean}
        """
    )
    (exports / "a.csv").write_text(csv(order(1)))
    assert "shared table 'clean' reads 'orders', which is read incrementally" in said(shop)


def test_unknown_names_on_the_command_line(shop, exports, orders_from_files) -> None:
    assert "did you mean 'orders'?" in said(shop, UsageError, streams=["order"])
    assert "did you mean 'files'?" in said(shop, UsageError, sources=["file"])


def test_a_locked_database(shop, exports, orders_from_files, tmp_path) -> None:
    (exports / "orders.csv").write_text(csv(order(1)))
    ingest_all(shop)
    with another(DATABASE, shop.warehouse):
        assert "the database is in use by" in said(shop, BusyError)
    with writing(shop) as connection:
        assert isinstance(connection, duckdb.DuckDBPyConnection)
