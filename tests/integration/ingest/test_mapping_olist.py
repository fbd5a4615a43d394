"""Olist: the facts of the real files, and what the files say that the sample lacks."""

from __future__ import annotations

import zipfile
from decimal import Decimal

import duckdb
import pytest

from ingest.run import ingest_all
from ingest.scaffold import scaffold
from patron.shop import SHOP_VARIABLE, Shop, find_shop
from tests.support.refusals import refusals
from tests.support.sample_files import OLIST

FILES = {
    **OLIST,
    "olist_order_payments_dataset": "order_id,payment_sequential,payment_type,"
    "payment_installments,payment_value",
    "olist_products_dataset": "product_id,product_category_name,product_name_lenght,"
    "product_description_lenght,product_photos_qty,product_weight_g,product_length_cm,"
    "product_height_cm,product_width_cm",
    "product_category_name_translation": "product_category_name,product_category_name_english",
}
# A summer order (UTC-2), moved house in winter (UTC-3), unpaid, nothing to be had, nobody known.
ROWS = {
    "olist_orders_dataset": (
        (
            "o1,c1,delivered,2018-01-10 10:00:00,2018-01-10 11:00:00,2018-01-11 09:00:00,"
            "2018-01-20 15:00:00,2018-01-20 00:00:00"
        ),
        "o2,c2,invoiced,2018-06-10 10:00:00,2018-06-10 11:00:00,,,2018-06-30 00:00:00",
        "o3,c3,created,2018-06-11 10:00:00,,,,2018-06-30 00:00:00",
        "o4,c4,unavailable,2018-06-12 10:00:00,2018-06-12 10:05:00,,,2018-06-30 00:00:00",
        (
            "o5,c9,shipped,2018-06-13 10:00:00,2018-06-13 10:05:00,2018-06-14 10:00:00,,"
            "2018-06-30 00:00:00"
        ),
    ),
    "olist_customers_dataset": (
        "c1,ana,01037,sao paulo,SP",
        "c2,ana,20040,rio de janeiro,RJ",
        "c3,bia,01037,sao paulo,SP",
        "c4,bia,01037,sao paulo,SP",
    ),
    "olist_order_items_dataset": (
        "o1,1,p1aaaaaaaaaa,s1,2018-01-15 10:00:00,10.50,2.00",
        "o1,2,p1aaaaaaaaaa,s1,2018-01-15 10:00:00,10.50,2.05",
        "o2,1,p1aaaaaaaaaa,s1,2018-06-15 10:00:00,11.00,3.00",
        "o3,1,p2bbbbbbbbbb,s1,2018-06-15 10:00:00,99.99,0.00",
        "o5,1,p2bbbbbbbbbb,s1,2018-06-15 10:00:00,99.99,0.00",
    ),
    "olist_order_payments_dataset": (
        "o1,1,credit_card,3,20.05",
        "o1,2,voucher,1,5.00",
        "o3,1,boleto,1,99.99",
        "o4,1,not_defined,1,0.00",
    ),
    "olist_order_reviews_dataset": (
        'r1,o1,5,,"very\ngood, thanks",2018-01-21 00:00:00,2018-01-22 10:00:00',
        "r1,o2,4,,,2018-06-21 00:00:00,2018-06-22 10:00:00",
    ),
    "olist_products_dataset": (
        "p1aaaaaaaaaa,cama_mesa_banho,40,287,1,225,16,10,14",
        "p2bbbbbbbbbb,,40,287,1,225,16,10,14",
        "p3cccccccccc,pc_gamer,40,287,1,225,16,10,14",
    ),
    "product_category_name_translation": ("cama_mesa_banho,bed_bath_table",),
}


