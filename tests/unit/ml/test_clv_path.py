"""The path by month, and margin beside revenue."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml.btyd import BetaGeometric
from ml.margin import MarginModel, fit_margin
from ml.monthly import month_count, month_shares

# The estimates for CDNOW, in days.
CDNOW = BetaGeometric(0.243, 4.414 * 7, 0.793, 2.426, 0.0)


@pytest.mark.parametrize(("days", "months"), [(10, 1), (60, 2), (90, 3), (180, 6), (365, 12)])
def test_months_of_a_horizon(days: int, months: int) -> None:
    assert month_count(days) == months


def test_the_path_follows_bg_nbd_month_by_month() -> None:
    x = np.array([0.0, 1.0, 2.0, 8.0, 20.0])
    t_x, age = np.array([0.0, 30.0, 200.0, 250.0, 340.0]), np.full(5, 350.0)
    reached = np.array(
        [CDNOW.expected_purchases(days, x, t_x, age) for days in np.linspace(0, 365, 13)]
    )
    exact = np.diff(reached, axis=0).T / reached[-1][:, None]
    half = CDNOW.expected_purchases(182.5, x, t_x, age)
    shares = month_shares(half, reached[-1], 12)
    assert shares == pytest.approx(exact, abs=0.006)
    assert shares.sum(axis=1) == pytest.approx(np.ones(5))
    assert (np.diff(shares, axis=1) <= 1e-12).all()


def test_a_customer_of_whom_nothing_is_expected_has_equal_months() -> None:
    shares = month_shares(np.array([0.0, 5.0]), np.array([0.0, 10.0]), 4)
    assert shares == pytest.approx(np.full((2, 4), 0.25))


def customers(orders: list[int], own: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"order_count": orders, "margin_share": own, "spend_amount": 100.0})


def test_a_share_seen_in_few_orders_is_drawn_to_the_shops() -> None:
    few, many, unknown = MarginModel(0.4, 10.0).predict(
        customers([1, 1000, 5], [0.9, 0.9, float("nan")])
    )
    assert few == pytest.approx((0.9 + 10 * 0.4) / 11)
    assert many == pytest.approx(0.9, abs=0.01)
    assert unknown == pytest.approx(0.4)


@pytest.mark.parametrize(("is_own", "weight"), [(True, 0.0), (False, 1000.0)])
def test_how_far_it_is_drawn_is_learned(is_own: bool, weight: float) -> None:
    generator = np.random.default_rng(2)
    own = generator.uniform(0.1, 0.7, 2000)
    panel = customers([4] * 2000, list(own)).assign(label_revenue=100.0)
    later = own if is_own else generator.permutation(own)
    fitted = fit_margin(panel.assign(label_margin=100 * later))
    assert fitted.share == pytest.approx(0.4, abs=0.01)
    assert fitted.weight == weight


def test_later_orders_without_costs_do_not_change_the_shares() -> None:
    own = np.random.default_rng(2).uniform(0.1, 0.7, 500)
    panel = customers([4] * 500, list(own)).assign(label_revenue=100.0, label_margin=30 * own)
    fitted = fit_margin(panel)
    assert fitted.weight == 0
    assert fitted.predict(panel) == pytest.approx(own)


def test_without_costs_there_is_no_margin() -> None:
    panel = customers([1, 2], [float("nan")] * 2).assign(label_revenue=1.0, label_margin=np.nan)
    assert np.isnan(fit_margin(panel).predict(panel)).all()
