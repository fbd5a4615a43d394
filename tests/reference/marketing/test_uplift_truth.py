"""Intervals of uplift cover what is true as often as they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.support.definitions import empty_warehouse, project_model
from tests.support.growth_shop import growth_shop, shop_of_seed, truth

UPLIFT = "intermediate.int_campaign_uplift"
CAMPAIGNS = 1000
MEAN_AMOUNT = float(np.exp(3.5 + 0.6**2 / 2))


def drawn(is_effective: bool) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Campaigns whose true uplifts are known: small shares of buyers, skewed amounts."""
    random = np.random.default_rng(7)
    reach, responses, known = [], [], []
    for number in range(CAMPAIGNS):
        name, base = f"K{number:05d}", random.uniform(0.05, 0.25)
        lift = random.uniform(0, 0.1) if is_effective else 0.0
        treated, held_out = int(random.integers(200, 600)), int(random.integers(150, 300))
        for is_holdout, size, share in ((False, treated, base + lift), (True, held_out, base)):
            buyers = np.flatnonzero(random.random(size) < share)
            responses.append(
                pd.DataFrame(
                    {
                        "customer_id": [f"{is_holdout}-{buyer}" for buyer in buyers],
                        "amount": np.round(random.lognormal(3.5, 0.6, len(buyers)), 2),
                    }
                ).assign(campaign_id=name, is_holdout=is_holdout)
            )
        reach.append((name, treated + held_out, held_out))
        known.append((name, lift, lift * MEAN_AMOUNT))
    return (
        pd.DataFrame(reach, columns=["campaign_id", "assigned_customers", "held_out_customers"]),
        pd.concat(responses, ignore_index=True),
        pd.DataFrame(known, columns=["campaign_id", "true_share", "true_revenue"]),
    )


def measured(is_effective: bool) -> pd.DataFrame:
    """What the model says of drawn campaigns, beside what is true of them."""
    reach, responses, known = drawn(is_effective)
    query = project_model("intermediate/int_campaign_uplift").render_query_or_raise()
    with empty_warehouse() as connection:
        for name, frame in {"reach": reach, "responses": responses, "known": known}.items():
            connection.register(name, frame)
        connection.execute("CREATE TABLE intermediate.int_campaign_reach AS FROM reach")
        connection.execute(
            "CREATE TABLE intermediate.int_as_of AS SELECT '2025-04-01'::DATE AS as_of_date"
        )
        connection.execute(
            "CREATE TABLE intermediate.int_campaign_responses AS SELECT campaign_id, customer_id,"
            " is_holdout, amount::DECIMAL(18, 2) AS net_revenue_amount,"
            " (amount * 0.4)::DECIMAL(18, 2) AS gross_margin_amount,"
            " '2025-03-01'::DATE AS order_date FROM responses"
        )
        sql = query.sql(dialect="duckdb")
        found: pd.DataFrame = connection.execute(
            f"FROM ({sql}) JOIN known USING (campaign_id)"
        ).df()
    assert len(found) == CAMPAIGNS
    return found


def is_covered(frame: pd.DataFrame, what: str, true: str) -> pd.Series:
    return frame[true].between(frame[f"{what}_lower"], frame[f"{what}_upper"])


def test_intervals_of_drawn_campaigns_cover_the_truth_in_95_of_100() -> None:
    found = measured(is_effective=True)
    for what, true in (("conversion_uplift", "true_share"), ("revenue_uplift", "true_revenue")):
        # Within what chance allows to a share of 95% in that many campaigns.
        assert 0.93 < is_covered(found, what, true).mean() < 0.97, what
        # Not too wide either: nearly all that misses 0 is told as such, on the right side.
        missed = found[~is_covered(found, what, true)]
        above = (missed[what] > missed[true]).mean()
        assert 0.25 < above < 0.75, what


def test_p_values_are_uniform_where_a_campaign_does_nothing() -> None:
    found = measured(is_effective=False)
    for column in ("conversion_p_value", "revenue_p_value"):
        assert stats.kstest(found[column], "uniform").pvalue > 0.001, column
        assert abs((found[column] < 0.05).mean() - 0.05) < 0.02, column


@pytest.mark.slow
def test_intervals_of_simulated_campaigns_cover_their_true_uplift() -> None:
    covered: list[bool] = []
    for seed in (1, 2):
        shop = growth_shop() if seed == 1 else shop_of_seed(seed)
        shop.build(UPLIFT, "intermediate.int_campaigns")
        known = truth(shop, "campaigns")[["campaign_id", "uplift_in_buyers"]]
        told = shop.connection.execute(
            f"SELECT uplift.* FROM {UPLIFT} AS uplift"
            " INNER JOIN intermediate.int_campaigns AS campaigns USING (campaign_id)"
            " CROSS JOIN intermediate.int_as_of WHERE last_measured_date < as_of_date"
        ).df()
        frame = told.merge(known, on="campaign_id")
        covered += list(is_covered(frame, "conversion_uplift", "uplift_in_buyers"))
    assert len(covered) >= 30
    # Chance lets fewer cover in one of 100 such tests.
    assert sum(covered) >= stats.binom.ppf(0.01, len(covered), 0.95)
