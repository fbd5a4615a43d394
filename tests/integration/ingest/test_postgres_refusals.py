"""What the `postgres` loader refuses: with thing, place and remedy, without the password."""

from __future__ import annotations

import threading
import time
from decimal import Decimal

import pytest

from ingest.loaders import postgres
from ingest.run import ingest_all
from patron.errors import PatronError
from patron.warehouse import writing

SECRET = "not/for:every@one's eyes"
PLAIN = "CREATE TABLE orders AS SELECT '1' AS order_id, '1' AS customer_id, now() AS ordered_at, "
ORDERS = (
    f"{PLAIN} 'paid' AS order_status, 1.50::NUMERIC(12, 2) AS order_amount, now() AS updated_at"
)
SOURCES = 'sources: {db: {loader: postgres, dsn: "${SHOP_DSN}", streams: {orders: STREAM}}}'


@pytest.fixture
def load(shop, declare):
    """Declares one stream, `select` or nothing, and loads it."""

    def run(stream: str = ""):
        declare(SOURCES.replace("STREAM", stream))
        return ingest_all(shop)[0]

    return run


def refusal(load, stream: str = "") -> str:
    """The whole message; also in no cause of it is the password."""
    with pytest.raises(PatronError) as caught:
        load(stream)
    error: BaseException | None = caught.value
    while error is not None:
        assert "eyes" not in str(error)
        assert "not%2F" not in str(error)
        error = error.__cause__ or error.__context__
    assert caught.value.where
    assert caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("postgresql://postgres:{quoted}@127.0.0.1:{port}/postgres", "check user and password"),
        ("postgresql://postgres:{quoted}@127.0.0.1:1/postgres", "Connection refused"),
        ("host=127.0.0.1 port={port} user=nobody password='{escaped}'", "check user and password"),
        ("postgresql://postgres:{secret}@127.0.0.1:{port}/postgres", "cannot be read"),
        ("postgresql://p:{quoted}@127.0.0.1:{port}/x?sslmode=bogus", 'sslmode value: "bogus"'),
        ("{quoted}", "cannot be read"),
        ("postgresql://p:{quoted}@127.0.0.1:{quoted}/x", "cannot be read"),
    ],
)
def test_no_connection_and_no_password_in_any_message(
    postgres_server, load, monkeypatch, dsn, said
) -> None:
    quoted, escaped = "not%2Ffor%3Aevery%40one%27s%20eyes", SECRET.replace("'", "\\'")
    monkeypatch.setenv(
        "SHOP_DSN",
        dsn.format(quoted=quoted, escaped=escaped, secret=SECRET, port=postgres_server.port),
    )
    message = refusal(load)
    assert said in message
    assert "source 'db': dsn" in message


def test_a_password_with_every_special_character(
    postgres_server, database, execute, load, monkeypatch, shop
) -> None:
    execute(
        ORDERS,
        f"CREATE ROLE {database}_reader LOGIN PASSWORD '{SECRET.replace(chr(39), chr(39) * 2)}'",
        f"GRANT SELECT ON orders TO {database}_reader",
    )
    quoted = "not%2Ffor%3Aevery%40one%27s%20eyes"
    server = f"127.0.0.1:{postgres_server.port}/{database}"
    monkeypatch.setenv("SHOP_DSN", f"postgresql://{database}_reader:{quoted}@{server}")
    assert load().rows_inserted == 1
    with writing(shop) as connection:
        for table in ("load_log", "cursors", "rejected_rows"):
            assert "eyes" not in str(connection.execute(f"FROM raw.{table}").fetchall())
        assert connection.execute("SELECT path FROM duckdb_databases() WHERE path ~ 'eyes'")
        assert connection.execute("FROM duckdb_secrets()").fetchall() == []
    execute(f"REVOKE SELECT ON orders FROM {database}_reader")
    message = refusal(load)
    assert "the database does not let its user read public.orders" in message
    assert 'GRANT SELECT ON "public"."orders"' in message


def test_a_missing_database(postgres_server, load, monkeypatch) -> None:
    monkeypatch.setenv("SHOP_DSN", postgres_server.dsn("shopp"))
    assert 'database "shopp" does not exist' in refusal(load)


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("SELECT * FROM db.public.orderz", "did you mean 'public.orders'?"),
        ("SELECT * FROM db.orderz", "did you mean 'public.orders'?"),
        ("SELECT * FROM db.shop.orders", "did you mean 'public.orders'?"),
        ("SELECT order_nr AS order_id FROM db.public.orders", "order_nr"),
        ("SELECT order_id FROM db.public.orders", "lacks the required columns customer_id"),
        ("DELETE FROM db.public.orders", "not one SELECT"),
    ],
)
def test_a_query_that_does_not_fit(execute, load, select, said) -> None:
    execute(ORDERS)
    assert said in refusal(load, select)


