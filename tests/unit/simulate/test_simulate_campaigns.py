"""Campaigns do what their truth says, and nothing else: randomised, measured, recovered."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_shop import END

from simulate.campaigns import (
    KINDS,
    PERIOD_DAYS,
    active_campaign,
    draw_campaigns,
    expected_lift,
    start_day,
)
from simulate.seasons import DAY_SECONDS
from simulate.settings import ShopSpec
from simulate.world import build_world

# Valid orders of each assigned customer while the campaign lasts.
RESPONSES = """
  CREATE TABLE responses AS
  SELECT campaign_id, assigned.customer_id, any_value(is_holdout) AS is_holdout,
    count(order_id) AS orders
  FROM (
    SELECT campaign_id, is_holdout,
      format('C{:08d}', split_part(touch_id, '-', 2)::INT) AS customer_id
    FROM campaign_touches WHERE touch_type = 'assigned'
  ) AS assigned JOIN truth_campaigns USING (campaign_id)
    LEFT JOIN clean_orders ON clean_orders.customer_id = assigned.customer_id
      AND ordered_at >= effect_from AND ordered_at < effect_until
      AND order_status NOT IN ('cancelled', 'refunded')
  GROUP BY ALL
"""
MEASURED = """
  SELECT campaign_id, lift, uplift_in_orders, uplift_in_buyers,
    avg(orders) FILTER (NOT is_holdout) - avg(orders) FILTER (is_holdout) AS in_orders,
    sqrt(
      var_samp(orders) FILTER (NOT is_holdout) / count(*) FILTER (NOT is_holdout)
      + var_samp(orders) FILTER (is_holdout) / count(*) FILTER (is_holdout)
    ) AS error_in_orders,
    avg(least(orders, 1)) FILTER (NOT is_holdout) - avg(least(orders, 1)) FILTER (is_holdout)
      AS in_buyers,
    sqrt(
      var_samp(least(orders, 1)) FILTER (NOT is_holdout) / count(*) FILTER (NOT is_holdout)
      + var_samp(least(orders, 1)) FILTER (is_holdout) / count(*) FILTER (is_holdout)
    ) AS error_in_buyers
  FROM responses JOIN truth_campaigns USING (campaign_id) GROUP BY ALL ORDER BY ALL
