"""Shopify's exports: orders out of rows of lines, discounts to the cent, buyers found or not."""

from __future__ import annotations

import csv
import random
from decimal import Decimal

import pytest

from ingest.run import ingest_all
from ingest.scaffold import scaffold
from tests.support.refusals import refusals

ORDER_HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,"
    "Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,"
    "Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,"
    "Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,"
    "Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,"
    "Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,"
    "Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,"
    "Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,"
    "Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,"
    "Duties,Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,"
    "Next Payment Due At,Payment References"
)
ORDER_COLUMNS = ORDER_HEADER.split(",")
CUSTOMER_HEADER = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,"
    "Default Address Company,Default Address Address1,Default Address Address2,"
    "Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,"
    "Total Orders,Note,Tax Exempt,Tags"
)
CUSTOMER_COLUMNS = CUSTOMER_HEADER.split(",")
OLD_CUSTOMER_HEADER = (
    "First Name,Last Name,Email,Company,Address1,City,Province Code,Country Code,Zip"
)
DAY = "2024-01-05 10:12:34 -0500"
LATER = "2024-01-06 09:00:00 -0500"


def line(name: str, quantity: object, price: str, **fields: object) -> dict[str, object]:
    """A row of an order after its first."""
    return {
        "Name": f"#{name}",
        "Email": "ana@example.com",
        "Created at": DAY,
        "Lineitem quantity": quantity,
        "Lineitem name": "Tea",
        "Lineitem price": price,
        "Lineitem discount": "0.00",
        "Lineitem fulfillment status": "pending",
        **fields,
    }


def order(
    name: str, total: str, quantity: object, price: str, **fields: object
) -> dict[str, object]:
    """The first row of an order, paid and without shipping and taxes."""
    return {
        **line(name, quantity, price),
        "Financial Status": "paid",
        "Paid at": DAY,
        "Fulfillment Status": "unfulfilled",
        "Accepts Marketing": "yes",
        "Currency": "USD",
        "Subtotal": total,
        "Shipping": "0.00",
        "Taxes": "0.00",
        "Total": total,
        "Discount Amount": "0.00",
        "Refunded Amount": "0.00",
        "Outstanding Balance": "0.00",
        "Id": f"55{name}",
        **fields,
    }


@pytest.fixture
def write(shop):
    """Writes an export."""
    folder = shop.root / "exports"
    folder.mkdir(parents=True, exist_ok=True)

    def write_rows(name: str, rows, columns=ORDER_COLUMNS) -> None:
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)

    return write_rows


@pytest.fixture
def load(shop, write):
    """Loads orders, and customers where there are."""

    def load_rows(*orders: dict[str, object], customers: tuple[dict[str, object], ...] = ()):
        write("orders_export.csv", orders)
        if customers:
            write("customers_export.csv", customers, CUSTOMER_COLUMNS)
        scaffold(shop, mapping="shopify_orders_export", path="exports", overwrite=True)
        loads = {loaded.stream: loaded for loaded in ingest_all(shop)}
        assert sum(loaded.rows_rejected for loaded in loads.values()) == 0
        return loads

    return load_rows


