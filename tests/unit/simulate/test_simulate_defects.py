"""Each injected defect is in the files and in the truth, and nothing else is wrong."""

from __future__ import annotations

import re

import pytest

from simulate.settings import DEFECTS
from simulate.streams import STREAMS


def listed(shop, stream, defect):
    query = f"SELECT row_key FROM defects WHERE stream = '{stream}' AND defect = '{defect}'"
    return {row[0] for row in shop.rows(query)}


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_duplicates_are_exactly_the_listed_ones(shop, stream):
    key = " || ':' || ".join(stream.key)
    found = shop.rows(
        f"SELECT {key}, count(*), count(DISTINCT d) FROM {stream.name}_delivered AS d "
        f"GROUP BY ALL HAVING count(*) > 1"
    )
    assert {row[0] for row in found} == listed(shop, stream.name, "duplicate_row")
    assert {row[1:] for row in found} <= {(2, 1)}, "a duplicate is the same row once more"


def test_bad_emails(shop):
    found = {
        customer
        for customer, email in shop.rows("SELECT customer_id, email FROM customers")
        if not re.fullmatch(r"[a-z0-9.-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", email)
    }
    assert found == listed(shop, "customers", "bad_email")
    assert len(found) == pytest.approx(4000 * DEFECTS.bad_email, rel=0.5)


def test_negative_amounts(shop):
    orders = {row[0] for row in shop.rows("SELECT order_id FROM orders WHERE order_amount < 0")}
    payments = {row[0] for row in shop.rows("SELECT payment_id FROM payments WHERE amount < 0")}
    assert orders == listed(shop, "orders", "negative_amount")
    assert payments == listed(shop, "payments", "negative_amount")
    assert len(orders) == pytest.approx(60_000 * DEFECTS.negative_order, rel=0.5)


def test_orders_of_unknown_customers_and_who_they_were(shop):
    unknown = (
        "SELECT order_id FROM orders WHERE customer_id NOT IN (SELECT customer_id FROM customers)"
    )
    found = {row[0] for row in shop.rows(unknown)}
    assert found == listed(shop, "orders", "unknown_customer")
    assert len(found) == pytest.approx(60_000 * DEFECTS.unknown_customer, rel=0.5)
    strangers = """
        SELECT count(*) FROM defects WHERE defect = 'unknown_customer'
          AND detail NOT IN (SELECT customer_id FROM customers)
    """
    assert shop.one(strangers) == 0


def test_timestamps_with_an_offset_are_the_same_moment(shop):
    with_offset = "SELECT order_id FROM orders WHERE length(ordered_at) > 19"
    found = {row[0] for row in shop.rows(with_offset)}
    assert found == listed(shop, "orders", "offset_timestamp")
    assert len(found) == pytest.approx(60_000 * DEFECTS.offset_timestamp, rel=0.3)
    # Items carry the moment of the order, in UTC.
    other_moment = """
        SELECT count(*) FROM clean_orders JOIN order_items USING (order_id)
        WHERE ordered_at <> order_items.updated_at
    """
    assert shop.one(other_moment) == 0


def test_updates_long_after(shop):
    found = shop.rows(
        "SELECT order_id, order_status FROM orders WHERE updated_at - "
        "CAST(CAST(ordered_at AS TIMESTAMPTZ) AS TIMESTAMP) > INTERVAL 60 DAY"
    )
    assert {row[0] for row in found} == listed(shop, "orders", "updated_long_after")
    assert {row[1] for row in found} == {"refunded"}


def test_extra_columns_are_listed(shop):
    found = shop.rows("SELECT stream, detail FROM defects WHERE defect = 'extra_column'")
    assert sorted(found) == [
        ("campaigns", "agency"),
        ("customers", "legacy_code"),
        ("customers", "street_address"),
        ("orders", "internal_note"),
        ("products", "shelf_label"),
        ("reviews", "helpful_votes"),
    ]
    for stream, column in found:
        assert shop.one(f"SELECT count({column}) FROM {stream}") > 0


def test_what_must_be_rejected_stays_far_below_two_percent(shop):
    hurt = shop.one(
        """
        SELECT count(DISTINCT row_key) FROM defects
        WHERE stream = 'orders' AND defect IN ('negative_amount', 'unknown_customer')
        """
    )
    assert hurt / 60_000 < 0.01


def test_the_first_history_is_not_late(shop):
    assert shop.one("SELECT count(*) FROM defects WHERE defect = 'late_row'") == 0
