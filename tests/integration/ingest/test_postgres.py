"""The `postgres` loader against a real server: reads, cursors, deletions, one snapshot."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ingest.load import load_stream
from ingest.loaders import open_source
from ingest.run import ingest_all, prepare
from ingest.sources import load_sources
from patron.errors import PatronError
from patron.warehouse import writing

ORDERS = """
    CREATE TABLE orders (
      order_id BIGINT PRIMARY KEY, customer_id BIGINT, ordered_at TIMESTAMPTZ NOT NULL,
      order_status TEXT NOT NULL, order_amount NUMERIC(12, 2) NOT NULL,
      updated_at TIMESTAMPTZ NOT NULL
    )
"""


@pytest.fixture
def with_orders(execute, declare):
    """A table of five orders, and a source that reads streams as given."""
    execute(
        ORDERS,
        "INSERT INTO orders SELECT i, 10 + i, TIMESTAMPTZ '2024-01-01 00:00+00' + i * "
        "INTERVAL '1 day', 'paid', i * 10, TIMESTAMPTZ '2024-02-01 00:00+00' + i * "
        "INTERVAL '1 hour' FROM generate_series(1, 5) AS i",
    )

    def streams(text: str) -> None:
        declare(f'sources: {{db: {{loader: postgres, dsn: "${{SHOP_DSN}}", streams: {text}}}}}')

    return streams


def load(**options):
    """Load everything; rows are conserved in each load."""
    loads = ingest_all(options.pop("shop"), **options)
    for one in loads:
        accounted = one.rows_inserted + one.rows_updated + one.rows_unchanged + one.rows_rejected
        assert one.rows_read == accounted
    return loads


def outcome(one) -> tuple[int, int, int, int, int, int]:
    return (
        one.rows_read,
        one.rows_inserted,
        one.rows_updated,
        one.rows_unchanged,
        one.rows_rejected,
        one.rows_deleted,
    )


def test_a_table_of_the_streams_name_is_read_whole(shop, with_orders, query, execute) -> None:
    with_orders("{orders: , customers: }")
    orders, absent = sorted(load(shop=shop), key=lambda one: one.stream, reverse=True)
    assert (absent.stream, absent.status) == ("customers", "absent")
    assert outcome(orders) == (5, 5, 0, 0, 0, 0)
    assert query(
        "SELECT order_id, customer_id, CAST(ordered_at AS VARCHAR), order_status, order_amount, "
        "currency, CAST(updated_at AS VARCHAR) FROM raw.orders WHERE order_id = '3'"
    ) == [("3", "13", "2024-01-04 00:00:00", "paid", Decimal(30), None, "2024-02-01 03:00:00")]
    assert outcome(load(shop=shop, streams=["orders"])[0]) == (5, 0, 0, 5, 0, 0)
    execute("UPDATE orders SET order_status = 'shipped', updated_at = now() WHERE order_id = 2")
    assert outcome(load(shop=shop, streams=["orders"])[0]) == (5, 0, 1, 4, 0, 0)


def test_a_cursor_reads_what_has_changed(shop, with_orders, query, execute) -> None:
    with_orders("{orders: {cursor: updated_at, overlap: 0 seconds}}")
    assert outcome(load(shop=shop)[0]) == (5, 5, 0, 0, 0, 0)
    execute(
        "UPDATE orders SET order_status = 'shipped', "
        "updated_at = TIMESTAMPTZ '2024-02-02 01:30+01' WHERE order_id = 1",
        "INSERT INTO orders VALUES (6, 16, now(), 'paid', 60, TIMESTAMPTZ '2024-02-02 00:31+00')",
    )
    # The row at the cursor itself, the changed one and the new one.
    assert outcome(load(shop=shop)[0]) == (3, 1, 1, 1, 0, 0)
    assert query("SELECT cursor_before, cursor_after FROM raw.load_log ORDER BY batch_id") == [
        (None, "2024-02-01 05:00:00"),
        ("2024-02-01 05:00:00", "2024-02-02 00:31:00"),
    ]


def test_rows_without_a_cursor_value_are_rejected_not_passed_over(
    shop, with_orders, query, execute
) -> None:
    execute(
        "ALTER TABLE orders ALTER updated_at DROP NOT NULL",
        "UPDATE orders SET updated_at = NULL WHERE order_id = 4",
    )
    with_orders("{orders: {cursor: updated_at}}")
    assert outcome(load(shop=shop)[0]) == (5, 4, 0, 0, 1, 0)
    assert query("SELECT row_key, reason FROM raw.rejected_rows") == [("4", "missing updated_at")]


def test_the_overlap_finds_rows_committed_late(shop, with_orders, postgres_server, database, query):
    """An older transaction commits after a newer row has been read: two sessions, as in life."""
    with_orders("{orders: {cursor: updated_at, overlap: 10 minutes}}")
    with postgres_server.session(database) as late, postgres_server.session(database) as early:
        late.begin()
        late.execute(
            "INSERT INTO orders VALUES "
            "(7, 17, now(), 'paid', 70, TIMESTAMPTZ '2024-03-01 12:00+00')"
        )
        early.execute(
            "INSERT INTO orders VALUES "
            "(8, 18, now(), 'paid', 80, TIMESTAMPTZ '2024-03-01 12:05+00')"
        )
        load(shop=shop)
        assert query("SELECT max(order_id), count(*) FROM raw.orders") == [("8", 6)]
        assert load(shop=shop)[0].rows_inserted == 0
        late.commit()
    assert outcome(load(shop=shop)[0]) == (2, 1, 0, 1, 0, 0)
    assert query("SELECT order_amount FROM raw.orders WHERE order_id = '7'") == [(Decimal(70),)]


def test_the_cursor_reaches_the_index(shop, execute, declare, query, postgres_server, database):
    """Of 20,000 rows, the server reads just those after the cursor, by its index."""
    execute(
        ORDERS,
        "INSERT INTO orders SELECT i, 1, TIMESTAMPTZ '2024-01-01 00:00+00', 'paid', 1, "
        "TIMESTAMPTZ '2024-01-01 00:00+00' + i * INTERVAL '1 minute' "
        "FROM generate_series(1, 20000) AS i",
        "CREATE INDEX ON orders (updated_at)",
        "ANALYZE orders",
    )
    select = "SELECT * FROM db.public.orders WHERE updated_at > @cursor"
    declare(
        f"""
        sources:
          db:
            loader: postgres
            dsn: ${{SHOP_DSN}}
            streams:
              orders: {{cursor: updated_at, select: "{select}"}}
        """
    )
    load(shop=shop)
    scans = (
        "SELECT seq_tup_read::BIGINT, idx_scan::BIGINT FROM pg_stat_user_tables "
        "WHERE relname = 'orders'"
    )
    # Sessions report what they did when they end.
    before = settled(postgres_server, database, scans)
    assert outcome(load(shop=shop)[0]) == (10, 0, 0, 10, 0, 0)
    after = settled(postgres_server, database, scans)
    assert after[0] == before[0]
    assert after[1] > before[1]


def settled(server, database: str, select: str) -> tuple[int, int]:
    """Statistics once no other session is left that could still change them."""
    others = (
        "SELECT count(*) FROM pg_stat_activity "
        f"WHERE datname = '{database}' AND pid <> pg_backend_pid()"
    )
    while server.query(others, database)[0][0]:
        pass
    return server.query(select, database)[0]


def test_deletions_are_found_by_reading_keys_only(shop, with_orders, query, execute) -> None:
    with_orders("{orders: {cursor: updated_at, deletes: full_compare}}")
    load(shop=shop)
    execute("DELETE FROM orders WHERE order_id IN (2, 3)")
    # The last row is inside the overlap; of the others only the keys are read.
    assert outcome(load(shop=shop)[0]) == (1, 0, 0, 1, 0, 2)
    assert query("SELECT row_key FROM raw.deleted_rows ORDER BY 1") == [("2",), ("3",)]
    execute("TRUNCATE orders")
    with pytest.raises(PatronError, match="is empty, last time it had 3"):
        load(shop=shop)
    assert query("SELECT count(*) FROM raw.orders") == [(3,)]


def test_rows_and_keys_are_of_one_moment(shop, with_orders, execute, query, monkeypatch) -> None:
    """A row that goes away between the read of the rows and that of the keys is still there."""
    with_orders("{orders: {deletes: full_compare}}")
    source = load_sources(shop)[0]
    with writing(shop) as connection:
        prepare(connection)
        with open_source(connection, shop, source) as opened:
            reading = opened.reading("orders")

            def delete_meanwhile(select: str) -> None:
                # As another client, at once and for everybody else.
                deleting = threading.Thread(
                    target=execute, args=("DELETE FROM orders WHERE order_id = 5",)
                )
                deleting.start()
                deleting.join()

            changed = type(reading)(reading.select, verify=delete_meanwhile)
            monkeypatch.setattr(opened, "reading", lambda stream: changed)
            one = load_stream(connection, opened, source, "orders")
    assert outcome(one) == (5, 5, 0, 0, 0, 0)
    assert outcome(load(shop=shop)[0]) == (4, 0, 0, 4, 0, 1)


def test_a_select_may_be_in_postgresqls_own_sql(shop, execute, declare, query) -> None:
    execute(
        "CREATE TABLE carts (id INT, doc JSONB, changed TIMESTAMPTZ)",
        "INSERT INTO carts VALUES "
        '(1, \'{"who": "a", "total": 12.50}\', \'2024-01-01 12:00+02\'), '
        '(2, \'{"who": "b", "total": 1.005}\', \'2024-01-01 12:00+02\')',
    )
    declare(
        """
        sources:
          db:
            loader: postgres
            dsn: ${SHOP_DSN}
            streams:
              orders:
                cursor: updated_at
                select: |
                  SELECT *, updated_at AS ordered_at, 'paid' AS order_status
                  FROM postgres_query('db', $$
                    SELECT id AS order_id, doc ->> 'who' AS customer_id, changed AS updated_at,
                           doc ->> 'total' AS order_amount
                    FROM carts WHERE changed > @cursor
                  $$)
        """
    )
    assert outcome(load(shop=shop)[0]) == (2, 1, 0, 0, 1, 0)
    assert query("SELECT order_id, order_amount, updated_at::TEXT FROM raw.orders") == [
        ("1", Decimal("12.50"), "2024-01-01 10:00:00")
    ]
    assert query("SELECT reason FROM raw.rejected_rows") == [
        ("order_amount has more than 2 decimals",)
    ]
    moment = datetime(2024, 1, 1, 10, tzinfo=UTC) + timedelta(minutes=30)
    execute(f'INSERT INTO carts VALUES (3, \'{{"who": "c", "total": 3}}\', \'{moment}\')')
    assert load(shop=shop)[0].rows_inserted == 1
