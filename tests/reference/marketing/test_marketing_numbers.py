"""Campaigns and channels against a recomputation in pandas from raw, uplift against scipy."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

sys.path.insert(0, str(Path(__file__).parent))

from marketing_facts import DAY, WINDOW, Facts, credited_orders, facts, groups, known_spend

from tests.support.growth_shop import growth_shop


@pytest.fixture(scope="module")
def known() -> Facts:
    return facts(growth_shop())


def mart(name: str, key: list[str]) -> pd.DataFrame:
    frame = growth_shop().connection.execute(f"SELECT * FROM marts.{name}").df()
    parts = ("_amount", "_revenue", "_margin", "_so_far", "_lower", "_upper")
    money = [column for column in frame if column.endswith(parts)]
    return frame.astype(dict.fromkeys(money, float)).set_index(key).sort_index()


@pytest.fixture(scope="module")
def campaigns() -> pd.DataFrame:
    return mart("mart_campaign_performance", ["campaign_id"])


def same(actual: pd.Series, expected: pd.Series, fill: float | None = None, **more: float) -> None:
    wanted = expected.reindex(actual.index).astype(float)
    wanted = wanted if fill is None else wanted.fillna(fill)
    np.testing.assert_allclose(actual.astype(float), wanted, **{"rtol": 1e-9, "atol": 1e-9} | more)


def test_reach_and_cost(known: Facts, campaigns: pd.DataFrame) -> None:
    kinds = known.touches.groupby(["campaign_id", "touch_type"])["customer_id"].nunique().unstack()
    customers = known.touches.groupby("campaign_id")["customer_id"].nunique()
    held = (
        known.touches[known.touches["is_holdout"]].groupby("campaign_id")["customer_id"].nunique()
    )
    sent = known.touches[known.touches["touch_type"] != "assigned"]
    same(campaigns["assigned_customers"], customers, 0)
    same(campaigns["held_out_customers"], held, 0)
    same(campaigns["contacted_customers"], sent.groupby("campaign_id")["customer_id"].nunique(), 0)
    same(campaigns["clicked_customers"], kinds["clicked"], 0)
    opened = sent[sent["touch_type"] != "sent"].groupby("campaign_id")["customer_id"].nunique()
    same(campaigns["opened_customers"], opened, 0)
    cost = known.spend.groupby("campaign_id")["spend_amount"].sum()
    same(campaigns["cost_amount"], cost)
    assert list(campaigns.index) == sorted(known.campaigns["campaign_id"])


def test_rates_days_and_what_was_shown(known: Facts, campaigns: pd.DataFrame) -> None:
    reached = campaigns["contacted_customers"].where(campaigns["contacted_customers"] > 0)
    same(campaigns["open_rate"], campaigns["opened_customers"] / reached)
    same(campaigns["click_rate"], campaigns["clicked_customers"] / reached)
    shown = known.spend.groupby("campaign_id")[["impressions", "clicks"]].sum(min_count=1)
    same(campaigns["impressions"], shown["impressions"])
    same(campaigns["clicks"], shown["clicks"])
    listed = known.campaigns.set_index("campaign_id").sort_index()
    assert (campaigns["start_date"] == listed["starts_at"].dt.normalize()).all()
    ends = (listed["ends_at"] - pd.Timedelta(seconds=1)).dt.normalize()
    assert (campaigns["end_date"].isna() == ends.isna()).all()
    assert (campaigns["end_date"] == ends)[ends.notna()].all()
    touches = known.touches.groupby(["campaign_id", "customer_id"])["day"].min()
    window = touches.groupby("campaign_id").max() + WINDOW
    last = pd.concat([ends, window.reindex(ends.index)], axis=1).max(axis=1)
    last = last.where(window.reindex(ends.index).notna())
    found = campaigns["last_measured_date"]
    assert (found.isna() | (found == last)).all()
    assert found.notna().sum() >= 10
    assert (campaigns["is_measured_to_the_end"] == (found < known.as_of)).all()


def test_attribution(known: Facts, campaigns: pd.DataFrame) -> None:
    credited = credited_orders(known)
    told = (
        growth_shop()
        .connection.execute(
            "SELECT order_id, campaign_id, linear_share FROM intermediate.int_campaign_orders"
        )
        .df()
    )
    linear = told.set_index(["order_id", "campaign_id"])["linear_share"].sort_index()
    same(linear, credited.set_index(["order_id", "campaign_id"])["linear"])
    assert len(linear) == len(credited) > 500
    for view in ("first", "last", "linear"):
        name = view if view == "linear" else f"{view}_touch"
        for amount in ("revenue", "margin"):
            total = (credited[amount] * credited[view]).groupby(credited["campaign_id"]).sum()
            same(campaigns[f"{name}_{amount}"].fillna(0), total, 0, atol=0.011)
        margin = (credited["margin"] * credited[view]).groupby(credited["campaign_id"]).sum()
        cost = campaigns["cost_amount"]
        same(campaigns[f"{name}_roi"], (margin - cost) / cost, atol=1e-4)
    last = credited[credited["last"] == 1].groupby("campaign_id")
    same(campaigns["credited_orders"], last.size(), 0)
    same(campaigns["new_customer_orders"], last["is_first_order"].sum(), 0)
    converted = credited.groupby("campaign_id")["customer_id"].nunique()
    same(campaigns["converted_customers"], converted, 0)
    reached = campaigns["contacted_customers"]
    same(campaigns["conversion_rate"], (converted / reached).reindex(campaigns.index))


def test_uplift_is_that_of_scipy(known: Facts, campaigns: pd.DataFrame) -> None:
    compared = campaigns[campaigns["has_holdout"]]
    assert len(compared) >= 10
    for name, row in compared.iterrows():
        bought, held = groups(known, str(name))
        ours, others = bought[~held]["revenue"], bought[held]["revenue"]
        welch = stats.ttest_ind(ours, others, equal_var=False)
        low, high = welch.confidence_interval(0.95)
        told = row[["revenue_uplift", "revenue_uplift_lower", "revenue_uplift_upper"]]
        assert list(told) == pytest.approx([ours.mean() - others.mean(), low, high], abs=1e-4)
        assert row["revenue_p_value"] == pytest.approx(welch.pvalue, abs=1e-5)
        assert row["incremental_revenue"] == pytest.approx(
            (ours.mean() - others.mean()) * len(ours), abs=0.01
        )
        told = row[["incremental_revenue_lower", "incremental_revenue_upper"]]
        assert list(told) == pytest.approx([low * len(ours), high * len(ours)], rel=1e-4, abs=0.02)
        margins = bought["margin"]
        uplift = margins[~held].mean() - margins[held].mean()
        assert row["incremental_margin"] == pytest.approx(uplift * len(ours), abs=0.01)
        gain = uplift * len(ours) - row["cost_amount"]
        assert row["incremental_roi"] == pytest.approx(gain / row["cost_amount"], abs=1e-4)
        table = [[(x > 0).sum(), (x == 0).sum()] for x in (ours, others)]
        chi_square = stats.chi2_contingency(table, correction=False)
        assert row["conversion_p_value"] == pytest.approx(chi_square.pvalue, abs=1e-6)
        shares = (ours > 0).mean() - (others > 0).mean()
        assert row["conversion_uplift"] == pytest.approx(shares)
        ends = [
            stats.binomtest(int((x > 0).sum()), len(x)).proportion_ci(0.95, "wilson")
            for x in (ours, others)
        ]
        means = [(x > 0).mean() for x in (ours, others)]
        assert list(row[["treated_conversion", "holdout_conversion"]]) == pytest.approx(means)
        lower = shares - np.hypot(means[0] - ends[0].low, ends[1].high - means[1])
        upper = shares + np.hypot(ends[0].high - means[0], means[1] - ends[1].low)
        told = row[["conversion_uplift_lower", "conversion_uplift_upper"]]
        assert list(told) == pytest.approx([lower, upper])


def test_adjusted_uplift_is_that_of_numpy_and_scipy(known: Facts, campaigns: pd.DataFrame) -> None:
    compared = campaigns[campaigns["has_holdout"]]
    for name, row in compared.iterrows():
        bought, held = groups(known, str(name))
        revenue, before = bought["revenue"], known_spend(known, str(name))
        theta = np.cov(before, revenue)[0, 1] / before.var()
        adjusted = revenue - theta * (before - before.mean())
        welch = stats.ttest_ind(adjusted[~held], adjusted[held], equal_var=False)
        low, high = welch.confidence_interval(0.95)
        uplift = adjusted[~held].mean() - adjusted[held].mean()
        told = row[[f"adjusted_revenue_uplift{end}" for end in ("", "_lower", "_upper")]]
        assert list(told) == pytest.approx([uplift, low, high], abs=1e-4)
        assert row["adjusted_revenue_p_value"] == pytest.approx(welch.pvalue, abs=1e-5)
        plain = revenue[~held].var() / (~held).sum() + revenue[held].var() / held.sum()
        left = adjusted[~held].var() / (~held).sum() + adjusted[held].var() / held.sum()
        assert row["uplift_variance_reduction"] == pytest.approx(1 - left / plain)
    assert compared["uplift_variance_reduction"].median() > 0


def by_month(totals: pd.Series) -> pd.Series:
    months = [(name, month.to_timestamp()) for name, month in totals.index]
    return totals.set_axis(pd.MultiIndex.from_tuples(months))


def test_channels_stand_where_their_months_put_them() -> None:
    months = mart("mart_channel_economics", ["channel", "month_start"]).reset_index()
    found = mart("mart_channel_standing", ["channel"])
    latest, earlier = (
        months[months["months_observed"].between(*span)].groupby("channel")
        for span in ((1, 12), (13, 24))
    )
    spent, won, margin = (
        latest[column].sum() for column in ("spend_amount", "new_customers", "margin_so_far")
    )
    assert list(found.index) == list(spent.index)
    same(found["spend_amount"], spent)
    same(found["new_customers"], won)
    before = earlier["spend_amount"].sum() / earlier["new_customers"].sum()
    same(found["earlier_customer_acquisition_cost"], before.where(np.isfinite(before)))
    pays = {
        name: "costs_nothing"
        if spent[name] == 0
        else "wins_nobody"
        if won[name] == 0
        else "pays"
        if margin[name] >= 3 * spent[name]
        else "has_paid"
        if margin[name] >= spent[name]
        else "has_not_paid"
        for name in found.index
    }
    assert found["verdict"].to_dict() == pays
    assert len(set(pays.values())) > 2


def test_channels(known: Facts) -> None:
    key = ["channel", "month_start"]
    channels = mart("mart_channel_economics", key)
    sales = known.sales.copy()
    sales["month"] = sales["day"].dt.to_period("M")
    sales["won"] = sales.groupby("customer_id")["month"].transform("min")
    channel = known.customers.set_index("customer_id")["acquisition_channel"]
    sales["channel"] = sales["customer_id"].map(channel)
    won = sales.groupby(["channel", "won"])
    spend = known.spend.assign(won=known.spend["spend_date"].dt.to_period("M"))
    spent = spend.groupby(["channel", "won"])["spend_amount"].sum()
    visits = known.visits.assign(won=known.visits["started_at"].dt.to_period("M"))
    visited = visits.groupby(["channel", "won"])["converted"].agg(["size", "mean"])
    expected = pd.concat(
        [spent.rename("spend"), won["customer_id"].nunique().rename("new"), visited], axis=1
    )
    expected.index = pd.MultiIndex.from_tuples(
        [(name, month.to_timestamp()) for name, month in expected.index], names=key
    )
    expected = expected.sort_index()
    assert list(channels.index) == list(expected.index)
    new, cost = expected["new"].fillna(0), expected["spend"].fillna(0)
    same(channels["spend_amount"], cost)
    same(channels["new_customers"], new)
    same(channels["customer_acquisition_cost"], (cost / new).where(new > 0))
    same(channels["visits"], expected["size"], 0)
    same(channels["conversion_rate"], expected["mean"])
    same(channels["revenue_so_far"], by_month(won["revenue"].sum()), 0, atol=1e-6)
    for column in ("impressions", "clicks"):
        same(channels[column], by_month(spend.groupby(["channel", "won"])[column].sum()))
    reached = spend[spend["campaign_id"].isin(known.touches["campaign_id"])]
    retained = by_month(reached.groupby(["channel", "won"])["spend_amount"].sum())
    same(channels["retention_spend_amount"], retained, 0)
    assert 0 < retained.sum() < known.spend["spend_amount"].sum()
    months = channels.index.get_level_values("month_start").to_period("M")
    ages = [(known.as_of.to_period("M") - month).n for month in months]
    assert list(channels["months_observed"]) == ages
    current = months == (known.as_of - DAY).to_period("M")
    assert list(channels["is_current_period"]) == list(current)
    margin = by_month(won["margin"].sum())
    same(channels["ltv_amount"], margin / by_month(won["customer_id"].nunique()), rtol=1e-6)
    same(channels["ltv_to_cac"], (margin.reindex(cost.index) / cost).where(cost > 0), rtol=1e-6)
    for (name, month), group in won:
        so_far = group.groupby("month")["margin"].sum().sort_index().cumsum()
        paid = [
            (m - month).n
            for m, total in so_far.items()
            if round(total, 2) >= round(cost[name, month.to_timestamp()], 2)
        ]
        told = channels["payback_months"][name, month.to_timestamp()]
        assert told == paid[0] if paid else pd.isna(told)