def test_names_are_found_in_any_case_and_without_schema(execute, load) -> None:
    execute(ORDERS)
    assert load("SELECT * FROM DB.Public.ORDERS").rows_inserted == 1
    assert load("SELECT * FROM db.orders").rows_unchanged == 1


def test_nothing_can_be_written_there(execute, load, postgres_server, database) -> None:
    execute(ORDERS)
    for statement in ("DELETE FROM orders", "DROP TABLE orders"):
        refusal(load, f"SELECT * FROM postgres_query('db', '{statement}')".replace("'", "''"))
    assert postgres_server.query("SELECT count(*) FROM orders", database) == [(1,)]


@pytest.mark.parametrize("name", ["raw", "warehouse", "temp", "main"])
def test_a_name_that_the_warehouse_has(execute, shop, declare, name) -> None:
    execute(ORDERS)
    declare(SOURCES.replace("STREAM", "").replace("db:", f"{name}:"))
    with pytest.raises(PatronError, match=f"cannot be attached as '{name}'"):
        ingest_all(shop)


def test_a_connection_lost_in_the_middle(
    execute, load, query, shop, postgres_server, database
) -> None:
    execute(ORDERS)
    load()
    execute(
        "INSERT INTO orders SELECT i::TEXT, '2', now(), 'paid', 1, now() "
        "FROM generate_series(2, 9999) AS i",
        "CREATE VIEW slow AS SELECT *, pg_sleep(0.001)::TEXT AS slowly FROM orders",
    )
    cut = threading.Thread(target=cut_off, args=(postgres_server, database))
    cut.start()
    message = refusal(load, "SELECT * FROM db.public.slow")
    cut.join()
    assert "the connection to the database was lost" in message
    assert "load again" in message
    assert query("SELECT count(*) FROM raw.orders") == [(1,)]
    assert load().rows_inserted == 9_998


def test_a_connection_lost_after_the_read(
    execute, load, query, postgres_server, database, monkeypatch
) -> None:
    execute(ORDERS)
    checked = postgres.refuse_inexact

    def lose(*arguments: object) -> None:
        others = f"datname = '{database}' AND pid <> pg_backend_pid()"
        postgres_server.query(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}", database
        )
        checked(*arguments)

    monkeypatch.setattr(postgres, "refuse_inexact", lose)
    assert "the connection to the database was lost" in refusal(load)
    assert query("SELECT count(*) FROM raw.orders") == [(0,)]


def cut_off(server, database: str) -> None:
    """End the session that is reading the view, once it is."""
    reading = f"datname = '{database}' AND query LIKE '%slow%' AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        ended = server.query(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {reading} "
            "AND query_start < now() - INTERVAL '0.2 seconds'",
            database,
        )
        if ended:
            return


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("NUMERIC(12, 2)", "'NaN'", "order_amount = NaN"),
        ("NUMERIC", "'NaN'", "order_amount = NaN"),
        ("NUMERIC", "'Infinity'", "order_amount = Infinity"),
        ("NUMERIC", "12345678901234.56", "order_amount = 12345678901234.56"),
        ("NUMERIC", "1.00000000000000000001", "order_amount = 1.00000000000000000001"),
        ("NUMERIC", "1e400", "order_amount = 1000"),
        ("NUMERIC", "1e-400", "order_amount = 0.000"),
        ("NUMERIC(50, 2)", "12345678901234.56", "order_amount = 12345678901234.56"),
        ("amount", "'NaN'", "order_amount = NaN"),
    ],
)
def test_a_number_that_would_arrive_changed(execute, load, query, kind, value, said) -> None:
    execute(
        ORDERS,
        "CREATE DOMAIN amount AS NUMERIC(12, 2)",
        f"ALTER TABLE orders ALTER order_amount TYPE {kind}",
        "INSERT INTO orders SELECT '2', customer_id, ordered_at, order_status, "
        f"{value}, updated_at FROM orders",
    )
    message = refusal(load)
    assert "public.orders has 1 row with a number that cannot be read exactly" in message
    assert said in message
    assert query("SELECT count(*) FROM raw.orders") == [(0,)]
    # As text from PostgreSQL itself, the contract judges it row by row.
    one = load(
        "SELECT * FROM postgres_query(''db'', $$ SELECT order_id, customer_id, ordered_at, "
        "order_status, order_amount::TEXT AS order_amount, updated_at FROM orders $$)".join("''")
    )
    exact = value == "12345678901234.56"
    assert (one.rows_read, one.rows_rejected) == (2, 0 if exact else 1)
    assert query("SELECT max(order_amount) FROM raw.orders") == [
        (Decimal(value if exact else "1.50"),)
    ]