def test_an_order_of_two_lines_with_a_code(load, query) -> None:
    load(
        order(
            "1001",
            "62.91",
            3,
            "34.90",
            Subtotal="53.91",
            Shipping="5.00",
            Taxes="4.00",
            **{
                "Discount Code": "WELCOME10",
                "Discount Amount": "110.59",
                "Payment Method": "Shopify Payments",
                "Shipping Method": "Standard",
                "Shipping Province": "NY",
                "Shipping Country": "US",
            },
        ),
        line("1001", 2, "29.90", **{"Lineitem name": "Cup", "Lineitem sku": "CUP-1"}),
    )
    assert query(
        "SELECT order_id, CAST(ordered_at AS VARCHAR), order_status, order_amount, "
        "shipping_amount, tax_amount, discount_amount, currency, promo_code, shipping_country, "
        "shipping_state FROM raw.orders"
    ) == [
        (
            "551001",
            "2024-01-05 15:12:34",
            "paid",
            Decimal("164.50"),
            Decimal("5.00"),
            Decimal("4.00"),
            Decimal("110.59"),
            "USD",
            "WELCOME10",
            "US",
            "NY",
        )
    ]
    # 110.59 by value of 104.70 and 59.80: 70.387... and 40.202...
    assert query(
        "SELECT line_number, product_id, quantity, unit_price, discount_amount "
        "FROM raw.order_items ORDER BY 1"
    ) == [
        (1, "Tea", 3, Decimal("34.90"), Decimal("70.38")),
        (2, "CUP-1", 2, Decimal("29.90"), Decimal("40.21")),
    ]
    assert query("SELECT amount, payment_method FROM raw.payments") == [
        (Decimal("62.91"), "Shopify Payments")
    ]


def test_statuses(load, query) -> None:
    cases = [
        ({}, "paid"),
        ({"Fulfillment Status": "fulfilled", "Fulfilled at": LATER}, "shipped"),
        ({"Fulfillment Status": "partial"}, "paid"),
        ({"Financial Status": "partially_refunded"}, "paid"),
        ({"Financial Status": "refunded", "Fulfillment Status": "fulfilled"}, "refunded"),
        ({"Financial Status": "voided"}, "cancelled"),
        ({"Financial Status": "refunded", "Cancelled at": LATER}, "cancelled"),
        ({"Financial Status": "pending", "Paid at": ""}, "pending"),
        ({"Financial Status": "pending", "Fulfillment Status": "fulfilled"}, "shipped"),
        ({"Financial Status": "authorized"}, "pending"),
        ({"Financial Status": ""}, "pending"),
    ]
    load(*(order(f"{i:04}", "1.00", 1, "1.00", **fields) for i, (fields, _) in enumerate(cases)))
    found = query("SELECT order_status FROM raw.orders ORDER BY order_id")
    assert [status for (status,) in found] == [status for _, status in cases]


def test_a_status_that_is_unknown_is_rejected(shop, write, query) -> None:
    write("orders.csv", [order("1001", "1.00", 1, "1.00", **{"Financial Status": "lost"})])
    scaffold(shop, mapping="shopify_orders_export", path="exports", overwrite=True)
    ingest_all(shop)
    assert query("SELECT stream FROM raw.rejected_rows") == [("orders",)]


def test_refunds_payments_and_shipments(load, query) -> None:
    load(
        order(
            "1001",
            "20.00",
            2,
            "10.00",
            **{
                "Financial Status": "partially_refunded",
                "Fulfillment Status": "fulfilled",
                "Fulfilled at": LATER,
                "Refunded Amount": "10.00",
                "Shipping Province": "NY",
            },
        ),
        order("1002", "8.00", 1, "8.00", **{"Outstanding Balance": "3.00"}),
        order("1003", "7.00", 1, "7.00", **{"Financial Status": "pending", "Paid at": ""}),
    )
    assert query(
        "SELECT order_id, refund_amount, CAST(returned_at AS VARCHAR) FROM raw.returns"
    ) == [("551001", Decimal("10.00"), "2024-01-06 14:00:00")]
    assert query("SELECT order_id, amount, payment_status FROM raw.payments ORDER BY 1") == [
        ("551001", Decimal("20.00"), "paid"),
        ("551002", Decimal("5.00"), "paid"),
    ]
    assert query("SELECT order_id, CAST(shipped_at AS VARCHAR), region FROM raw.shipments") == [
        ("551001", "2024-01-06 14:00:00", "NY")
    ]


