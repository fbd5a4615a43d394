"""The mart of all numbers over time against pandas from raw: values, comparisons, targets."""

from __future__ import annotations

import kpi_expected
import numpy as np
import pandas as pd
import pytest
from kpi_expected import of_parts
from kpi_facts import DIMENSIONS, GRAINS, orders, period, read, shop
from kpi_mart import SERIES, agree, before, compared, kpis, moved, told

from patron.metrics import read_metrics
from tests.support.definitions import PROJECT

METRICS = read_metrics(PROJECT / "metrics")
SETTLES = dict.fromkeys(
    ["delivery_days", "on_time_rate", "fulfilment_rate", "customer_satisfaction"], 14
) | {"return_rate": 30, "ltv_to_cac": 365}


@pytest.fixture(scope="module", autouse=True)
def mart() -> None:
    shop().build("marts.mart_kpis")


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("grain", GRAINS)
def test_metrics_of_orders_and_returns(dimension: str, grain: str) -> None:
    agree(dimension, grain, kpi_expected.sales(dimension, grain))


@pytest.mark.parametrize("grain", GRAINS)
def test_metrics_of_departments(grain: str) -> None:
    agree("department", grain, kpi_expected.departments(grain))


@pytest.mark.parametrize("dimension", ["all", "channel"])
@pytest.mark.parametrize("grain", GRAINS)
def test_metrics_of_visits_and_spend(dimension: str, grain: str) -> None:
    agree(dimension, grain, kpi_expected.attention(dimension, grain))


@pytest.mark.parametrize("dimension", ["all", "country", "channel"])
@pytest.mark.parametrize("grain", GRAINS)
def test_metrics_of_signups(dimension: str, grain: str) -> None:
    agree(dimension, grain, kpi_expected.signups(dimension, grain))


@pytest.mark.parametrize("dimension", ["all", "channel"])
@pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
def test_metrics_so_far(dimension: str, grain: str) -> None:
    agree(dimension, grain, kpi_expected.so_far(dimension, grain))


@pytest.mark.parametrize("dimension", ["all", "region"])
@pytest.mark.parametrize("grain", GRAINS)
def test_metrics_of_operations(dimension: str, grain: str) -> None:
    ratios = {
        "delivery_days": ("total_delivery_days", "arrived_orders"),
        "on_time_rate": ("on_time_orders", "judged_orders"),
        "fulfilment_rate": ("fulfilled_orders", "orders - cancelled_orders"),
        "return_rate": ("returned_orders", "orders - cancelled_orders"),
        "customer_satisfaction": ("total_rating", "reviews"),
    }
    member = "region" if dimension == "region" else "'all'"
    agree(dimension, grain, of_parts("marts.mart_operations", member, grain, ratios))


@pytest.mark.parametrize("dimension", ["all", "channel"])
@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_value_against_cost_of_customers(dimension: str, grain: str) -> None:
    ratios = {"ltv_to_cac": ("margin_so_far", "spend_amount")}
    member = "channel" if dimension == "channel" else "'all'"
    agree(dimension, grain, of_parts("marts.mart_channel_economics", member, grain, ratios))


def test_metrics_of_subscriptions() -> None:
    ratios = {
        "net_revenue_retention": (
            "opening_mrr + expansion_mrr + contraction_mrr + churned_mrr",
            "opening_mrr",
        ),
        "gross_revenue_retention": ("opening_mrr + contraction_mrr + churned_mrr", "opening_mrr"),
        "logo_churn": ("churned_subscribers", "opening_subscribers"),
    }
    agree("all", "month", of_parts("marts.mart_subscription_metrics", "'all'", "month", ratios))
    months = read("SELECT month_start AS day, closing_mrr FROM marts.mart_subscription_metrics")
    for grain in ("month", "quarter", "year"):
        key = period(months["day"], grain).rename("period")
        last = months.sort_values("day").groupby(key)["closing_mrr"].last().astype(float)
        expected = last.rename("mrr").to_frame().assign(member="all")
        agree("all", grain, expected.set_index("member", append=True))


