"""What holds in every simulated shop, whatever the seed."""

from __future__ import annotations

import pytest


def test_the_shop_has_exactly_the_size_asked_for(shop):
    assert shop.one("SELECT count(*) FROM customers") == 4000
    # Some orders of the last days are still on their way (late delivery).
    assert shop.one("SELECT count(*) FROM orders") == pytest.approx(60_000, rel=0.001)
    assert shop.one("SELECT count(*) FROM products") == pytest.approx(490, rel=0.15)
    assert shop.one("SELECT count(DISTINCT parent_category_id) FROM categories") == 13


@pytest.mark.parametrize(
    ("child", "column", "parent", "parent_column"),
    [
        ("clean_orders", "customer_id", "customers", "customer_id"),
        ("order_items", "order_id", "orders", "order_id"),
        ("order_items", "product_id", "products", "product_id"),
        ("payments", "order_id", "orders", "order_id"),
        ("returns", "order_id", "orders", "order_id"),
        ("products", "category_id", "categories", "category_id"),
        ("products", "parent_product_id", "products", "product_id"),
        ("categories", "parent_category_id", "categories", "category_id"),
    ],
)
def test_foreign_keys_of_clean_rows_hold(shop, child, column, parent, parent_column):
    orphans = f"""
        SELECT count(*) FROM {child}
        WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT {parent_column} FROM {parent})
    """
    assert shop.one(orphans) == 0


def test_every_order_is_the_sum_of_its_lines(shop):
    wrong = """
        SELECT count(*) FROM clean_orders JOIN (
          SELECT order_id, sum(quantity * unit_price) AS goods, sum(discount_amount) AS discount
          FROM order_items GROUP BY order_id
        ) USING (order_id)
        WHERE goods <> order_amount OR discount <> discount_amount
    """
    assert shop.one(wrong) == 0
    without_lines = (
        "SELECT count(*) FROM orders WHERE order_id NOT IN (SELECT order_id FROM order_items)"
    )
    assert shop.one(without_lines) == 0


def test_lines_are_numbered_and_each_product_stands_once(shop):
    wrong = """
        SELECT count(*) FROM (
          SELECT max(line_number) = count(*) AND max(cart_position) = count(*)
            AND count(DISTINCT cart_position) = count(*) AND count(DISTINCT product_id) = count(*)
            AS is_right
          FROM order_items GROUP BY order_id
        ) WHERE NOT is_right
    """
    assert shop.one(wrong) == 0


def test_who_pays_pays_the_total(shop):
    wrong = """
        SELECT count(*) FROM payments JOIN clean_orders USING (order_id)
        WHERE payment_id NOT IN (SELECT row_key FROM defects WHERE defect = 'negative_amount')
          AND amount <> order_amount - discount_amount + shipping_amount + tax_amount
    """
    assert shop.one(wrong) == 0
    paid_once = """
        SELECT max(n) FROM (
          SELECT count(*) FILTER (payment_status <> 'failed') AS n FROM payments GROUP BY order_id
        )
    """
    assert shop.one(paid_once) == 1


def test_status_and_payments_agree(shop):
    found = dict(
        shop.rows(
            """
            SELECT order_status, list_sort(list_distinct(list(coalesce(payment_status, 'none'))))
            FROM clean_orders LEFT JOIN (FROM payments WHERE payment_status <> 'failed')
              USING (order_id)
            GROUP BY order_status
            """
        )
    )
    assert found == {
        "pending": ["none"],
        "paid": ["captured"],
        "shipped": ["captured"],
        "delivered": ["captured"],
        "refunded": ["captured"],
        "cancelled": ["none", "refunded"],
    }


def test_nobody_gets_back_more_than_was_paid_for_the_goods(shop):
    too_much = """
        SELECT count(*) FROM clean_orders JOIN (
          SELECT order_id, sum(refund_amount) AS refund FROM returns GROUP BY order_id
        ) USING (order_id)
        WHERE refund > order_amount - discount_amount
          OR (order_status = 'refunded') <> (refund = order_amount - discount_amount)
    """
    assert shop.one(too_much) == 0
    early = """
        SELECT count(*) FROM returns JOIN clean_orders USING (order_id)
        WHERE returned_at <= ordered_at
    """
    assert shop.one(early) == 0


def test_nothing_happens_before_sign_up_or_after_the_end(shop):
    early = """
        SELECT count(*) FROM clean_orders JOIN customers USING (customer_id)
        WHERE ordered_at < created_at
    """
    assert shop.one(early) == 0
    for stream, column in [
        ("clean_orders", "ordered_at"),
        ("orders", "updated_at"),
        ("customers", "updated_at"),
        ("payments", "updated_at"),
        ("returns", "returned_at"),
        ("products", "updated_at"),
    ]:
        assert shop.one(f"SELECT max({column}) < TIMESTAMP '2026-03-01' FROM {stream}")


def test_old_orders_are_delivered_cancelled_or_refunded(shop):
    open_orders = """
        SELECT count(*) FROM clean_orders
        WHERE ordered_at < TIMESTAMP '2026-02-10' AND order_status IN ('pending', 'paid', 'shipped')
    """
    assert shop.one(open_orders) == 0
    assert shop.one("SELECT count(DISTINCT order_status) FROM orders") == 6


