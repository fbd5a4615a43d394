"""Deliveries, returns and reviews against pandas from raw, and the carriers against the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.support.growth_shop import growth_shop, truth

KEY = ["date_day", "region"]


def read(sql: str) -> pd.DataFrame:
    frame: pd.DataFrame = growth_shop().connection.execute(sql).df()
    return frame


@pytest.fixture(scope="module")
def as_of() -> pd.Timestamp:
    return pd.Timestamp(read("SELECT MAX(ordered_at)::DATE + 1 AS d FROM raw.orders")["d"][0])


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    """Orders that count, with day, region and what became of their parcels."""
    frame = read(
        "SELECT order_id, order_status, shipping_state, ordered_at FROM raw.orders"
        " WHERE order_amount > 0 AND customer_id IN (SELECT customer_id FROM raw.customers)"
    )
    parcels = read("SELECT * FROM raw.shipments")
    parcels = parcels[~(parcels["delivered_at"] < parcels["shipped_at"])]
    parcels["came"] = parcels["delivered_at"].notna()
    parcels["late"] = parcels["delivered_at"] > parcels["promised_at"]
    by_order = parcels.groupby("order_id").agg(
        came=("came", "all"), late=("late", "any"), last=("delivered_at", "max")
    )
    frame = frame.merge(by_order, how="left", left_on="order_id", right_index=True)
    frame["date_day"] = frame["ordered_at"].dt.normalize()
    region = parcels.groupby("order_id")["region"].min()
    frame["region"] = frame["order_id"].map(region).fillna(frame["shipping_state"])
    came = _yes(frame["came"])
    frame["on_time"] = (~_yes(frame["late"])).where(came)
    frame["days"] = (frame["last"].dt.normalize() - frame["date_day"]).dt.days.where(came)
    frame["kept"] = frame["order_status"] != "cancelled"
    delivered = frame["order_status"].isin(["delivered", "refunded"])
    frame["fulfilled"] = frame["kept"] & came.where(frame["came"].notna(), delivered)
    return frame


def _yes(flags: pd.Series) -> pd.Series:
    return flags.astype("boolean").fillna(value=False).astype(bool)


@pytest.fixture(scope="module")
def mart() -> pd.DataFrame:
    return read("SELECT * FROM marts.mart_operations").set_index(KEY).sort_index()


def test_deliveries_by_day_and_region(orders: pd.DataFrame, mart: pd.DataFrame) -> None:
    grouped = orders.groupby(KEY)
    assert list(mart.index) == list(grouped.size().index)
    np.testing.assert_array_equal(mart["orders"], grouped.size())
    fulfilled, kept = grouped["fulfilled"].sum(), grouped["kept"].sum()
    np.testing.assert_allclose(
        mart["fulfilment_rate"], (fulfilled / kept).where(kept > 0).astype(float)
    )
    np.testing.assert_allclose(
        mart["on_time_rate"], grouped["on_time"].apply(lambda c: c.astype(float).mean())
    )
    np.testing.assert_allclose(mart["delivery_days"], grouped["days"].mean())
    np.testing.assert_array_equal(mart["cancelled_orders"], grouped.size() - kept)
    np.testing.assert_array_equal(mart["open_orders"], kept - fulfilled)
    arrived = grouped["days"].count()
    np.testing.assert_array_equal(mart["arrived_orders"], arrived)
    np.testing.assert_array_equal(mart["total_delivery_days"], grouped["days"].sum())


def test_returns_and_stars_of_the_orders(
    orders: pd.DataFrame, mart: pd.DataFrame, as_of: pd.Timestamp
) -> None:
    returns = read("SELECT order_id, returned_at FROM raw.returns WHERE refund_amount >= 0")
    returned = set(returns[returns["returned_at"] < as_of]["order_id"])
    reviews = read("SELECT order_id, rating, created_at FROM raw.reviews")
    reviews = reviews[reviews["created_at"] < as_of]
    orders = orders.assign(returned=orders["order_id"].isin(returned))
    grouped = orders.groupby(KEY)
    kept = grouped["kept"].sum()
    rate = (grouped["returned"].sum() / kept).where(kept > 0).astype(float)
    np.testing.assert_allclose(mart["return_rate"], rate)
    stars = reviews.merge(orders[["order_id", *KEY]], on="order_id").groupby(KEY)["rating"].mean()
    np.testing.assert_allclose(mart["satisfaction"], stars.reindex(mart.index))
    assert 1.5 < mart["total_rating"].sum() / mart["reviews"].sum() < 5


def test_regions_are_late_more_often_where_scipy_says_so(
    orders: pd.DataFrame, as_of: pd.Timestamp
) -> None:
    latest = as_of.to_period("M")
    months = orders["date_day"].dt.to_period("M")
    judged = orders[(months >= latest - 3) & (months < latest)].dropna(subset=["on_time"])
    late = (~judged["on_time"].astype(bool)).groupby(judged["region"]).agg(["sum", "size"])
    found = read("SELECT * FROM marts.mart_region_comparison").set_index("region")
    found = found[found["judged_orders"] > 0]
    assert set(found.index) == set(late.index)
    assert len(late) > 10
    for region, (count, size) in late.iterrows():
        rest = late["sum"].sum() - count, late["size"].sum() - size
        table = [[count, size - count], [rest[0], rest[1] - rest[0]]]
        expected = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").pvalue
        row = found.loc[region]
        assert row["p_value"] == pytest.approx(expected, rel=1e-6)
        assert row["corrected_p_value"] == pytest.approx(min(1, expected * len(late)), rel=1e-6)
        assert row["on_time_rate_elsewhere"] == pytest.approx(1 - rest[0] / rest[1])


def test_carriers_are_late_as_often_as_they_truly_are(orders: pd.DataFrame) -> None:
    carrier = read("SELECT order_id, MIN(carrier) AS carrier FROM raw.shipments GROUP BY order_id")
    judged = orders.dropna(subset=["on_time"]).merge(carrier, on="order_id")
    told = read(
        "SELECT order_id, is_on_time FROM intermediate.int_order_deliveries"
        " WHERE is_on_time IS NOT NULL"
    ).set_index("order_id")["is_on_time"]
    judged["told_late"] = ~judged["order_id"].map(told).astype(bool)
    known = truth(growth_shop(), "carriers").set_index("carrier")
    for name, found in judged.groupby("carrier"):
        share = known.loc[name, "late_share"]
        error = (share * (1 - share) / len(found)) ** 0.5
        assert abs(found["told_late"].mean() - share) < 4 * error
    assert set(judged["carrier"]) == set(known.index)
