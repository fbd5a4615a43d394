"""The truth is true: what it promises is what happens when the shop goes on."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_shop import SimulatedShop, make

from simulate.shopfolder import advance


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """A shop, what its truth said, and the year that followed."""
    folders = make(tmp_path_factory.mktemp("year"), customers=5000, orders=40_000, days=500, seed=8)
    before = SimulatedShop(folders).connection.execute("FROM truth_customers").df()
    advance(folders, 365, report=lambda done, count: None)
    shop = SimulatedShop(folders)
    after = shop.connection.execute(
        """
        SELECT t.customer_id,
          coalesce(sum(o.order_amount - o.discount_amount), 0)::DOUBLE AS spend,
          count(o.order_id) AS orders,
          count(o.order_id) FILTER (o.ordered_at < TIMESTAMP '2026-04-30') AS orders_60d
        FROM truth_customers AS t LEFT JOIN clean_orders AS o
          ON o.customer_id = t.customer_id AND o.ordered_at >= TIMESTAMP '2026-03-01'
          AND o.order_status NOT IN ('cancelled', 'refunded')
        GROUP BY t.customer_id ORDER BY t.customer_id
        """
    ).df()
    return before.merge(after, on="customer_id")


def test_the_lost_never_order_again(year):
    assert year.loc[~year["is_alive"], "orders"].sum() == 0
    assert (year.loc[~year["is_alive"], "churn_probability_60d"] == 1).all()
    assert 0.2 < year["is_alive"].mean() < 0.8


def test_churn_probability_is_calibrated(year):
    alive = year[year["is_alive"]]
    band = np.minimum((alive["churn_probability_60d"] * 5).astype(int), 4)
    for _, rows in alive.groupby(band):
        expected = rows["churn_probability_60d"].mean()
        noise = 4 * np.sqrt(expected * (1 - expected) / len(rows))
        assert (rows["orders_60d"] == 0).mean() == pytest.approx(expected, abs=noise + 0.01)


def test_expected_orders_and_spend_come_true(year):
    alive = year[year["is_alive"]]
    assert alive["orders"].sum() == pytest.approx(alive["expected_orders_365d"].sum(), rel=0.06)
    assert alive["spend"].sum() == pytest.approx(alive["expected_net_spend_365d"].sum(), rel=0.08)


def test_expected_order_values_tell_customers_apart(year):
    buyers = year[year["orders"] >= 5]
    ratio = (buyers["spend"] / buyers["orders"]) / buyers["expected_net_order_value"]
    assert ratio.mean() == pytest.approx(1.0, abs=0.06)
    top = buyers["expected_net_order_value"] > buyers["expected_net_order_value"].quantile(0.8)
    assert ratio[top].mean() == pytest.approx(1.0, abs=0.12)


def test_rates_are_gamma_and_lifetimes_pareto(year):
    """Pareto/NBD: the coefficient of variation of gamma rates is 1 / sqrt(shape), by channel."""
    one_channel = year[year["acquisition_channel"] == "organic_search"]
    rates = one_channel["purchase_rate_per_day"]
    assert rates.std() / rates.mean() == pytest.approx(0.85**-0.5, rel=0.15)
    dropout = one_channel["dropout_rate_per_day"]
    assert dropout.std() / dropout.mean() == pytest.approx(1.4**-0.5, rel=0.15)


def test_the_truth_is_not_among_the_files(shop):
    delivered = {path.name for path in shop.folders.out.rglob("*") if path.is_file()}
    assert delivered == {"0000-initial.parquet"}
    assert shop.folders.out not in shop.folders.truth.parents
    assert (shop.folders.truth / "state.json").is_file()
    secrets = {"purchase_rate_per_day", "is_alive", "spend_level", "elasticity", "lost_at"}
    for stream in ("customers", "orders", "products", "order_items"):
        names = {row[0] for row in shop.rows(f"DESCRIBE {stream}")}
        assert not names & secrets
