"""Parcels, reviews, subscriptions, visits, stock, rates and requests: their laws and truths."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from simulated_shop import END
from test_simulate_defects import listed

from simulate.catalogue import build_catalogue
from simulate.delays import LATE_SHARE
from simulate.fx_rates import CURRENCIES, fx_rates
from simulate.people import draw_customers
from simulate.randomness import Purpose, uniforms
from simulate.settings import LATE_RETURN_FACTOR, ShopSpec
from simulate.streams import STREAMS
from simulate.subscriptions import MAX_SPELLS, draw_subscriptions

# The last parcel of each delivered order; late when it came after the promised time.
ARRIVALS = """
  CREATE TABLE arrivals AS
  SELECT order_id, any_value(carrier) AS carrier, max(delivered_at) > any_value(promised_at)
    AS is_late
  FROM shipments
  WHERE order_id NOT IN (
    SELECT left(replace(row_key, 'S', 'O'), 10) FROM defects
    WHERE defect = 'delivered_before_shipped'
  )
  GROUP BY order_id HAVING count(delivered_at) = count(*)
"""


@pytest.fixture(scope="module")
def parcels(shop):
    shop.connection.execute(ARRIVALS)
    return shop


def margin(share: float, size: int) -> float:
    """Four standard errors of a measured share."""
    return 4 * float(np.sqrt(share * (1 - share) / size))


class TestShipments:
    def test_carriers_are_late_as_often_as_the_truth_says(self, parcels):
        found = parcels.rows(
            """
            SELECT count(*), avg(is_late::INT), any_value(late_share)
            FROM arrivals JOIN truth_carriers USING (carrier) GROUP BY carrier
            """
        )
        assert len(found) == 3
        for size, share, true_share in found:
            assert share == pytest.approx(true_share, abs=margin(true_share, size))

    def test_the_late_share_of_the_shop_is_that_of_its_carriers(self, parcels):
        size, share = parcels.one("SELECT count(*), avg(is_late::INT) FROM arrivals")
        assert share == pytest.approx(LATE_SHARE, abs=margin(LATE_SHARE, size))

    def test_late_orders_come_back_more_often(self, parcels):
        """Per line, of orders that were not refunded in full."""
        late, in_time = (
            parcels.one(
                f"""
                SELECT count(return_id) / count(*)
                FROM arrivals JOIN clean_orders USING (order_id)
                  JOIN order_items USING (order_id)
                  LEFT JOIN (FROM returns WHERE reason <> 'order_refunded') AS returns
                    ON returns.order_id = order_items.order_id
                    AND returns.product_id = order_items.product_id
                WHERE order_status = 'delivered' AND is_late = {is_late}
                  AND ordered_at < TIMESTAMP '2026-01-01'
                """
            )
            for is_late in (True, False)
        )
        assert late / in_time == pytest.approx(LATE_RETURN_FACTOR, rel=0.15)

    def test_parcels_are_those_of_paid_orders_one_or_two(self, shop):
        assert shop.one("SELECT count(*) FROM shipments ANTI JOIN orders USING (order_id)") == 0
        # A payment may be there before its order's first day ends, a shipment never without one.
        unpaid = """
            SELECT count(*) FROM shipments ANTI JOIN (
              FROM payments WHERE payment_status <> 'failed'
            ) AS paid USING (order_id)
        """
        assert shop.one(unpaid) == 0
        counts = dict(
            shop.rows(
                "SELECT n, count(*) FROM (SELECT count(*) AS n FROM shipments "
                "GROUP BY order_id) GROUP BY n"
            )
        )
        assert set(counts) == {1, 2}
        assert counts[2] / sum(counts.values()) == pytest.approx(0.03, rel=0.15)

    def test_orders_and_parcels_tell_the_same_story(self, parcels):
        """Delivered orders have arrived; of cancelled ones nothing was sent."""
        wrong = """
            SELECT count(*) FROM clean_orders JOIN shipments USING (order_id)
            WHERE order_id NOT IN (SELECT left(replace(row_key, 'S', 'O'), 10) FROM defects
                WHERE defect = 'delivered_before_shipped')
              AND ((order_status IN ('delivered', 'refunded') AND delivered_at IS NULL)
                OR (order_status IN ('cancelled', 'paid') AND shipped_at IS NOT NULL)
                OR delivered_at <= shipped_at OR shipped_at <= ordered_at
                OR promised_at <= ordered_at)
        """
        assert parcels.one(wrong) == 0

    def test_what_came_before_it_went_is_listed(self, shop):
        found = shop.rows("SELECT shipment_id FROM shipments WHERE delivered_at < shipped_at")
        assert {row[0] for row in found} == listed(shop, "shipments", "delivered_before_shipped")
        assert found


class TestReviews:
    def test_who_waited_writes_more_and_worse(self, parcels):
        """Stars when first written, of orders long enough ago for all reviews to be there."""
        for is_late in (True, False):
            truth = (
                parcels.connection.execute(f"FROM truth_verdicts WHERE is_late = {is_late}")
                .df()
                .iloc[0]
            )
            orders, reviewed = parcels.one(
                f"""
                SELECT count(*), count(review_id) FROM arrivals
                  JOIN clean_orders USING (order_id)
                  LEFT JOIN (FROM reviews WHERE product_id IS NULL) AS reviews USING (order_id)
                WHERE is_late = {is_late} AND ordered_at < TIMESTAMP '2026-01-01'
                """
            )
            # A few reviews name an order that is unknown.
            share = truth["order_share"] * 0.998
            assert reviewed / orders == pytest.approx(share, abs=margin(share, orders))
            counts = dict(
                parcels.rows(
                    f"""
                    SELECT rating, count(*) FROM reviews JOIN arrivals USING (order_id)
                    WHERE is_late = {is_late} AND updated_at = created_at
                      AND rating BETWEEN 1 AND 5
                    GROUP BY rating
                    """
                )
            )
            size = sum(counts.values())
            for stars in range(1, 6):
                share = truth[f"rating_{stars}_share"]
                assert counts[stars] / size == pytest.approx(share, abs=margin(share, size))

    def test_a_review_is_of_a_product_of_the_order_that_has_arrived(self, shop):
        strangers = """
            SELECT count(*) FROM reviews
            WHERE review_id NOT IN (SELECT row_key FROM defects WHERE defect = 'unknown_order')
              AND product_id IS NOT NULL
              AND (order_id, product_id) NOT IN (SELECT (order_id, product_id) FROM order_items)
        """
        assert shop.one(strangers) == 0
        early = """
            SELECT count(*) FROM reviews JOIN (
              SELECT order_id, max(delivered_at) AS arrived FROM shipments GROUP BY order_id
            ) USING (order_id) WHERE created_at <= arrived OR arrived IS NULL
        """
        assert shop.one(early) == 0
        assert shop.one("SELECT count(*) FROM reviews WHERE updated_at > created_at") > 100

    def test_impossible_ratings_and_unknown_orders_are_listed(self, shop):
        ratings = shop.rows("SELECT review_id FROM reviews WHERE rating NOT BETWEEN 1 AND 5")
        assert {row[0] for row in ratings} == listed(shop, "reviews", "rating_out_of_range")
        orders = shop.rows("SELECT review_id FROM reviews ANTI JOIN orders USING (order_id)")
        assert {row[0] for row in orders} == listed(shop, "reviews", "unknown_order")
        assert ratings
        assert orders


@pytest.fixture(scope="module")
def many():
    """Customers and their subscriptions."""
    people = draw_customers(ShopSpec(20_000, 5000, 900, END, 6), build_catalogue(6, 200), 900)
    return people, draw_subscriptions(6, people)


class TestSubscriptions:
    def test_one_ends_before_the_next_starts(self, many):
        _, every = many
        order = np.lexsort((every.spell, every.customer))
        customer, spell = every.customer[order], every.spell[order]
        started, ended, plan = every.started[order], every.ended[order], every.plan[order]
        follows = customer[1:] == customer[:-1]
        assert (spell[1:] == spell[:-1] + 1)[follows].all()
        assert (started[1:] >= ended[:-1])[follows].all()
        assert (ended > started).all()
        at_once = follows & (started[1:] == ended[:-1])
        assert (np.abs(plan[1:] - plan[:-1]) == 1)[at_once].all()
        assert (plan[1:] == plan[:-1])[follows & ~at_once].all()
        assert at_once.sum() > 100
        assert (follows & ~at_once).sum() > 100
        assert every.spell.max() <= MAX_SPELLS

    def test_they_start_after_sign_up_and_do_not_outlive_the_customer_by_much(self, many):
        people, every = many
        assert (every.started > people.signed_up[every.customer]).all()
        assert (every.started < people.left[every.customer]).all()
        assert (every.ended <= people.left[every.customer] + 30 * 86_400).all()

    def test_the_rows_give_the_true_mrr(self, shop):
        """From the delivered rows; the few with a wrong or late row are set right by the truth."""
        excused = """
            SELECT count(*) FROM defects
            WHERE stream = 'subscriptions' AND defect <> 'duplicate_row'
        """
        months = shop.rows("SELECT month, mrr, subscribers FROM truth_mrr ORDER BY month")
        assert len(months) == 24
        for month, mrr, subscribers in months:
            found = shop.one(
                f"""
                SELECT coalesce(sum(monthly_amount), 0)::DOUBLE, count(DISTINCT customer_id)
                FROM subscriptions
                WHERE started_at < TIMESTAMP '{month}' + INTERVAL 1 MONTH
                  AND coalesce(ended_at, TIMESTAMP '9999-01-01')
                    >= TIMESTAMP '{month}' + INTERVAL 1 MONTH
                """
            )
            missing = shop.one(excused) + 1
            assert found[0] == pytest.approx(mrr, abs=missing * 14.99)
            assert found[1] == pytest.approx(subscribers, abs=missing)
        assert months[-1][2] > 50

    def test_what_happened_in_a_month_explains_its_mrr(self, shop):
        frame = shop.connection.execute("FROM truth_mrr ORDER BY month").df()
        parts = ["new", "reactivated", "expansion", "contraction", "churned"]
        change = frame["mrr"].diff().fillna(frame["mrr"].iloc[0])
        assert np.allclose(frame[parts].sum(axis=1), change)
        assert (frame[["new", "expansion"]].sum() > 0).all()
        assert (frame[["contraction", "churned"]].sum() < 0).all()
        assert frame["reactivated"].sum() > 0

    def test_wrong_ends_are_listed(self, busy):
        found = busy.rows("SELECT subscription_id FROM subscriptions WHERE ended_at < started_at")
        assert {row[0] for row in found} == listed(busy, "subscriptions", "ended_before_started")
        assert found


class TestSessions:
    def test_every_order_was_placed_in_a_visit(self, shop):
        """But a few whose visit is still on its way."""
        orders, placed = shop.one(
            "SELECT count(*), count(session_id) FROM orders LEFT JOIN web_sessions USING (order_id)"
        )
        assert orders - 30 < placed <= orders
        assert shop.one("SELECT count(order_id) = count(DISTINCT order_id) FROM web_sessions")
        known = "SELECT count(*) FROM web_sessions ANTI JOIN orders USING (order_id)"
        assert shop.one(f"{known} WHERE order_id IS NOT NULL") == 0

    def test_the_visit_is_on_the_day_of_the_order_and_its_buyers(self, shop):
        wrong = """
            SELECT count(*) FROM web_sessions JOIN clean_orders USING (order_id)
            WHERE web_sessions.started_at > ordered_at
              OR web_sessions.started_at::DATE <> ordered_at::DATE
              OR (web_sessions.customer_id <> clean_orders.customer_id AND session_id NOT IN (
                SELECT row_key FROM defects WHERE defect = 'unknown_customer'))
        """
        assert shop.one(wrong) == 0

    def test_there_are_three_to_four_visits_an_order(self, shop):
        visits, converting, anonymous = shop.one(
            "SELECT count(*), count(order_id), count(*) - count(customer_id) FROM web_sessions"
        )
        assert visits / 60_000 == pytest.approx(3.5, rel=0.02)
        assert converting / 60_000 == pytest.approx(1, rel=0.01)
        assert 0.3 < anonymous / visits < 0.6

    def test_the_lost_do_not_come_and_nobody_comes_before_signing_up(self, shop):
        """But to see where their last order is."""
        wrong = """
            SELECT count(*) FROM web_sessions JOIN truth_customers USING (customer_id)
            WHERE order_id IS NULL AND (started_at < signed_up_at OR started_at > lost_at)
              AND session_id NOT IN (
                SELECT session_id FROM web_sessions AS tracking JOIN orders
                  ON orders.order_id = replace(left(session_id, 10), 'W', 'O')
                WHERE tracking.started_at
                  > CAST(CAST(orders.ordered_at AS TIMESTAMPTZ) AS TIMESTAMP) + INTERVAL 1 HOUR
              )
        """
        assert shop.one(wrong) == 0

    def test_unknown_visitors_are_listed(self, shop):
        found = shop.rows(
            "SELECT session_id FROM web_sessions ANTI JOIN customers USING (customer_id) "
            "WHERE customer_id IS NOT NULL"
        )
        assert {row[0] for row in found} == listed(shop, "web_sessions", "unknown_customer")
        assert found


class TestMarketing:
    def test_spend_on_sign_ups_follows_sign_ups(self, shop):
        """Cost per sign-up of the channels that cost something all the time, as in marketing.py."""
        costs = dict(
            shop.rows(
                """
                SELECT channel, sum(abs(spend_amount))::DOUBLE / any_value(customers) AS cost
                FROM marketing_spend JOIN (
                  SELECT acquisition_channel AS channel, count(*) AS customers
                  FROM customers GROUP BY ALL
                ) USING (channel)
                WHERE campaign_id NOT LIKE 'K%' GROUP BY channel
                """
            )
        )
        expected = {"paid_search": 9.5, "social": 7.2, "referral": 4.8, "affiliate": 5.6}
        assert costs.keys() == expected.keys()
        for channel, cost in expected.items():
            assert costs[channel] == pytest.approx(cost, rel=0.2), channel

    def test_campaigns_of_spend_exist_or_are_none(self, shop):
        unknown = """
            SELECT DISTINCT campaign_id FROM marketing_spend ANTI JOIN campaigns USING (campaign_id)
        """
        assert shop.rows(unknown) == [("none",)]

    def test_negative_spend_is_listed(self, shop):
        found = shop.rows(
            "SELECT spend_date || ':' || channel || ':' || campaign_id FROM marketing_spend "
            "WHERE spend_amount < 0"
        )
        assert {row[0] for row in found} == listed(shop, "marketing_spend", "negative_amount")
        assert found


class TestInventory:
    def test_products_are_out_of_stock_as_often_as_the_truth_says(self, shop):
        """Where stock is negative the count is wrong, not the stock."""
        size, empty, expected = shop.one(
            """
            SELECT count(*), avg((quantity_on_hand = 0)::INT), avg(stockout_share)
            FROM inventory JOIN truth_inventory USING (product_id) WHERE quantity_on_hand >= 0
            """
        )
        assert empty == pytest.approx(expected, abs=margin(expected, size))

    def test_only_products_on_sale_are_counted(self, shop):
        strangers = "SELECT count(*) FROM inventory ANTI JOIN products USING (product_id)"
        assert shop.one(strangers) == 0
        weekly = "SELECT count(DISTINCT snapshot_at) FROM inventory"
        assert shop.one(weekly) == -(-730 // 7)

    def test_negative_stock_is_listed(self, shop):
        found = shop.rows(
            "SELECT product_id || ':' || snapshot_at::VARCHAR FROM inventory "
            "WHERE quantity_on_hand < 0"
        )
        assert {row[0] for row in found} == listed(shop, "inventory", "negative_quantity")
        assert found


class TestRates:
    def test_there_is_one_for_each_day_and_currency(self, shop):
        found = shop.rows("SELECT currency, count(*) FROM fx_rates GROUP BY ALL ORDER BY ALL")
        assert [currency for currency, _ in found] == sorted(CURRENCIES)
        # The last few may be on their way.
        assert all(725 <= days <= 730 for _, days in found)

    def test_they_do_not_depend_on_how_far_one_looks_and_stay_sane(self):
        rates = fx_rates(1, 3000)
        assert (rates[:100] == fx_rates(1, 100)).all()
        ratio = rates / np.array(list(CURRENCIES.values()))
        assert 0.85 < ratio.min() < 0.98
        assert 1.02 < ratio.max() < 1.18


class TestErasures:
    def test_only_the_lost_ask_and_few_do(self, busy):
        early = """
            SELECT count(*) FROM erasure_requests JOIN truth_customers USING (customer_id)
            WHERE requested_at < lost_at + INTERVAL 5 DAY
        """
        assert busy.one(early) == 0
        assert 5 < busy.one("SELECT count(*) FROM erasure_requests") < 60


class TestUniforms:
    def test_a_draw_belongs_to_its_number(self):
        numbers = np.arange(100_000)
        draws = uniforms(1, Purpose.REVIEWS, numbers)
        assert (draws[77:90] == uniforms(1, Purpose.REVIEWS, numbers[77:90])).all()
        for other in [(2, Purpose.REVIEWS, 0), (1, Purpose.SESSIONS, 0), (1, Purpose.REVIEWS, 1)]:
            seed, purpose, column = other
            assert abs(np.corrcoef(draws, uniforms(seed, purpose, numbers, column))[0, 1]) < 0.02

    def test_draws_are_even_and_neighbours_independent(self):
        for step in (1, 2, 128, 1 << 32):
            draws = uniforms(3, Purpose.REVIEWS, np.arange(100_000) * step)
            assert draws.min() >= 0
            assert draws.max() < 1
            counts = np.bincount((draws * 50).astype(int), minlength=50)
            assert ((counts - 2000) ** 2 / 2000).sum() < 100
            assert abs(np.corrcoef(draws[1:], draws[:-1])[0, 1]) < 0.02


def test_injected_defects_are_a_small_part_of_every_stream(shop):
    found = pd.Series(
        dict(
            shop.rows(
                "SELECT stream, count(DISTINCT row_key) FROM defects "
                "WHERE defect <> 'offset_timestamp' GROUP BY stream"
            )
        )
    )
    for stream in STREAMS:
        rows = shop.one(f"SELECT count(*) FROM {stream.name}")
        assert found.get(stream.name, 0) <= 0.03 * rows + 3, stream.name