@pytest.mark.parametrize("dimension", ["all", "country", "channel"])
def test_metrics_of_now_stand_in_each_running_period(dimension: str) -> None:
    people = read("SELECT * FROM marts.mart_customer_analytics").assign(all="all")
    people["channel"] = people["acquisition_channel"]
    buyers, risky = people["total_orders"] > 0, people["risk_level"] == "High"
    key = people[dimension].fillna("unknown").rename("member")
    expected = pd.DataFrame(
        {
            "customer_health": people["customer_health_score"].where(buyers).groupby(key).mean(),
            "predicted_clv": people["predicted_clv_12m"].groupby(key).sum(min_count=1),
            "churn_probability": people["churn_probability"].groupby(key).mean(),
            "high_risk_share": (risky.groupby(key).sum() / buyers.groupby(key).sum()),
            "revenue_at_risk": people["estimated_annual_value"]
            .where(risky)
            .groupby(key)
            .sum(min_count=1),
        }
    )
    last_day = pd.Series([kpi_expected.as_of() - pd.Timedelta(days=1)])
    for grain in GRAINS:
        running = period(last_day, grain)[0]
        agree(dimension, grain, pd.concat({running: expected}, names=["period"]))


def test_brands_and_data_have_a_value_for_the_whole_shop() -> None:
    loyalty = read("SELECT AVG(brand_loyalty) AS value FROM marts.mart_customer_segments")
    quality = read("SELECT row_count, quality_score FROM quality.source_quality").dropna()
    score = np.average(quality["quality_score"], weights=quality["row_count"])
    rows = kpis().set_index(["metric", "grain"])["value"]
    assert rows["brand_loyalty"].to_numpy() == pytest.approx([loyalty["value"][0]] * 5)
    assert rows["data_quality_score"].to_numpy() == pytest.approx([score] * 5)


def test_a_share_of_the_market_where_its_size_is_known() -> None:
    sold = orders().groupby([orders()["day"].dt.to_period("M"), "country"])["net_revenue"].sum()
    months = told("all", "month")["market_share"].dropna().droplevel("member")
    assert list(months.index) == list(pd.date_range("2025-01-01", periods=12, freq="MS"))
    for month in (2, 12):
        name = f"2025-{month:02}"
        size = 10_000 * pd.Period(name).days_in_month
        assert months[pd.Timestamp(name)] == pytest.approx(sold[name].sum() / size)
    in_germany = told("country", "month")["market_share"].dropna()
    assert in_germany.to_dict() == {
        (pd.Timestamp("2025-02-01"), "DE"): pytest.approx(sold["2025-02", "DE"] / 56_000)
    }


def test_each_period_is_compared_with_the_one_before_and_the_year_before() -> None:
    frame = compared()
    year_ago = frame["period_start"] - pd.DateOffset(years=1)
    weeks = frame["grain"] == "week"
    year_ago = year_ago.mask(weeks, frame["period_start"] - pd.DateOffset(weeks=52))
    for column, starts in {"prior_value": before(frame), "prior_year_value": year_ago}.items():
        pd.testing.assert_series_equal(frame[column], moved(frame, column, starts))
        assert frame[column].notna().mean() > 0.3


def test_changes_are_told_of_periods_that_are_over_and_settled() -> None:
    frame = compared()
    settled = frame["period_end"] + pd.to_timedelta(
        frame["metric"].map(SETTLES).fillna(0), unit="D"
    )
    complete = settled < frame["as_of_date"]
    assert (frame["is_complete"] == complete).all()
    for column, prior in (
        ("change_share", "prior_value"),
        ("prior_year_change_share", "prior_year_value"),
    ):
        base = frame[prior].where(frame[prior] != 0).abs()
        expected = ((frame["value"] - frame[prior]) / base).where(complete)
        pd.testing.assert_series_equal(frame[column], expected, check_names=False)


