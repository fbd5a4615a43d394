"""Buy-till-you-die models against published numbers, and against their own definition.

CDNOW, first 39 weeks, time in weeks, as in all papers named below.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy.special import roots_genlaguerre, roots_jacobi

from ml.btyd import BetaGeometric, fit_beta_geometric, fit_gamma_gamma
from ml.pareto import ParetoNbd, fit_pareto_nbd

BG_NBD = BetaGeometric(0.243, 4.414, 0.793, 2.426, -9582.43)
PARETO_NBD = ParetoNbd(0.553, 10.578, 0.606, 11.669, -9594.98)

CUSTOMERS = """
WITH days AS (
    SELECT sample_customer_id AS customer_id, STRPTIME(date, '%Y%m%d')::DATE AS day,
        SUM(dollar_value::DECIMAL(10, 2)) AS amount
    FROM '{path}' WHERE date <= '19970930' GROUP BY ALL
), firsts AS (SELECT *, MIN(day) OVER (PARTITION BY customer_id) AS first FROM days)
SELECT COUNT(*) - 1 AS x, DATE_DIFF('day', MIN(day), MAX(day)) / 7 AS t_x,
    DATE_DIFF('day', MIN(day), DATE '1997-09-30') / 7 AS age,
    COALESCE(AVG(amount) FILTER (WHERE day > first), 0)::DOUBLE AS mean
FROM firsts GROUP BY customer_id ORDER BY customer_id
"""


def one(x: float, t_x: float, age: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array([x]), np.array([t_x]), np.array([age])


@pytest.fixture(scope="module")
def cdnow(real_data: Path) -> dict[str, np.ndarray]:
    frame = duckdb.sql(CUSTOMERS.format(path=real_data / "cdnow_sample.parquet")).df()
    return {name: frame[name].to_numpy(float) for name in ("x", "t_x", "age", "mean")}


@pytest.mark.real_data
def test_bg_nbd_on_cdnow(cdnow: dict[str, np.ndarray]) -> None:
    """Fader, Hardie, Lee (2005), Marketing Science 24(2), table 2."""
    fitted = fit_beta_geometric(cdnow["x"], cdnow["t_x"], cdnow["age"])
    assert (fitted.r, fitted.alpha, fitted.a, fitted.b) == pytest.approx(
        (0.243, 4.414, 0.793, 2.426), abs=5e-4
    )
    assert fitted.log_likelihood == pytest.approx(-9582.43, abs=5e-3)


@pytest.mark.real_data
def test_pareto_nbd_on_cdnow(cdnow: dict[str, np.ndarray]) -> None:
    """Fader, Hardie, Lee (2005), table 2; the last digits as in the tests of CLVTools."""
    fitted = fit_pareto_nbd(cdnow["x"], cdnow["t_x"], cdnow["age"])
    assert (fitted.r, fitted.alpha) == pytest.approx((0.553, 10.578), abs=1e-3)
    assert (fitted.s, fitted.beta) == pytest.approx((0.606, 11.669), abs=3e-3)
    assert fitted.log_likelihood == pytest.approx(-9594.976, abs=1e-3)


@pytest.mark.real_data
def test_gamma_gamma_on_cdnow(cdnow: dict[str, np.ndarray]) -> None:
    """Fader, Hardie (2013): the estimates, and the first ten customers of its spreadsheet."""
    fitted = fit_gamma_gamma(cdnow["x"], cdnow["mean"])
    assert (fitted.p, fitted.q, fitted.gamma) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)
    expected = fitted.expected_amount(cdnow["x"], cdnow["mean"])
    assert expected[:10] == pytest.approx(
        [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17], abs=0.006
    )


def test_expected_purchases_of_the_customers_in_the_papers() -> None:
    """Fader, Hardie, Lee (2005), section 5; customer 1516 of the BTYD package's walkthrough."""
    assert BG_NBD.expected_purchases(39, *one(2, 30.43, 38.86))[0] == pytest.approx(1.226, abs=5e-4)
    loyal = one(26, 30.86, 31)
    assert PARETO_NBD.expected_purchases(52, *loyal)[0] == pytest.approx(25.46, abs=0.01)
    assert PARETO_NBD.probability_alive(*loyal)[0] == pytest.approx(0.9979, abs=5e-5)


def test_probability_alive_in_the_manual_of_btyd() -> None:
    """`pnbd.PAlive` of the BTYD package: no repeat purchase in 39 weeks."""
    manual = ParetoNbd(0.55, 10.56, 0.61, 11.64, 0.0)
    assert manual.probability_alive(*one(0, 0, 39))[0] == pytest.approx(0.2924031, abs=5e-8)
    assert manual.probability_alive(*one(23, 39, 39))[0] == 1


CUSTOMER_CASES = [(1, 3.0, 20.0), (2, 30.43, 38.86), (7, 12.0, 38.0)]


def rates(shape: float, per: float) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights that integrate over Gamma(shape, per)."""
    points, weights = roots_genlaguerre(120, shape - 1)
    return points / per, weights / weights.sum()


@pytest.mark.parametrize(("x", "t_x", "age"), CUSTOMER_CASES)
def test_probability_alive_of_bg_nbd_is_what_its_story_says(
    x: float, t_x: float, age: float
) -> None:
    """Bayes over the rate of purchases and the chance of leaving after one."""
    rate, rate_weight = rates(BG_NBD.r, BG_NBD.alpha)
    points, leaving_weight = roots_jacobi(120, BG_NBD.b - 1, BG_NBD.a - 1)
    leaves = (1 + points) / 2
    stayed = leaving_weight @ (1 - leaves) ** x * (rate_weight @ (rate**x * np.exp(-rate * age)))
    left = leaving_weight @ (leaves * (1 - leaves) ** (x - 1))
    left *= rate_weight @ (rate**x * np.exp(-rate * t_x))
    found = BG_NBD.probability_alive(*one(x, t_x, age))[0]
    assert found == pytest.approx(stayed / (stayed + left), rel=1e-6)


@pytest.mark.parametrize(("alpha", "beta"), [(10.0, 4.0), (4.0, 10.0)])
@pytest.mark.parametrize(("x", "t_x", "age"), CUSTOMER_CASES)
def test_probability_alive_of_pareto_nbd_is_what_its_story_says(
    alpha: float, beta: float, x: float, t_x: float, age: float
) -> None:
    """Bayes over the rate of purchases and the rate of leaving; both orders of alpha and beta."""
    (rate, rate_weight), (mu, mu_weight) = rates(1.4, alpha), rates(1.2, beta)
    both = rate[:, None] + mu
    gone = mu / both * (np.exp(-both * t_x) - np.exp(-both * age))
    bought = rate_weight * rate**x
    stayed, left = bought @ np.exp(-both * age) @ mu_weight, bought @ gone @ mu_weight
    found = ParetoNbd(1.4, alpha, 1.2, beta, 0.0).probability_alive(*one(x, t_x, age))[0]
    assert found == pytest.approx(stayed / (stayed + left), rel=1e-5)


def test_pareto_nbd_bears_a_thousand_purchases() -> None:
    x, t_x = np.array([0.0, 50.0, 1000.0]), np.array([0.0, 690.0, 699.9])
    for model in (ParetoNbd(0.5, 20.0, 0.8, 90.0, 0.0), ParetoNbd(0.5, 90.0, 1.0, 20.0, 0.0)):
        expected = model.expected_purchases(365, x, t_x, np.full(3, 700.0))
        assert np.isfinite(expected).all()
        assert (np.diff(expected) > 0).all()
        assert expected[2] < 1000 * 365 / 700