def test_discounts_on_shipping_and_taxes_in_prices_are_not_on_the_goods(load, query) -> None:
    load(
        order("1001", "20.00", 2, "10.00", **{"Discount Amount": "5.00"}),
        order("1002", "25.00", 2, "10.00", Subtotal="20.00", Shipping="5.00", Taxes="3.99"),
    )
    assert query(
        "SELECT order_id, order_amount, discount_amount, tax_amount FROM raw.orders ORDER BY 1"
    ) == [
        ("551001", Decimal("20.00"), Decimal("0.00"), Decimal("0.00")),
        ("551002", Decimal("20.00"), Decimal("0.00"), Decimal("0.00")),
    ]


def test_lines_keep_the_discount_they_name(load, query) -> None:
    load(
        order(
            "1001", "16.00", 1, "10.00", **{"Discount Amount": "4.00", "Lineitem discount": "2.00"}
        ),
        line("1001", 1, "8.00"),
        line("1001", 1, "2.00"),
        line("1001", 0, "99.00", **{"Lineitem name": "Edited away"}),
    )
    # 2.00 are left for lines worth 8.00, 8.00 and 2.00.
    assert query("SELECT discount_amount FROM raw.order_items ORDER BY line_number") == [
        (Decimal("2.88"),),
        (Decimal("0.89"),),
        (Decimal("0.23"),),
    ]


def test_exports_that_overlap_count_once_and_the_latest_wins(shop, write, query) -> None:
    early = order("1001", "3.00", 1, "1.00", **{"Financial Status": "pending", "Paid at": ""})
    late = order("1001", "3.00", 1, "1.00", **{"Paid at": LATER})
    second = line("1001", 2, "1.00", **{"Lineitem name": "Cup"})
    write("orders_export_1.csv", [late, second])
    write("orders_export_2.csv", [early, second, order("1002", "4.00", 1, "4.00")])
    # An imported order of the same name is another order.
    write("orders_export_3.csv", [order("1002", "5.00", 1, "5.00", Id="771002")])
    scaffold(shop, mapping="shopify_orders_export", path="exports", overwrite=True)
    ingest_all(shop)
    assert query("SELECT order_id, order_status, order_amount FROM raw.orders ORDER BY 1") == [
        ("551001", "paid", Decimal("3.00")),
        ("551002", "paid", Decimal("4.00")),
        ("771002", "paid", Decimal("5.00")),
    ]
    assert query("SELECT order_id, sum(quantity) FROM raw.order_items GROUP BY 1 ORDER BY 1") == [
        ("551001", 3),
        ("551002", 1),
        ("771002", 1),
    ]
    assert sum(load.rows_inserted + load.rows_updated for load in ingest_all(shop)) == 0


def test_buyers_are_found_by_email_then_phone(load, query, shop) -> None:
    load(
        order("1001", "1.00", 1, "1.00", Email="ANA@example.com "),
        order("1002", "1.00", 1, "1.00", Email="", Phone="+1 (555) 010-9999"),
        order(
            "1003",
            "1.00",
            1,
            "1.00",
            **{"Email": "new@example.com", "Billing Country": "CA", "Billing Zip": "'0123"},
        ),
        order("1004", "1.00", 1, "1.00", Email=""),
        customers=(
            {
                "Customer ID": "'7001",
                "First Name": "Ana",
                "Last Name": "Lee",
                "Email": "ana@example.com",
                "Accepts Email Marketing": "no",
                "Default Address Country Code": "US",
                "Default Address Zip": "'02026",
                "Phone": "'+15550101111",
            },
            {"Customer ID": "'7002", "Phone": "'+15550109999"},
            {"Customer ID": "'7003", "Email": "never@example.com"},
        ),
    )
    owners = dict(query("SELECT order_id, customer_id FROM raw.orders"))
    assert (owners["551001"], owners["551002"], owners["551004"]) == ("7001", "7002", "guest")
    stranger = owners["551003"]
    assert stranger.startswith("contact-")
    assert "@" not in stranger
    assert query(
        "SELECT customer_id, first_name, email, phone, country, postal_code, marketing_consent, "
        "CAST(created_at AS VARCHAR) FROM raw.customers ORDER BY 1"
    ) == [
        (
            "7001",
            "Ana",
            "ana@example.com",
            "+15550101111",
            "US",
            "02026",
            False,
            "2024-01-05 15:12:34",
        ),
        ("7002", None, None, "+15550109999", None, None, True, "2024-01-05 15:12:34"),
        ("7003", None, "never@example.com", None, None, None, None, "2024-01-05 15:12:34"),
        (stranger, None, "new@example.com", None, "CA", "0123", True, "2024-01-05 15:12:34"),
    ]
    assert refusals(shop) == {}


