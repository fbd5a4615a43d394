"""The marts about customers against a recomputation in pandas from raw."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

sys.path.insert(0, str(Path(__file__).parent))

from analytics_numbers import seed
from customer_numbers import (
    DAY,
    Facts,
    behaviour,
    cohorts,
    facts,
    migration,
    places,
    rfm,
    segment,
)

from tests.support.customer_shop import customer_shop

RULE_OF_CHURN = ((181, 0.8), (91, 0.5), (61, 0.3), (0, 0.1))


@pytest.fixture(scope="module")
def known() -> Facts:
    return facts(customer_shop().connection)


@pytest.fixture(scope="module")
def behaves(known: Facts) -> pd.DataFrame:
    return behaviour(known)


def table(name: str, key: str | list[str]) -> pd.DataFrame:
    frame = customer_shop().connection.execute(f"SELECT * FROM {name}").df()
    decimals = [column for column in frame if column.endswith("_amount")]
    return frame.astype(dict.fromkeys(decimals, float)).set_index(key).sort_index()


def same(actual: pd.DataFrame, expected: pd.DataFrame) -> None:
    expected = expected.sort_index()
    assert list(actual.index) == list(expected.index)
    for column in expected:
        np.testing.assert_allclose(
            actual[column].astype(float), expected[column].astype(float), 1e-9, 1e-9, err_msg=column
        )


def test_cohorts(known: Facts) -> None:
    expected = cohorts(known)
    assert len(expected) > 250
    same(
        table("marts.mart_cohort_retention", ["cohort_month", "months_since_first_order"]), expected
    )


def test_newer_cohorts_beside_those_before(known: Facts) -> None:
    cells = cohorts(known).reset_index()
    cells = cells[cells["is_complete"] & ~cells["is_small_cohort"]]
    found = table("marts.mart_cohort_milestones", "months_since_first_order")
    assert found.index.tolist() == [1, 3, 6, 12]
    p_values = {}
    for months, row in found.iterrows():
        reached = cells[cells["months_since_first_order"] == months].sort_values("cohort_month")
        latest, earlier = reached[-6:], reached[-12:-6]
        table_of_two = [
            [
                group["retained_customer_count"].sum(),
                group["customer_count"].sum() - group["retained_customer_count"].sum(),
            ]
            for group in (latest, earlier)
        ]
        test = stats.chi2_contingency(table_of_two, correction=False)
        assert row["z_score"] ** 2 == pytest.approx(test.statistic)
        assert row["earlier_cohort_count"] == len(earlier)
        assert row["cumulative_revenue_per_customer"] == pytest.approx(
            latest["cumulative_net_revenue_amount"].sum() / latest["customer_count"].sum()
        )
        p_values[months] = test.pvalue
    corrected = [min(1, 4 * p_values[months]) for months in found.index]
    assert found["corrected_p_value"].to_numpy() == pytest.approx(corrected, rel=1e-6)


def test_customer_months_are_the_history_of_lifetime_value(known: Facts) -> None:
    months = table("intermediate.int_customer_months", ["customer_id", "month_start"])
    expected = known.sales.groupby(["customer_id", "month"]).agg(
        order_count=("order_id", "size"),
        net_revenue_amount=("net", "sum"),
        purchase_days=("day", "nunique"),
    )
    expected.index = expected.index.set_levels(expected.index.levels[1].to_timestamp(), level=1)
    same(months, expected)


def test_rfm_of_today(known: Facts) -> None:
    expected = rfm(known, known.as_of)
    found = table("intermediate.int_customer_rfm", "customer_id")
    assert list(found.index) == list(expected.index)
    assert found["rfm_segment"].tolist() == expected["segment"].tolist()
    for score, column in (("r", "recency"), ("f", "frequency"), ("m", "monetary")):
        assert found[f"{column}_score"].tolist() == expected[score].tolist()


def test_moves_between_segments(known: Facts) -> None:
    expected = migration(known)
    found = table("marts.mart_segment_migration", ["month_end", "from_segment", "to_segment"])
    assert set(found.index) == set(expected)
    assert len(expected) > 200
    for key, (count, revenue, spent) in expected.items():
        row = found.loc[key]
        assert row["customer_count"] == count
        assert row["net_revenue_amount"] == pytest.approx(revenue)
        assert row["spent_amount"] == pytest.approx(spent)


def test_last_moves_end_in_the_segments_of_today(known: Facts) -> None:
    assert known.as_of.day == 1
    query = customer_shop().connection.execute
    found = query(
        "SELECT to_segment, SUM(customer_count) FROM marts.mart_segment_migration "
        f"WHERE month_end = DATE '{(known.as_of - DAY).date()}' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    today = (
        "SELECT rfm_segment, COUNT(*) FROM intermediate.int_customer_rfm GROUP BY ALL ORDER BY ALL"
    )
    assert found == query(today).fetchall()


def test_behaviour(behaves: pd.DataFrame) -> None:
    assert (behaves.notna().sum() > 300).all()
    same(table("intermediate.int_customer_behaviour", "customer_id"), behaves)


def test_segments(known: Facts, behaves: pd.DataFrame) -> None:
    found = table("marts.mart_customer_segments", "customer_id")
    assert set(found.index) <= set(known.customers["customer_id"])
    buyers = known.sales.groupby("customer_id").agg(
        total_orders=("order_id", "size"),
        last=("day", "max"),
        first=("day", "min"),
        spent=("net", "sum"),
    )
    signed_up = known.customers.set_index("customer_id")["created_at"].dt.normalize()
    since = np.minimum(buyers["first"], signed_up.reindex(buyers.index).fillna(buyers["first"]))
    months = np.maximum((known.as_of - since).dt.days / 30.4375, 1)
    buyers["clv"] = buyers["spent"] / months * 12
    buyers["clv_place"] = places(buyers["clv"])
    buyers["days_since_last_order"] = (known.as_of - buyers["last"]).dt.days
    buyers["churn_probability"] = [
        next(share for bound, share in RULE_OF_CHURN if days >= bound)
        for days in buyers["days_since_last_order"]
    ]
    described = buyers.join(behaves)
    described["price_place"] = places(described["price_sensitivity"])
    expected = described.apply(segment, axis=1)
    bought = found[~found["is_prospect"]]
    assert bought["segment"].to_dict() == expected.to_dict()
    assert expected.nunique() >= 5
    assert set(found[found["is_prospect"]]["segment"]) == {"standard"}
    np.testing.assert_allclose(bought["clv_at_stake"], described["clv"].sort_index(), rtol=1e-9)
    np.testing.assert_allclose(found["expected_value"], found["clv_at_stake"] * found["uplift"])


def test_uplift_is_that_of_all_experiments_that_are_over() -> None:
    found = table("marts.mart_customer_segments", "customer_id")
    tried = table("marts.mart_campaign_performance", "campaign_id")
    tried = tried[tried["has_holdout"] & tried["is_measured_to_the_end"]]
    held, all_of = tried["held_out_customers"], tried["assigned_customers"]
    # What two groups tell of their difference grows with the harmonic mean of their sizes.
    weights = 1 / (1 / held + 1 / (all_of - held))
    assert len(tried) > 5
    assert set(found["uplift_source"]) == {"measured"}
    np.testing.assert_allclose(
        found["uplift"], np.average(tried["conversion_uplift"], weights=weights), 1e-6
    )


def test_brands_touches_and_places_behind_the_segments(known: Facts, behaves: pd.DataFrame) -> None:
    found = table("marts.mart_customer_segments", "customer_id")
    bought = found.loc[sorted(behaves.index)]
    same(bought, behaves)
    same(
        bought[["price_sensitivity_place"]],
        places(behaves["price_sensitivity"].round(9))
        .reindex(behaves.index)
        .rename("price_sensitivity_place")
        .to_frame(),
    )
    units = known.lines[known.lines["brand"].notna()].groupby(["customer_id", "brand"])["quantity"]
    most = units.sum().reset_index().sort_values(["quantity", "brand"], ascending=[False, True])
    first = most.drop_duplicates("customer_id").set_index("customer_id")["brand"]
    assert bought["top_brand"].dropna().to_dict() == first.to_dict()
    plan = seed("customer_segments", "segment")
    for row in found.itertuples():
        (priority, action) = [
            plan[(row.segment,)][name] for name in ("investment_priority", "strategic_action")
        ]
        assert (row.investment_priority, row.strategic_action) == (int(priority), action)


REASONS = {
    "high_value": lambda row: row["clv_place"] >= 0.7,
    "likely_to_leave": lambda row: row["churn_probability"] > 0.6,
    "spending_grows": lambda row: row["spending_trend"] > 0,
    "spending_falls": lambda row: row["spending_trend"] < -0.3,
    "buys_reduced": lambda row: row["price_sensitivity_place"] >= 0.7,
    "answers_campaigns": lambda row: row["promotion_responsiveness"] > 0.6,
    "loyal_to_brand": lambda row: row["brand_loyalty"] > 0.7,
    "few_orders": lambda row: 0 < row["total_orders"] <= 3,
    "no_order_yet": lambda row: row["is_prospect"],
    "not_reachable": lambda row: not row["is_reachable"],
}


def test_actions_follow_from_segments() -> None:
    found = table("marts.mart_action_list", "customer_id")
    segments = table("marts.mart_customer_segments", "customer_id")
    analytics = table("marts.mart_customer_analytics", "customer_id")
    assert list(found.index) == list(segments.index)
    plan = seed("customer_actions", "action_group", "is_reachable")
    told = segments.join(analytics["is_reachable"])
    for customer, row in told.iterrows():
        action = found.loc[customer]
        group = "prospect" if row["is_prospect"] else row["segment"]
        planned = plan[group, str(bool(row["is_reachable"])).upper()]
        assert action["next_action"] == planned["next_action"]
        assert action["action_owner"] == planned["action_owner"]
        reasons = [name for name, holds in REASONS.items() if holds(row)]
        assert action["reason_codes"] == ("; ".join(reasons) or "nothing_special")
        expected = row["expected_value"] * float(planned["effect_share"])
        assert action["expected_value"] == pytest.approx(expected)
        drawn = int(hashlib.md5(f"actions:{customer}".encode()).hexdigest()[:8], 16)
        assert action["is_holdout"] == (drawn < round(0.1 * 16**8))
    listed = found[~found["is_holdout"]].reset_index()
    listed = listed.sort_values(
        ["expected_value", "investment_priority", "customer_id"], ascending=[False, False, True]
    )
    assert list(listed["action_rank"]) == list(range(1, len(listed) + 1))
    assert found[found["is_holdout"]]["action_rank"].isna().all()
    assert 0.07 < found["is_holdout"].mean() < 0.13
