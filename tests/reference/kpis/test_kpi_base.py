"""The base of all numbers over time against pandas from raw, at every grain and dimension."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from kpi_facts import DIMENSIONS, GRAINS, lines, orders, period, read, refunds, shop, summed

from patron.metric_queries import compiled
from patron.metrics import BASE, Grain, read_metrics
from tests.support.definitions import PROJECT

METRICS = read_metrics(PROJECT / "metrics")
MONEY = ["gmv", "net_revenue", "discount_amount", "gross_margin", "costed_revenue", "refunds"]
COUNTS = ["orders", "units", "new_customers", "second_order_customers", "return_count"]


def base(dimension: str, grain: str) -> pd.DataFrame:
    frame = read(f"SELECT * FROM {BASE} WHERE dimension = '{dimension}'")
    frame["period"] = period(frame["date_day"], grain)
    numbers = frame.columns.difference(["dimension", "member", "date_day", "period"])
    frame[numbers] = frame[numbers].astype(float)
    found: pd.DataFrame = frame.groupby(["period", "member"])[list(numbers)].sum()
    return found


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Equal to the cent, and nothing where nothing is expected."""
    assert expected.index.isin(found.index).all()
    for name in expected:
        filled = expected[name].reindex(found.index, fill_value=0).fillna(0)
        np.testing.assert_allclose(found[name], filled.astype(float), atol=1e-6, err_msg=name)


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("grain", GRAINS)
def test_periods_are_the_sum_of_their_days(dimension: str, grain: str) -> None:
    found = base(dimension, grain)
    same(found, summed(orders(), dimension, grain, [*MONEY[:5], *COUNTS[:4]]))
    same(found, summed(refunds(), dimension, grain, ["refunds", "return_count"]))


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("grain", GRAINS)
def test_active_customers_of_a_period_are_distinct(dimension: str, grain: str) -> None:
    buyers = orders()[orders()["counts"] & orders()["known"]]
    key = [period(buyers["day"], grain).rename("period"), buyers[dimension].rename("member")]
    expected = buyers.groupby(key)["customer_id"].nunique()
    name = "active_customers" if grain == "day" else f"{grain}_active_customers"
    same(base(dimension, grain)[[name]], expected.rename(name).to_frame())


@pytest.mark.parametrize("grain", ["day", "month"])
def test_departments_have_their_lines_and_returns(grain: str) -> None:
    sold = lines().merge(orders()[["order_id", "day", "counts", "order_status"]], on="order_id")
    value = (sold["quantity"] * sold["price"]).round(2)
    sold["gmv"] = value * (sold["order_status"] != "cancelled")
    sold["units"] = sold["quantity"] * sold["counts"]
    same(base("department", grain), summed(sold, "department", grain, ["gmv", "units"]))
    once = sold[sold["counts"]].drop_duplicates(["order_id", "department"]).assign(orders=1)
    same(base("department", grain), summed(once, "department", grain, ["orders"]))
    names = ["refunds", "return_count"]
    same(base("department", grain), summed(refunds(), "department", grain, names))


def test_all_money_of_lines_is_in_a_department() -> None:
    found = base("department", "year")["net_revenue"].groupby("period").sum()
    with_lines = orders()[orders()["order_id"].isin(lines()["order_id"])]
    expected = with_lines.groupby(period(with_lines["day"], "year"))["net_revenue"].sum()
    # Lines and shares of a discount are rounded to cents.
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("dimension", ["all", "channel"])
def test_visits_and_spend(dimension: str) -> None:
    last = orders()["day"].max()
    visits = read("SELECT order_id, channel, started_at FROM raw.web_sessions").assign(all="all")
    visits["day"] = visits["started_at"].dt.normalize()
    visits["visits"] = 1
    visits["converted_visits"] = visits["order_id"].isin(orders()["order_id"]).astype(int)
    visits = visits[visits["day"] <= last]
    found = base(dimension, "week")
    same(found, summed(visits, dimension, "week", ["visits", "converted_visits"]))
    spend = read("SELECT channel, spend_date AS day, spend_amount FROM raw.marketing_spend")
    spend["marketing_spend"] = spend["spend_amount"]
    spend = spend[(spend["spend_amount"] >= 0) & (spend["day"] <= last)].assign(all="all")
    same(found, summed(spend, dimension, "week", ["marketing_spend"]))