def test_old_exports_lack_columns(shop, write, query) -> None:
    columns = ORDER_COLUMNS[: ORDER_COLUMNS.index("Cancelled at") + 1]
    write("orders_export.csv", [order("1001", "2.00", 1, "2.00")], columns)
    old = OLD_CUSTOMER_HEADER.split(",")
    write(
        "customers.csv",
        [{"First Name": "Ana", "Email": "ana@example.com", "City": "Bonn", "Country Code": "DE"}],
        old,
    )
    scaffold(shop, mapping="shopify_orders_export", path="exports", overwrite=True)
    ingest_all(shop)
    assert query("SELECT order_id, order_amount, payment_method FROM raw.orders") == [
        ("#1001", Decimal("2.00"), None)
    ]
    assert query(
        "SELECT first_name, city, country "
        "FROM raw.customers SEMI JOIN raw.orders USING (customer_id)"
    ) == [("Ana", "Bonn", "DE")]


def test_lines_without_the_beginning_of_their_order_are_refused(load, shop) -> None:
    load(line("1000", 1, "5.00"), order("1001", "1.00", 1, "1.00"))
    assert refusals(shop) == {("order_items", "order is unknown or was refused"): 1}


def drawn_order(draw: random.Random, name: str) -> list[dict[str, object]]:
    """The rows of an order whose lines may name discounts, with another one on the whole."""
    sold = [(draw.randint(1, 4), draw.randint(0, 5000)) for _ in range(draw.randint(1, 5))]
    named = [int(n * price * draw.random()) * draw.randint(0, 1) for n, price in sold]
    goods = sum(quantity * price for quantity, price in sold)
    discount = max(sum(named), int(goods * draw.random()))
    rows = []
    for (quantity, price), part in zip(sold, named, strict=True):
        fields: dict[str, object] = {"Lineitem discount": f"{part / 100:.2f}"}
        if rows:
            rows.append(line(name, quantity, f"{price / 100:.2f}", **fields))
            continue
        total = f"{(goods - discount) / 100:.2f}"
        fields["Discount Amount"] = f"{discount / 100:.2f}"
        rows.append(order(name, total, quantity, f"{price / 100:.2f}", **fields))
    return rows


def test_an_order_is_its_lines_to_the_cent(load, query) -> None:
    draw = random.Random(5)
    load(*(row for number in range(500) for row in drawn_order(draw, str(number))))
    assert query(
        "SELECT count(*), count(*) FILTER (discount_amount > 0) > 400 FROM raw.orders"
    ) == [(500, True)]
    assert (
        query(
            """
            SELECT order_id FROM raw.orders LEFT JOIN (
              SELECT order_id, sum(quantity * unit_price) AS goods,
                     sum(discount_amount) AS discount,
                     bool_and(discount_amount BETWEEN 0 AND quantity * unit_price) AS is_possible
              FROM raw.order_items GROUP BY order_id
            ) AS items USING (order_id)
            LEFT JOIN raw.payments USING (order_id)
            WHERE NOT COALESCE(
              goods = order_amount AND discount = discount_amount AND is_possible
              AND amount = goods - discount, FALSE
            )
            """
        )
        == []
    )