def test_the_catalogue_has_what_the_models_look_for(shop):
    labels, variants, bundles, gone = shop.one(
        """
        SELECT count(*) FILTER (product_name LIKE '%Organic%'), count(parent_product_id),
          count(*) FILTER (is_bundle), count(*) FILTER (NOT is_active)
        FROM products
        """
    )
    assert min(labels, variants, bundles, gone) > 3
    assert shop.one("SELECT count(*) FROM products WHERE product_name LIKE '%Gluten-free%'") > 3
    assert shop.one("SELECT count(*) = count(DISTINCT product_name) FROM products")
    assert shop.one("SELECT count(*) FROM products WHERE unit_cost <= 0 OR list_price <= 0") == 0


def test_channels_differ_in_quality(shop):
    rates = dict(
        shop.rows(
            """
            SELECT acquisition_channel, count(order_id) / count(DISTINCT customer_id)
            FROM customers LEFT JOIN orders USING (customer_id) GROUP BY 1
            """
        )
    )
    assert rates["referral"] > 1.5 * rates["social"]


def test_seasons_show_in_the_orders(shop):
    per_day = """
        SELECT avg(n) FILTER (month(day) = 12 AND day(day) < 22), avg(n) FILTER (month(day) = 2),
          avg(n) FILTER (dayofyear(day) BETWEEN 327 AND 332),
          avg(n) FILTER (dayofyear(day) BETWEEN 315 AND 326),
          avg(n) FILTER (isodow(day) = 6), avg(n) FILTER (isodow(day) = 3)
        FROM (SELECT ordered_at::DATE AS day, count(*) AS n FROM clean_orders GROUP BY 1)
        WHERE day >= DATE '2024-09-01'
    """
    december, february, black_week, before, saturday, wednesday = shop.one(per_day)
    assert december > 1.3 * february
    assert black_week > 1.4 * before
    assert saturday > 1.15 * wednesday


def test_promotions_are_used_while_they_last(shop):
    found = shop.rows(
        """
        SELECT promo_code, min(dayofyear(ordered_at)), max(dayofyear(ordered_at)),
          round(sum(discount_amount) / sum(order_amount), 2)
        FROM clean_orders WHERE promo_code IS NOT NULL AND promo_code <> 'WELCOME10' GROUP BY 1
        """
    )
    windows = {
        code: (first, first + days - 1, rate)
        for code, first, days, rate in shop.rows(
            "SELECT code, first_day, days, rate FROM truth_promotions WHERE code <> 'WELCOME10'"
        )
    }
    assert {code: tuple(rest) for code, *rest in found} == windows
    assert (
        shop.one(
            "SELECT count(*) FROM clean_orders WHERE promo_code IS NULL AND discount_amount <> 0"
        )
        == 0
    )


def test_affinities_can_be_measured(shop):
    expected, found = shop.one(
        """
        WITH carts AS (SELECT order_id, list(product_id) AS products FROM order_items GROUP BY 1),
        pairs AS (
          SELECT probability, count(*) AS carts,
            count(*) FILTER (list_contains(products, partner_product_id)) AS joined
          FROM truth_affinities JOIN carts ON list_contains(products, product_id)
          GROUP BY product_id, probability
        )
        SELECT sum(probability * carts) / sum(carts), sum(joined) / sum(carts) FROM pairs
        """
    )
    # Partners also meet by chance, so a little more often.
    assert expected - 0.02 < found < expected + 0.12


def test_prices_change_and_demand_answers(shop):
    """A sale lowers the price by about 19%, demand rises by about what elasticity says."""
    distinct_prices = """
        SELECT avg(n) FROM (
          SELECT count(DISTINCT unit_price) AS n FROM order_items GROUP BY product_id
        )
    """
    assert shop.one(distinct_prices) > 3
    slope, truth = shop.one(
        """
        WITH weekly AS (
          SELECT product_id, floor(date_diff('day', DATE '2024-03-01', ordered_at) / 7) AS week,
            sum(quantity) AS units, avg(unit_price)::DOUBLE AS price
          FROM order_items JOIN clean_orders USING (order_id)
          WHERE ordered_at >= TIMESTAMP '2024-09-01' GROUP BY ALL
        ),
        usual AS (
          SELECT product_id, median(price) AS usual_price, avg(units) AS usual_units
          FROM weekly GROUP BY product_id HAVING count(*) > 60 AND avg(units) > 8
        ),
        moves AS (
          SELECT product_id, price < 0.92 * usual_price AS is_sale,
            avg(price / usual_price) AS price, avg(units / usual_units) AS units, count(*) AS weeks
          FROM weekly JOIN usual USING (product_id)
          WHERE price / usual_price < 0.92 OR price / usual_price BETWEEN 0.98 AND 1.02
          GROUP BY ALL
        ),
        slopes AS (
          SELECT product_id, ln(sale.units / base.units) / ln(sale.price / base.price) AS slope,
            elasticity, sale.weeks AS weeks
          FROM moves AS sale JOIN moves AS base USING (product_id)
            JOIN truth_elasticities USING (product_id)
          WHERE sale.is_sale AND NOT base.is_sale
        )
        SELECT sum(slope * weeks) / sum(weeks), sum(elasticity * weeks) / sum(weeks) FROM slopes
        """
    )
    assert truth < -1
    assert slope == pytest.approx(truth, abs=0.45)