@pytest.mark.parametrize("dimension", ["all", "country", "channel"])
def test_signups(dimension: str) -> None:
    customers = read("SELECT * FROM raw.customers").assign(all="all", new_signups=1)
    customers["channel"] = customers["acquisition_channel"].fillna("unknown")
    customers["day"] = customers["created_at"].dt.normalize()
    customers = customers[customers["day"] <= orders()["day"].max()]
    same(base(dimension, "month"), summed(customers, dimension, "month", ["new_signups"]))


@pytest.mark.parametrize("grain", GRAINS)
def test_metrics_of_the_mart_are_those_of_the_base(grain: Grain) -> None:
    """The definitions of metrics/ hold over the base as they are, so they hold for its members."""
    mart = "marts.mart_executive_financial_summary"
    metrics = ", ".join(
        f"{compiled(metric, METRICS, grain).sql('duckdb')} AS {name}"
        for name, metric in METRICS.items()
        if (metric.model, metric.source) == (mart, BASE)
    )
    trunc = f"DATE_TRUNC('{grain}', date_day)"
    found = read(
        f"SELECT {trunc} AS p, {metrics} FROM {BASE} WHERE dimension = 'all' AND date_day >="
        f" (SELECT MIN(date_day) FROM {mart}) GROUP BY p ORDER BY p"
    )
    expected = read(f"SELECT {trunc} AS p, {metrics} FROM {mart} GROUP BY p ORDER BY p")
    expected = expected[expected["p"].isin(found["p"])].reset_index(drop=True)
    numbers = expected.columns.drop("p")
    pd.testing.assert_frame_equal(
        found[numbers].astype(float).fillna(0), expected[numbers].astype(float).fillna(0)
    )


def test_who_bought_and_came_back_by_a_day_is_a_running_sum() -> None:
    days = base("all", "day").groupby("period")[["new_customers", "second_order_customers"]].sum()
    running = days.cumsum()
    buyers = orders()[orders()["counts"] & orders()["known"]]
    for moment in running.index[::97]:
        counted = buyers[buyers["day"] <= moment].groupby("customer_id").size()
        assert list(running.loc[moment]) == [len(counted), (counted > 1).sum()]


@pytest.mark.parametrize("part", ["order_days", "refund_days", "department_days"])
def test_no_audit_finds_anything(part: str) -> None:
    assert shop().failing_audits(f"intermediate.int_{part}") == []


def test_only_costs_that_are_not_known_are_found() -> None:
    told = orders()[orders()["counts"]][["costed_revenue", "net_revenue"]].sum()
    assert 0.5 < told["costed_revenue"] / told["net_revenue"] < 0.95
    assert shop().failing_audits(BASE) == ["costs_cover_revenue"]


def test_ratios_of_the_days_of_the_board() -> None:
    parts = summed(orders(), "all", "day", [*MONEY[:5], *COUNTS[:4]])
    parts["refunds"] = summed(refunds(), "all", "day", ["refunds"])["refunds"]
    parts = parts.droplevel("member").astype(float)
    mart = read("SELECT * FROM marts.mart_executive_financial_summary")
    mart = mart.set_index(pd.to_datetime(mart["date_day"])).sort_index()
    parts = parts.reindex(mart.index).fillna(0)
    ratios = {
        "gross_margin_share": ("gross_margin", "costed_revenue"),
        "refund_share": ("refunds", "net_revenue"),
        "aov": ("net_revenue", "orders"),
    }
    for name, (above, below) in ratios.items():
        wanted = parts[above] / parts[below].where(parts[below] > 0)
        np.testing.assert_allclose(mart[name].astype(float), wanted, 1e-9, 1e-9, err_msg=name)
    last = mart.index.max()
    month = mart.index.to_period("M") == last.to_period("M")
    assert list(mart["is_current_period"]) == list(month)
