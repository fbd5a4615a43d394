"""The base of all numbers over time against pandas from raw, at every grain and dimension."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from patron.metric_queries import compiled
from patron.metrics import BASE, Grain, read_metrics
from tests.support.built_shop import BuiltShop, loaded
from tests.support.definitions import PROJECT
from tests.support.growth_shop import growth_shop

GRAINS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
DIMENSIONS = ("all", "country", "customer_type", "payment_method", "channel")
MONEY = ["gmv", "net_revenue", "discount_amount", "gross_margin", "costed_revenue", "refunds"]
COUNTS = ["orders", "units", "new_customers", "second_order_customers", "return_count"]
METRICS = read_metrics(PROJECT / "metrics")


@cache
def shop() -> BuiltShop:
    """A shop some of whose orders are of guests, and some of whose products have no known cost."""
    found = loaded(growth_shop().truth.parents[1])
    found.connection.execute("UPDATE raw.orders SET customer_id = 'guest' WHERE order_id LIKE '%7'")
    found.connection.execute("UPDATE raw.products SET unit_cost = NULL WHERE product_id LIKE '%09'")
    found.connection.execute("UPDATE raw.orders SET payment_method = NULL WHERE order_id LIKE '%3'")
    found.build(BASE, "marts.mart_executive_financial_summary")
    return found


def read(sql: str) -> pd.DataFrame:
    frame: pd.DataFrame = shop().connection.execute(sql).df()
    amounts = [name for name in frame if frame[name].dtype == object and "amount" in name]
    return frame.astype(dict.fromkeys(amounts, float))


@cache
def lines() -> pd.DataFrame:
    """The lines of orders that count, with cost and department."""
    frame = read(
        "SELECT i.order_id, i.product_id, i.quantity, i.unit_price::DOUBLE AS price,"
        " i.discount_amount::DOUBLE AS line_discount, p.unit_cost::DOUBLE AS unit_cost,"
        " COALESCE(c.parent_category_id, c.category_id) AS department FROM raw.order_items AS i"
        " JOIN raw.products AS p USING (product_id) JOIN raw.categories AS c USING (category_id)"
    )
    frame["cost"] = (frame["quantity"] * frame["unit_cost"]).round(2)
    return frame


@cache
def orders() -> pd.DataFrame:
    """The orders that count, with what they belong to in each dimension."""
    frame = read("SELECT * FROM raw.orders").drop(columns=["updated_at"])
    customers = read("SELECT * FROM raw.customers").set_index("customer_id")
    is_guest = frame["customer_id"] == "guest"
    is_known = frame["customer_id"].isin(customers.index)
    frame = frame[(frame["order_amount"].astype(float) > 0) & (is_guest | is_known)].copy()
    frame["day"] = frame["ordered_at"].dt.normalize()
    frame["counts"] = ~frame["order_status"].isin(["cancelled", "refunded"])
    frame["known"] = frame["customer_id"] != "guest"
    numbered = frame[frame["counts"] & frame["known"]].sort_values(["ordered_at", "order_id"])
    frame["number"] = numbered.groupby("customer_id").cumcount() + 1
    frame["all"] = "all"
    frame["country"] = frame["shipping_country"].fillna("unknown")
    frame["payment_method"] = frame["payment_method"].fillna("unknown")
    frame["channel"] = frame["customer_id"].map(customers["acquisition_channel"]).fillna("unknown")
    frame["customer_type"] = np.select(
        [~frame["known"], ~frame["counts"], frame["number"] == 1],
        ["guest", "none", "new"],
        "returning",
    )
    by_order = lines().groupby("order_id")
    cost = by_order["cost"].sum().where(by_order["cost"].count() == by_order.size())
    sold = frame["counts"].astype(int)
    frame["gmv"] = frame["order_amount"] * (frame["order_status"] != "cancelled")
    frame["discount_amount"] = frame["discount_amount"] * sold
    frame["net_revenue"] = frame["order_amount"] * sold - frame["discount_amount"]
    margin = frame["net_revenue"] - frame["order_id"].map(cost)
    frame["gross_margin"] = margin.where(frame["counts"], 0.0)
    frame["costed_revenue"] = frame["net_revenue"].where(frame["gross_margin"].notna())
    frame["units"] = frame["order_id"].map(by_order["quantity"].sum()).fillna(0) * sold
    frame["orders"] = sold
    frame["new_customers"] = (frame["number"] == 1).astype(int)
    frame["second_order_customers"] = (frame["number"] == 2).astype(int)
    return frame


def refunds() -> pd.DataFrame:
    """Returns of orders that stay sales, with what their order belongs to."""
    frame = read("SELECT order_id, product_id, refund_amount, returned_at FROM raw.returns")
    frame = frame.merge(orders()[orders()["counts"]][["order_id", *DIMENSIONS]], on="order_id")
    frame["day"] = frame["returned_at"].dt.normalize()
    frame["refunds"] = frame["refund_amount"]
    frame["return_count"] = 1
    frame["department"] = frame["product_id"].map(
        lines().drop_duplicates("product_id").set_index("product_id")["department"]
    )
    return frame[(frame["refunds"] >= 0) & (frame["day"] <= orders()["day"].max())]


def period(days: pd.Series, grain: str) -> pd.Series:
    return days.dt.to_period(GRAINS[grain]).dt.start_time


def summed(frame: pd.DataFrame, dimension: str, grain: str, names: list[str]) -> pd.DataFrame:
    key = [period(frame["day"], grain).rename("period"), frame[dimension].rename("member")]
    return frame.groupby(key)[names].sum()


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


@pytest.mark.parametrize("part", ["order_days", "refund_days", "department_days", "kpi_days"])
def test_no_audit_finds_anything(part: str) -> None:
    assert shop().failing_audits(f"intermediate.int_{part}") == []