"""


@pytest.fixture(scope="module")
def responses(busy):
    busy.connection.execute(RESPONSES)
    return busy


@pytest.fixture(scope="module")
def measured(responses):
    # The last campaign may not be over.
    frame = responses.connection.execute(MEASURED).df()
    over = responses.connection.execute(
        f"SELECT campaign_id FROM truth_campaigns WHERE effect_until <= TIMESTAMP '{END}'"
    ).df()
    return frame[frame["campaign_id"].isin(over["campaign_id"])]


@pytest.mark.parametrize("what", ["orders", "buyers"])
def test_the_uplift_measured_against_the_holdout_is_the_true_one(measured, what):
    difference = measured[f"in_{what}"] - measured[f"uplift_in_{what}"]
    scores = difference / measured[f"error_in_{what}"]
    assert len(scores) >= 6
    assert scores.abs().max() < 3.5
    assert abs(scores.sum()) / np.sqrt(len(scores)) < 3


def test_most_campaigns_show_an_effect_and_the_one_without_shows_none(measured):
    scores = measured["in_orders"] / measured["error_in_orders"]
    assert (scores[measured["lift"] >= 0.35] > 2).all()
    assert (scores[measured["lift"] == 0].abs() < 3).all()
    assert (measured["lift"] == 0).any()


def test_before_a_campaign_its_groups_order_alike(responses):
    """Randomised: no difference in the same days of a month before."""
    scores = responses.connection.execute(
        """
        WITH earlier AS (
          SELECT campaign_id, r.customer_id, is_holdout, count(order_id) AS orders
          FROM responses AS r JOIN truth_campaigns USING (campaign_id)
            LEFT JOIN clean_orders ON clean_orders.customer_id = r.customer_id
              AND ordered_at >= effect_from - INTERVAL 25 DAY
              AND ordered_at < effect_from - INTERVAL 1 DAY
          GROUP BY ALL
        )
        SELECT (avg(orders) FILTER (NOT is_holdout) - avg(orders) FILTER (is_holdout)) / sqrt(
          var_samp(orders) FILTER (NOT is_holdout) / count(*) FILTER (NOT is_holdout)
          + var_samp(orders) FILTER (is_holdout) / count(*) FILTER (is_holdout)
        ) AS score FROM earlier GROUP BY campaign_id
        """
    ).df()["score"]
    assert scores.abs().max() < 3.5


def test_the_truth_counts_assigned_and_held_out(responses):
    counted = responses.rows(
        "SELECT campaign_id, count(*), count(*) FILTER (is_holdout) FROM responses "
        "GROUP BY ALL ORDER BY ALL"
    )
    known = responses.rows(
        "SELECT campaign_id, assigned, held_out FROM truth_campaigns ORDER BY ALL"
    )
    # The last few touches may be on their way.
    for (name, assigned, held_out), (true_name, true_assigned, true_held_out) in zip(
        counted, known, strict=True
    ):
        assert name == true_name
        assert assigned == pytest.approx(true_assigned, rel=0.02)
        assert held_out == pytest.approx(true_held_out, rel=0.02)
    share, expected = responses.one(
        "SELECT sum(held_out) / sum(assigned), sum(holdout_share * assigned) / sum(assigned) "
        "FROM truth_campaigns"
    )
    assert share == pytest.approx(expected, abs=0.01)


def test_who_is_held_out_is_never_contacted(shop):
    contacted = """
        SELECT count(*) FROM campaign_touches AS held JOIN campaign_touches AS sent
          ON split_part(held.touch_id, '-', 2) = split_part(sent.touch_id, '-', 2)
          AND held.campaign_id = sent.campaign_id
        WHERE held.is_holdout AND sent.touch_type <> 'assigned'
    """
    assert shop.one(contacted) == 0
    assert shop.one("SELECT count(*) FROM campaign_touches WHERE is_holdout") > 500


def test_touches_follow_each_other(shop):
    """Clicked after opened after sent after assigned, all while the campaign runs."""
    wrong = """
        SELECT count(*) FROM (
          SELECT touched_at, starts_at, ends_at, touch_type,
            lag(touch_type) OVER steps AS earlier_type, lag(touched_at) OVER steps AS earlier
          FROM campaign_touches JOIN campaigns USING (campaign_id)
          WINDOW steps AS (
            PARTITION BY campaign_id, split_part(touch_id, '-', 2) ORDER BY touch_id
          )
        ) WHERE touched_at < starts_at OR touched_at >= ends_at OR touched_at < earlier
    """
    assert shop.one(wrong) == 0
    reached = dict(shop.rows("SELECT touch_type, count(*) FROM campaign_touches GROUP BY ALL"))
    assert reached["assigned"] > reached["sent"] > reached["opened"] > reached["clicked"] > 100


def test_only_those_are_assigned_who_agreed_and_are_known(shop):
    wrong = """
        SELECT count(*) FROM campaign_touches JOIN customers USING (customer_id)
        WHERE NOT marketing_consent OR created_at > touched_at
    """
    assert shop.one(wrong) == 0
    erased = """
        SELECT count(*) FROM campaign_touches JOIN erasure_requests USING (customer_id)
        WHERE requested_at < touched_at AND touch_type = 'assigned'
    """
    assert shop.one(erased) == 0


def test_touches_of_unknown_customers_are_the_listed_ones(shop):
    found = shop.rows(
        "SELECT touch_id FROM campaign_touches "
        "WHERE customer_id NOT IN (SELECT customer_id FROM customers)"
    )
    listed = shop.rows(
        "SELECT row_key FROM defects "
        "WHERE stream = 'campaign_touches' AND defect = 'unknown_customer'"
    )
    assert sorted(found) == sorted(listed)
    assert found


def test_spend_stays_near_the_budget(shop):
    shares = shop.rows(
        f"""
        SELECT sum(abs(spend_amount)) / any_value(budget_amount)
        FROM marketing_spend JOIN campaigns USING (campaign_id)
        WHERE ends_at < TIMESTAMP '{END}' - INTERVAL 6 DAY GROUP BY campaign_id
        """
    )
    assert len(shares) >= 10
    assert all(0.78 < share < 1.04 for (share,) in shares)


class TestPlan:
    def test_no_two_campaigns_overlap(self):
        for seed in range(20):
            starts = np.array([start_day(seed, number) for number in range(40)])
            ends = starts[:-1] + 1 + max(kind.days for kind in KINDS)
            assert (ends < starts[1:]).all()

    def test_a_campaign_is_the_same_however_far_one_looks(self):
        near, far = (build_world(ShopSpec(400, 3000, 120, END, 5), until) for until in (120, 200))
        for first, second in zip(near.campaigns, far.campaigns, strict=False):
            assert first.start_day == second.start_day
            assert (first.audience == second.audience).all()
            assert (first.is_holdout == second.is_holdout).all()
        assert 2 <= len(near.campaigns) < len(far.campaigns)

    def test_each_day_knows_its_campaign(self):
        world = build_world(ShopSpec(400, 3000, 400, END, 5))
        for day in range(400):
            felt = [c for c in world.campaigns if c.first_day <= day < c.end_day]
            assert active_campaign(world.campaigns, day) == (felt[0] if felt else None)

    def test_it_raises_the_rates_of_the_treated_only(self):
        world = build_world(ShopSpec(400, 3000, 400, END, 5))
        campaign = world.campaigns[0]
        plain, raised = world.customers.rate, world.rates(campaign.first_day)
        changed = np.flatnonzero(plain != raised)
        assert set(changed) == set(campaign.treated[world.customers.promo[campaign.treated] > 0])
        assert (world.rates(campaign.start_day) == plain).all()
        assert (world.rates(campaign.end_day) == plain).all()

    def test_the_expected_lift_is_that_of_those_who_agreed(self):
        """Of many customers, the mean lift of a campaign is what is expected before it."""
        spec = ShopSpec(20_000, 3000, 60, END, 5)
        world = build_world(spec)
        (campaign, *_) = draw_campaigns(5, world.customers, world.erased, 60)
        day = campaign.first_day
        known = np.flatnonzero(
            world.customers.consent & (world.customers.signed_up < campaign.start_day * DAY_SECONDS)
        )
        lift = world.rates(day)[known] / world.customers.rate[known] - 1
        expected = expected_lift(5, 60)[day] * world.customers.promo[known].mean()
        assert lift.mean() == pytest.approx(expected, rel=0.05)
        assert expected_lift(5, 500)[:PERIOD_DAYS].max() == expected_lift(5, 60).max()
