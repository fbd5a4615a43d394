"""Instacart: a timeline out of gaps, weekdays and hours; every item counts 1.00."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from ingest.run import ingest_all
from ingest.scaffold import scaffold
from tests.support.refusals import refusals

HEADERS = {
    "orders": "order_id,user_id,eval_set,order_number,order_dow,order_hour_of_day,"
    "days_since_prior_order",
    "order_products__prior": "order_id,product_id,add_to_cart_order,reordered",
    "order_products__train": "order_id,product_id,add_to_cart_order,reordered",
    "products": "product_id,product_name,aisle_id,department_id",
    "aisles": "aisle_id,aisle",
    "departments": "department_id,department",
}
SHELVES = {
    "products": (
        "1,Chocolate Sandwich Cookies,61,19",
        '2,"Tea, 20"" Bag",94,7',
        "3,Bread,61,19",
        "4,Lost,61,7",
    ),
    "aisles": ("61,cookies cakes", "94,tea", "134,empty aisle"),
    "departments": ("7,beverages", "19,snacks"),
}


@pytest.fixture
def load_files(shop):
    """Loads rows by file, in the layout as published."""

    def load(**rows: tuple[str, ...]):
        folder = shop.root / "instacart"
        folder.mkdir(exist_ok=True)
        for name, header in HEADERS.items():
            text = "\n".join((header, *{**SHELVES, **rows}.get(name, ()), ""))
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        scaffold(shop, mapping="instacart", path="instacart", overwrite=True)
        return {load.stream: load for load in ingest_all(shop)}

    return load


def small(load_files):
    return load_files(
        orders=(
            # In no order of time; days 2, 3, 3 of the week are Monday and twice Tuesday.
            "12,1,prior,2,3,07,15.0",
            "11,1,prior,1,2,08,",
            "13,1,train,3,3,12,21.0",
            # Three on one Sunday, two in the same hour; the basket of the last is not published.
            "23,2,test,3,1,10,0.0",
            "22,2,prior,2,1,10,0.0",
            "21,2,prior,1,1,09,",
        ),
        order_products__prior=(
            "11,1,1,0",
            "11,2,2,0",
            "12,1,1,1",
            "21,2,1,0",
            "22,3,1,0",
            "99,3,1,0",
        ),
        order_products__train=("13,3,2,0", "13,1,1,1"),
    )


def test_the_timeline_ends_in_the_last_week(load_files, query) -> None:
    loads = small(load_files)
    assert sum(load.rows_rejected for load in loads.values()) == 0
    assert query(
        "SELECT order_id, customer_id, CAST(ordered_at AS VARCHAR), order_amount FROM raw.orders "
        "ORDER BY customer_id, ordered_at"
    ) == [
        ("11", "1", "2017-03-20 08:00:01", Decimal("2.00")),
        ("12", "1", "2017-04-04 07:00:02", Decimal("1.00")),
        ("13", "1", "2017-04-25 12:00:03", Decimal("2.00")),
        ("21", "2", "2017-04-23 09:00:01", Decimal("1.00")),
        ("22", "2", "2017-04-23 10:00:02", Decimal("1.00")),
        ("23", "2", "2017-04-23 10:00:03", Decimal("0.00")),
    ]
    assert query(
        "SELECT customer_id, CAST(created_at AS VARCHAR) FROM raw.customers ORDER BY 1"
    ) == [("1", "2017-03-20 08:00:01"), ("2", "2017-04-23 09:00:01")]


def test_items_keep_their_place_in_the_cart_and_products_their_aisle(load_files, query) -> None:
    small(load_files)
    assert query(
        "SELECT order_id, line_number, product_id, quantity, unit_price, cart_position "
        "FROM raw.order_items WHERE order_id IN ('11', '13') ORDER BY 1, 2"
    ) == [
        ("11", 1, "1", 1, Decimal("1.00"), 1),
        ("11", 2, "2", 1, Decimal("1.00"), 2),
        ("13", 1, "1", 1, Decimal("1.00"), 1),
        ("13", 2, "3", 1, Decimal("1.00"), 2),
    ]
    assert query(
        "SELECT category_id, category_name, parent_category_id FROM raw.categories ORDER BY 1"
    ) == [
        ("aisle-134", "empty aisle", None),
        ("aisle-61", "cookies cakes", "department-19"),
        ("aisle-94", "tea", "department-7"),
        ("department-19", "snacks", None),
        ("department-7", "beverages", None),
    ]
    assert query("SELECT product_name, category_id FROM raw.products WHERE product_id = '2'") == [
        ('Tea, 20" Bag', "aisle-94")
    ]


def test_staging_refuses_unknown_baskets_and_items_of_unknown_orders(load_files, shop) -> None:
    small(load_files)
    assert refusals(shop) == {
        ("orders", "amount of a sale is zero"): 1,
        ("order_items", "order is unknown or was refused"): 1,
    }


def test_gaps_and_weekdays_are_those_of_the_file(load_files, query) -> None:
    draw = random.Random(3)
    orders, baskets = [], []
    for user in range(40):
        weekday = draw.randrange(7)
        for number in range(1, draw.randint(4, 12)):
            gap = draw.randint(0, 30)
            weekday = weekday if number == 1 else (weekday + gap) % 7
            name = f"{user}-{number}"
            since = "" if number == 1 else f"{gap}.0"
            orders.append(f"{name},{user},prior,{number},{weekday},{number:02},{since}")
            baskets += [f"{name},1,1,0", f"{name},3,2,0"]
    load_files(orders=tuple(orders), order_products__prior=tuple(baskets))
    expected = {line.split(",")[0]: line.split(",")[4:7] for line in orders}
    found = query(
        """
        SELECT order_id,
               CAST((isodow(ordered_at) + 1) % 7 AS VARCHAR),
               strftime(ordered_at, '%H'),
               COALESCE(date_diff('day', lag(ordered_at) OVER life, ordered_at) || '.0', '')
        FROM raw.orders
        WINDOW life AS (PARTITION BY customer_id ORDER BY ordered_at)
        """
    )
    assert {name: list(rest) for name, *rest in found} == expected
    assert query(
        "SELECT DISTINCT last FROM (SELECT max(ordered_at) BETWEEN '2017-04-22' AND '2017-04-29' "
        "AS last FROM raw.orders GROUP BY customer_id)"
    ) == [(True,)]