def test_only_columns_and_rows_that_are_read_are_looked_at(execute, load) -> None:
    execute(
        ORDERS,
        "ALTER TABLE orders ADD latitude NUMERIC",
        "UPDATE orders SET latitude = 52.520008123456789012345",
        "INSERT INTO orders SELECT '2', '1', now(), 'paid', 'NaN', '2020-01-01'",
    )
    columns = "order_id, customer_id, ordered_at, order_status, order_amount, updated_at"
    select = f"SELECT {columns} FROM db.public.orders WHERE updated_at > make_date(2021, 1, 1)"
    one = load(f"'{select}'")
    assert (one.rows_read, one.rows_inserted) == (1, 1)


def test_times_that_no_row_can_have(execute, load, query) -> None:
    execute(
        ORDERS,
        "ALTER TABLE orders ALTER ordered_at TYPE TIMESTAMP",
        "UPDATE orders SET ordered_at = '0044-03-15 12:00:00 BC'",
        "INSERT INTO orders SELECT '2', '1', 'infinity', 'paid', 1, now()",
        "INSERT INTO orders SELECT '3', '1', now(), 'paid', 1, '-infinity'",
        "INSERT INTO orders SELECT '4', '1', '2024-07-01 12:00', 'paid', 1, '2024-07-01 12:00+02'",
    )
    assert load().rows_read == 4
    assert query("SELECT row_key, reason FROM raw.rejected_rows ORDER BY 1") == [
        ("2", "ordered_at is not a timestamp"),
        ("3", "updated_at is not a timestamp"),
    ]
    assert query(
        "SELECT ordered_at::VARCHAR, updated_at::VARCHAR FROM raw.orders WHERE order_id = '4'"
    ) == [("2024-07-01 12:00:00", "2024-07-01 10:00:00")]
    assert query("SELECT ordered_at::VARCHAR FROM raw.orders WHERE order_id = '1'") == [
        ("0044-03-15 (BC) 12:00:00",)
    ]


def test_types_become_text_as_postgresql_writes_them(execute, load, query) -> None:
    execute(
        ORDERS,
        "CREATE TYPE state AS ENUM ('paid', 'shipped')",
        "ALTER TABLE orders ALTER order_status TYPE state USING order_status::state",
        "ALTER TABLE orders ALTER order_id TYPE UUID USING '123e4567-e89b-12d3-a456-426614174000'",
        "ALTER TABLE orders ALTER customer_id TYPE NUMERIC USING 17",
        "ALTER TABLE orders ADD payment_method JSONB, ADD promo_code TEXT[], "
        "ADD shipping_method CHAR(9), ADD shipping_country CIDR",
        """UPDATE orders SET payment_method = '{"kind": "card"}', promo_code = '{A,B}',
           shipping_method = 'fast', shipping_country = '10.0.0.0/8'""",
    )
    assert load().rows_inserted == 1
    assert query(
        "SELECT order_id, customer_id, order_status, payment_method, promo_code, "
        "shipping_method, shipping_country FROM raw.orders"
    ) == [
        (
            "123e4567-e89b-12d3-a456-426614174000",
            "17",
            "paid",
            '{"kind": "card"}',
            "[A, B]",
            "fast",
            "10.0.0.0/8",
        )
    ]


@pytest.mark.parametrize("parallel", [False, True])
def test_every_kind_of_table_is_read_whole(execute, load, parallel) -> None:
    """Read in parts by several connections as well: no row is left out, none comes twice."""
    rows = 60_000 if parallel else 300
    columns = "customer_id, ordered_at, order_status, order_amount, updated_at"
    execute(
        ORDERS,
        f"CREATE TABLE parted (order_id INT, {columns.replace(',', ' TEXT,')} TEXT) "
        "PARTITION BY RANGE (order_id)".replace("order_amount TEXT", "order_amount NUMERIC(12, 2)"),
        *(
            f"CREATE TABLE parted_{i} PARTITION OF parted "
            f"FOR VALUES FROM ({i * rows // 3}) TO ({(i + 1) * rows // 3})"
            for i in range(3)
        ),
        f"INSERT INTO parted SELECT i, {columns} FROM orders, generate_series(0, {rows - 1}) AS i",
        "CREATE MATERIALIZED VIEW kept AS SELECT * FROM parted",
        "CREATE VIEW seen AS SELECT * FROM parted",
    )
    first = load("SELECT * FROM db.public.parted")
    assert (first.rows_read, first.rows_inserted) == (rows, rows)
    for table in ("kept", "seen"):
        again = load(f"SELECT * FROM db.public.{table}")
        assert (again.rows_read, again.rows_unchanged) == (rows, rows)