@pytest.fixture
def load_files(shop):
    """Loads the files as published, except some."""

    def load(*left_out: str):
        folder = shop.root / "olist"
        folder.mkdir(exist_ok=True)
        for name, header in FILES.items():
            if name not in left_out:
                # The translation begins with a byte order mark, as published.
                mark = "\ufeff" if name.startswith("product_category") else ""
                text = "\n".join((mark + header, *ROWS[name], ""))
                (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        scaffold(shop, mapping="olist", path="olist", overwrite=True)
        return {load.stream: load for load in ingest_all(shop)}

    return load


def test_people_orders_and_what_they_are_worth(load_files, query) -> None:
    assert sum(load.rows_rejected for load in load_files().values()) == 0
    assert query(
        "SELECT order_id, customer_id, CAST(ordered_at AS VARCHAR), order_status, order_amount, "
        "shipping_amount, shipping_state FROM raw.orders ORDER BY 1"
    ) == [
        ("o1", "ana", "2018-01-10 12:00:00", "delivered", Decimal("21.00"), Decimal("4.05"), "SP"),
        ("o2", "ana", "2018-06-10 13:00:00", "paid", Decimal("11.00"), Decimal("3.00"), "RJ"),
        ("o3", "bia", "2018-06-11 13:00:00", "pending", Decimal("99.99"), Decimal("0.00"), "SP"),
        ("o4", "bia", "2018-06-12 13:00:00", "cancelled", Decimal("0.00"), Decimal("0.00"), "SP"),
        ("o5", "guest", "2018-06-13 13:00:00", "shipped", Decimal("99.99"), Decimal("0.00"), None),
    ]
    assert query(
        "SELECT customer_id, state, postal_code, CAST(created_at AS VARCHAR), country "
        "FROM raw.customers ORDER BY 1"
    ) == [
        ("ana", "RJ", "20040", "2018-01-10 12:00:00", "BR"),
        ("bia", "SP", "01037", "2018-06-11 13:00:00", "BR"),
    ]


def test_payments_reviews_and_shipments(load_files, query) -> None:
    load_files()
    assert query(
        "SELECT payment_id, CAST(paid_at AS VARCHAR), amount, payment_method, payment_status "
        "FROM raw.payments ORDER BY 1"
    ) == [
        ("o1-1", "2018-01-10 13:00:00", Decimal("20.05"), "credit_card", "paid"),
        ("o1-2", "2018-01-10 13:00:00", Decimal("5.00"), "voucher", "paid"),
        ("o3-1", "2018-06-11 13:00:00", Decimal("99.99"), "boleto", "pending"),
        ("o4-1", "2018-06-12 13:05:00", Decimal("0.00"), None, "paid"),
    ]
    assert query("SELECT review_id, rating, CAST(created_at AS VARCHAR) FROM raw.reviews") == [
        ("r1-o1", 5, "2018-01-22 12:00:00"),
        ("r1-o2", 4, "2018-06-22 13:00:00"),
    ]
    # Delivered in the afternoon of the promised day is in time.
    assert query(
        "SELECT order_id, CAST(promised_at AS VARCHAR), delivered_at <= promised_at, region "
        "FROM raw.shipments ORDER BY 1"
    ) == [
        ("o1", "2018-01-21 01:59:59", True, "SP"),
        ("o5", "2018-07-01 02:59:59", None, None),
    ]


def test_products_are_called_by_their_category(load_files, query) -> None:
    load_files()
    assert query(
        "SELECT product_id, product_name, category_id, list_price FROM raw.products ORDER BY 1"
    ) == [
        ("p1aaaaaaaaaa", "bed bath table p1aaaaaa", "cama_mesa_banho", Decimal("11.00")),
        ("p2bbbbbbbbbb", "product p2bbbbbb", None, Decimal("99.99")),
        ("p3cccccccccc", "pc gamer p3cccccc", "pc_gamer", None),
    ]
    assert query("SELECT category_id, category_name FROM raw.categories ORDER BY 1") == [
        ("cama_mesa_banho", "bed bath table"),
        ("pc_gamer", "pc gamer"),
    ]


def test_files_that_may_be_missing(load_files, query) -> None:
    loads = load_files(
        "olist_products_dataset",
        "product_category_name_translation",
        "olist_order_payments_dataset",
        "olist_order_reviews_dataset",
    )
    assert {name for name, load in loads.items() if load.rows_read == 0} == {
        "categories",
        "payments",
        "reviews",
    }
    assert query("SELECT product_name, category_id FROM raw.products ORDER BY 1") == [
        ("product p1aaaaaa", None),
        ("product p2bbbbbb", None),
    ]
    assert load_files("product_category_name_translation")["products"].rows_updated == 1
    assert query("SELECT product_name FROM raw.products ORDER BY 1")[0] == (
        "cama mesa banho p1aaaaaa",
    )


@pytest.fixture(scope="module")
def loaded(real_data, tmp_path_factory) -> Shop:
    shop = find_shop(tmp_path_factory.mktemp("olist"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SHOP_VARIABLE, str(shop.root))
        archive = str(real_data / "olist_sample20k_csv.zip")
        scaffold(shop, mapping="olist", path=archive, overwrite=True)
        assert sum(load.rows_rejected for load in ingest_all(shop)) == 0
        assert sum(load.rows_inserted + load.rows_updated for load in ingest_all(shop)) == 0
    return shop


@pytest.mark.real_data
def test_the_facts_of_the_sample(loaded) -> None:
    with duckdb.connect(str(loaded.warehouse), read_only=True) as connection:

        def one(sql: str):
            return connection.execute(sql).fetchone()

        assert one(
            """
            SELECT count(*), count(DISTINCT customer_id),
                   count(*) FILTER (WHERE order_status = 'delivered'),
                   count(*) FILTER (WHERE order_status = 'cancelled'),
                   count(*) FILTER (WHERE order_id NOT IN (SELECT order_id FROM raw.order_items))
            FROM raw.orders
            """
        ) == (20_000, 19_831, 19_430, 124 + 117, 154)
        assert one("SELECT count(*) FROM raw.customers") == (19_831,)
        assert one(
            "SELECT count(*), count(*) FILTER (WHERE length(postal_code) <> 5), "
            "count(*) FILTER (WHERE postal_code LIKE '0%') > 4000 FROM raw.customers"
        ) == (19_831, 0, True)
        assert one("SELECT count(*), count(DISTINCT order_id) FROM raw.reviews") == (19_986, 19_872)


@pytest.mark.real_data
def test_money_is_conserved_and_orders_are_their_items(loaded, real_data, tmp_path) -> None:
    with zipfile.ZipFile(real_data / "olist_sample20k_csv.zip") as archive:
        items = archive.extract("olist_order_items_dataset.csv", tmp_path)
    expected = duckdb.sql(
        "SELECT count(*), sum(price::DECIMAL(18, 2)), sum(freight_value::DECIMAL(18, 2)) "
        f"FROM read_csv('{items}', all_varchar = true)"
    ).fetchone()
    assert expected is not None
    assert expected[0] == 22_618
    with duckdb.connect(str(loaded.warehouse), read_only=True) as connection:
        assert (
            connection.execute(
                "SELECT (SELECT count(*) FROM raw.order_items), sum(order_amount), "
                "sum(shipping_amount) FROM raw.orders"
            ).fetchone()
            == expected
        )
        assert connection.execute(
            """
            SELECT count(*) FROM raw.orders LEFT JOIN (
              SELECT order_id, sum(quantity * unit_price) AS amount FROM raw.order_items GROUP BY 1
            ) USING (order_id)
            WHERE COALESCE(amount, 0) <> order_amount
            """
        ).fetchone() == (0,)


@pytest.mark.real_data
def test_staging_keeps_nearly_everything(loaded) -> None:
    """Two open orders are empty, one of them reviewed; five parcels arrive before they leave."""
    assert refusals(loaded) == {
        ("orders", "amount of a sale is zero"): 2,
        ("reviews", "order is unknown or was refused"): 1,
        ("shipments", "delivered before it was shipped"): 5,
    }
