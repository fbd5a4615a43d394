"""Online Retail II: the published totals, accounted for line by line and penny by penny."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from ingest.loaders import open_source
from ingest.raw import ensure_tables
from ingest.run import ingest_all
from ingest.scaffold import scaffold
from ingest.sources import load_sources
from patron.shop import SHOP_VARIABLE, find_shop

HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"
LEFT_OUT = {
    "repeated_sheet",
    "bad_debt",
    "test",
    "no_revenue",
    "fee",
    "adjustment",
    "discount",
    "sample",
    "voucher",
    "shipping_only",
    "shipping_credit",
}


@pytest.fixture
def load_lines(shop):
    """Loads lines of the file as a shop of its own."""

    def load(*lines: str):
        (shop.root / "lines.csv").write_text("\n".join((HEADER, *lines, "")), encoding="utf-8")
        scaffold(shop, mapping="online_retail_2", path="lines.csv", overwrite=True)
        return ingest_all(shop)

    return load


def line(invoice, code, quantity, when, price="1.00", customer="13085.0", country="EIRE"):
    return f"{invoice},{code},{code} thing ,{quantity},{when},{price},{customer},{country}"


def test_an_order_with_shipping(load_lines, query) -> None:
    load_lines(
        line("500001", "85123a", 2, "2010-07-01 10:00:00", "2.55"),
        line("500001", "22041", 1, "2010-07-01 10:01:00", "1.45"),
        line("500001", "22041", 1, "2010-07-01 10:01:00", "1.45"),
        line("500001", "POST", 1, "2010-07-01 10:00:00", "18.0"),
        line("500001", "M", 1, "2010-07-01 10:00:00", "99.0"),
    )
    assert query(
        "SELECT order_id, customer_id, CAST(ordered_at AS VARCHAR), order_status, order_amount, "
        "shipping_amount, discount_amount, currency, shipping_country FROM raw.orders"
    ) == [
        (
            "500001",
            "13085",
            "2010-07-01 09:00:00",
            "delivered",
            Decimal("8.00"),
            Decimal("18.00"),
            Decimal("0.00"),
            "GBP",
            "IE",
        )
    ]
    assert query("SELECT line_number, product_id, quantity FROM raw.order_items ORDER BY 1") == [
        (1, "85123A", 2),
        (2, "22041", 1),
        (3, "22041", 1),
    ]
    assert query("SELECT product_id, product_name FROM raw.products ORDER BY 1") == [
        ("22041", "22041 thing"),
        ("85123A", "85123a thing"),
    ]
    assert query("SELECT customer_id, country FROM raw.customers") == [("13085", "IE")]


def test_returns_take_from_the_latest_earlier_purchase(load_lines, query) -> None:
    load_lines(
        line("500001", "A1", 5, "2010-01-01 10:00:00"),
        line("500002", "A1", 2, "2010-01-02 10:00:00"),
        line("C500003", "A1", -3, "2010-01-03 10:00:00"),
        line("500004", "A1", 1, "2010-01-04 10:00:00"),
        line("C500005", "A1", -6, "2010-01-05 10:00:00"),
        line("500006", "A1", 9, "2010-01-06 10:00:00"),
        line("C500007", "A1", -1, "2010-01-07 10:00:00", customer="99999.0"),
    )
    assert query(
        "SELECT return_id, order_id, quantity, refund_amount FROM raw.returns ORDER BY return_id"
    ) == [
        ("C500003-1-1", "500002", 2, Decimal("2.00")),
        ("C500003-1-2", "500001", 1, Decimal("1.00")),
        ("C500005-1-1", "C500005", 1, Decimal("1.00")),
        ("C500005-1-2", "500004", 1, Decimal("1.00")),
        ("C500005-1-3", "500001", 4, Decimal("4.00")),
        ("C500007-1-1", "C500007", 1, Decimal("1.00")),
    ]
    assert dict(query("SELECT order_id, order_status FROM raw.orders")) == {
        "500001": "refunded",
        "500002": "refunded",
        "500004": "refunded",
        "500006": "delivered",
    }


def test_the_second_sheet_repeats_an_invoice(load_lines, query) -> None:
    repeated = line("500009", "A1", 1, "2010-12-05 10:00:00")
    load_lines(
        line("500001", "A1", 1, "2010-01-01 10:00:00"),
        repeated,
        repeated,
        line("500008", "A1", 1, "2010-12-04 10:00:00"),
        repeated,
        repeated,
        line("500010", "A1", 1, "2010-12-06 10:00:00"),
    )
    assert query("SELECT order_id, count(*) FROM raw.order_items GROUP BY 1 ORDER BY 1") == [
        ("500001", 1),
        ("500008", 1),
        ("500009", 2),
        ("500010", 1),
    ]


def test_guests_and_lines_that_are_no_goods(load_lines, query) -> None:
    when = "2010-01-01 10:00:00"
    loads = load_lines(
        line("500001", "A1", 1, when, customer=""),
        line("500002", "A1", -5, when, "0.0", customer=""),
        line("500003", "POST", 1, when),
        line("A50004", "B", 1, when, "-100.5"),
        line("500005", "TEST001", 1, when),
        line("C50006", "POST", -1, when),
        line("C50007", "D", -1, when),
    )
    assert query("SELECT order_id, customer_id FROM raw.orders") == [("500001", "guest")]
    assert query("SELECT customer_id FROM raw.customers") == [("13085",)]
    assert [load.rows_read for load in loads] == [1, 1, 1, 1, 0]


@pytest.fixture(scope="module")
def classified(real_data, tmp_path_factory):
    """The whole file loaded, and its classified lines, on one connection."""
    shop = find_shop(tmp_path_factory.mktemp("retail"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SHOP_VARIABLE, str(shop.root))
        archive = str(real_data / "online_retail_II_csv.zip")
        scaffold(shop, mapping="online_retail_2", path=archive, overwrite=True)
        loads = ingest_all(shop)
        assert sum(load.rows_rejected for load in loads) == 0
        with duckdb.connect(str(shop.warehouse)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            ensure_tables(connection)
            with open_source(connection, shop, load_sources(shop)[0]) as opened:
                opened.reading("returns")
                yield connection


def one(connection, sql: str):
    return connection.execute(sql).fetchone()


@pytest.mark.real_data
def test_the_published_facts(classified) -> None:
    assert one(
        classified,
        """
        SELECT count(*), count(DISTINCT invoice), count(DISTINCT customer_id),
               CAST(sum(quantity * price) AS DECIMAL(18, 2)),
               CAST(sum(quantity * price) FILTER (WHERE quantity > 0 AND price > 0)
                    AS DECIMAL(18, 2)),
               count(*) FILTER (WHERE invoice LIKE 'C%'),
               count(*) FILTER (WHERE invoice LIKE 'A%'),
               count(*) FILTER (WHERE quantity < 0 AND invoice NOT LIKE 'C%'),
               count(*) FILTER (WHERE price = 0)
        FROM lines
        """,
    ) == (
        1_067_371,
        53_628,
        5_942,
        Decimal("19287250.57"),
        Decimal("20972968.14"),
        19_494,
        6,
        3_457,
        6_202,
    )


@pytest.mark.real_data
def test_every_line_is_in_exactly_one_class_and_its_money_is_in_raw(classified) -> None:
    classes = {
        name: (rows, money)
        for name, rows, money in classified.execute(
            "SELECT class, count(*), sum(quantity * price) FROM lines GROUP BY class"
        ).fetchall()
    }
    assert set(classes) == LEFT_OUT | {"item", "return", "shipping"}
    assert sum(rows for rows, _ in classes.values()) == 1_067_371
    assert sum(money for _, money in classes.values()) == Decimal("19287250.568")
    assert classes["repeated_sheet"][0] == 22_523
    assert (
        one(classified, "SELECT count(*), sum(quantity * unit_price) FROM raw.order_items")
        == classes["item"]
    )
    assert one(classified, "SELECT sum(order_amount), sum(shipping_amount) FROM raw.orders") == (
        classes["item"][1],
        classes["shipping"][1],
    )
    assert one(classified, "SELECT -sum(refund_amount) FROM raw.returns") == (classes["return"][1],)


@pytest.mark.real_data
def test_orders_are_their_items_and_nobody_returns_more_than_was_bought(classified) -> None:
    assert one(
        classified,
        """
        SELECT count(*) FROM raw.orders FULL JOIN (
          SELECT order_id, sum(quantity * unit_price) AS amount FROM raw.order_items GROUP BY 1
        ) AS items USING (order_id)
        WHERE order_amount IS DISTINCT FROM amount
        """,
    ) == (0,)
    assert one(
        classified,
        """
        SELECT count(*) FROM (
          SELECT order_id, product_id, sum(quantity) AS given_back FROM raw.returns GROUP BY ALL
        ) JOIN (
          SELECT order_id, product_id, sum(quantity) AS sold FROM raw.order_items GROUP BY ALL
        ) USING (order_id, product_id)
        WHERE given_back > sold
        """,
    ) == (0,)
    assert one(
        classified,
        """
        SELECT count(*) FROM raw.returns LEFT JOIN raw.orders USING (order_id)
        WHERE (customer_id IS NULL) <> (order_id LIKE 'C%') OR returned_at < ordered_at
        """,
    ) == (0,)
    assert (
        one(
            classified,
            """
        SELECT sum(units), (SELECT sum(quantity) FROM raw.returns)
        FROM (SELECT -quantity AS units FROM lines WHERE class = 'return')
        """,
        )[0]
        == one(classified, "SELECT sum(quantity) FROM raw.returns")[0]
    )


@pytest.mark.real_data
def test_customers_and_countries(classified) -> None:
    assert one(
        classified, "SELECT count(*), count(*) FILTER (length(country) <> 2) FROM raw.customers"
    ) == (
        5_942,
        0,
    )
    assert one(
        classified, "SELECT count(*) FROM raw.orders WHERE length(shipping_country) <> 2"
    ) == (0,)
    assert one(
        classified, "SELECT count(*) FROM raw.products WHERE product_id <> upper(product_id)"
    ) == (0,)