def test_z_scores_are_those_of_twelve_like_periods_before() -> None:
    frame = compared()[compared()["dimension"].isin(["all", "channel"])]
    frame = frame.sort_values([*SERIES, "period_start"])
    days = (frame["period_start"] - pd.Timestamp("2024-01-01")).dt.days
    months = frame["period_start"].dt.year * 12 + frame["period_start"].dt.month
    by_grain = {
        "day": days // 7,
        "week": days // 7,
        "month": months,
        "quarter": months // 3,
        "year": months // 12,
    }
    weekday = (days % 7).where(frame["grain"] == "day", 0)
    place = pd.concat([by_grain[g][frame["grain"] == g] for g in by_grain]).reindex(frame.index)
    found = 0
    for _, rows in frame.groupby([*SERIES, weekday]):
        values, places = rows["value"].to_numpy(), place[rows.index].to_numpy()
        for row in range(12, len(rows)):
            scored = rows["z_score"].iloc[row]
            past = values[row - 12 : row]
            if not rows["is_complete"].iloc[row] or places[row] - places[row - 12] != 12:
                assert np.isnan(scored)
            elif past.min() < past.max():
                assert scored == pytest.approx((values[row] - past.mean()) / past.std(ddof=1))
                found += 1
        assert rows["z_score"].iloc[:12].isna().all()
    assert found > 1000


def test_only_unlikely_and_material_changes_are_significant() -> None:
    frame, metrics = kpis(), METRICS
    rules = frame["metric"].map(lambda name: metrics[name].materiality)
    better = frame["metric"].map(
        lambda name: {"up": 1, "down": -1, "neither": 0}[metrics[name].direction]
    )
    difference = frame["value"] - frame["prior_value"]
    matters = (frame["z_score"].abs() > 2) & (difference != 0)
    matters &= difference.abs() >= rules * frame["prior_value"].abs()
    sign = np.sign(difference) * better
    words = np.select(
        [matters & (sign > 0), matters & (sign < 0), matters],
        ["improved", "worsened", "changed"],
        "none",
    )
    unknown = frame["z_score"].isna() | frame["prior_value"].isna()
    expected = pd.Series(words, index=frame.index).mask(unknown, "unknown")
    pd.testing.assert_series_equal(frame["change_significance"], expected, check_names=False)
    counts = expected.value_counts()
    assert counts[["improved", "worsened", "changed", "none", "unknown"]].min() > 0


def test_targets_judge_the_whole_shop_and_name_the_variance() -> None:
    frame = kpis()
    targets = {
        "customer_health": 70,
        "high_risk_share": 0.15,
        "on_time_rate": 0.9,
        "return_rate": 0.1,
        "customer_satisfaction": 4,
        "net_revenue_retention": 1,
        "ltv_to_cac": 3,
        "data_quality_score": 90,
    }
    expected = frame["metric"].map(targets).where(frame["dimension"] == "all")
    pd.testing.assert_series_equal(frame["target"], expected, check_names=False)
    variance = frame["value"] - expected
    pd.testing.assert_series_equal(frame["variance_to_target"], variance, check_names=False)
    down = frame["metric"].isin(["high_risk_share", "return_rate"])
    settled = frame["is_complete"] | ~frame["metric"].isin([*SETTLES, "net_revenue_retention"])
    missed = variance.where(down, -variance) > 0
    reached = settled & expected.notna()
    assert (frame["status"].notna() == reached).all()
    assert ((frame["status"] == "on_target") == (reached & ~missed)).all()
    bands = {
        "on_time_rate": 0.03,
        "high_risk_share": 0,
        "customer_health": 0,
        "return_rate": 0.1,
        "ltv_to_cac": 0.1,
    }
    band = frame["metric"].map(bands).fillna(0.05) * expected
    limit = expected + band.where(down, -band)
    near = np.where(down, frame["value"] <= limit, frame["value"] >= limit)
    assert ((frame["status"] == "watch") == (reached & missed & near)).all()


def test_totals_are_audited() -> None:
    assert shop().failing_audits("marts.mart_kpis") == []
    shop().connection.execute("CREATE TABLE kept AS FROM marts.mart_kpis")
    shop().connection.execute(
        "UPDATE marts.mart_kpis SET value = value + 1 WHERE metric = 'net_revenue'"
        " AND grain = 'quarter' AND dimension = 'all' AND period_start = '2025-04-01'"
    )
    try:
        assert shop().failing_audits("marts.mart_kpis") == ["sums_agree"]
    finally:
        shop().connection.execute("CREATE OR REPLACE TABLE marts.mart_kpis AS FROM kept")
