from __future__ import annotations

import numpy as np
import pytest
from scipy.special import hyp2f1

from ml.btyd import BetaGeometric, GammaGamma, fit_beta_geometric, fit_gamma_gamma
from patron.errors import PatronError


def test_the_expectation_equals_equation_10_as_printed() -> None:
    model = BetaGeometric(0.6, 5.0, 1.3, 3.1, 0.0)
    x = np.repeat(np.arange(0.0, 12.0), 3)
    t_x = np.where(x > 0, np.tile([3.0, 11.0, 20.0], 12), 0.0)
    age, t = np.full_like(x, 21.0), 13.0
    a, b, r, alpha = model.a, model.b, model.r, model.alpha
    z = t / (alpha + age + t)
    shrunk = ((alpha + age) / (alpha + age + t)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, z)
    left = np.where(x > 0, a / (b + x - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x), 0.0)
    printed = (a + b + x - 1) / (a - 1) * (1 - shrunk) / (1 + left)
    assert model.expected_purchases(t, x, t_x, age) == pytest.approx(printed, rel=1e-9)


@pytest.mark.parametrize("a", [0.2, 1.0, 4.0])
def test_a_thousand_purchases_are_no_trouble(a: float) -> None:
    model = BetaGeometric(0.5, 20.0, a, 5.0, 0.0)
    x, age = np.array([0.0, 1.0, 50.0, 1000.0]), np.full(4, 700.0)
    t_x = np.array([0.0, 350.0, 690.0, 699.0])
    expected = model.expected_purchases(365, x, t_x, age)
    assert np.isfinite(expected).all()
    assert (np.diff(expected[1:]) > 0).all()
    assert expected[3] < 1000 * 365 / 700
    for probability in (
        model.probability_alive(x, t_x, age),
        model.probability_no_purchase(365, x, t_x, age),
    ):
        assert ((probability >= 0) & (probability <= 1)).all()
    assert model.expected_purchases(0, x, t_x, age) == pytest.approx(0, abs=1e-9)


def test_expectations_hold_in_simulated_customers() -> None:
    truth = BetaGeometric(0.8, 30.0, 1.2, 5.0, 0.0)
    generator = np.random.default_rng(3)
    x, t_x, later = _simulate(truth, 40_000, 300.0, 90.0, generator)
    age = np.full_like(x, 300.0)
    fitted = fit_beta_geometric(x, t_x, age)
    assert fitted.r / fitted.alpha == pytest.approx(truth.r / truth.alpha, rel=0.05)
    assert fitted.a / (fitted.a + fitted.b) == pytest.approx(1.2 / 6.2, rel=0.1)
    for group in (x == 0, (x > 0) & (x <= 3), x > 3):
        arguments = (90.0, x[group], t_x[group], age[group])
        assert fitted.expected_purchases(*arguments).mean() == pytest.approx(
            later[group].mean(), rel=0.06
        )
        quiet = fitted.probability_no_purchase(*arguments).mean()
        assert quiet == pytest.approx((later[group] == 0).mean(), abs=0.015)


def test_the_unit_of_time_does_not_matter() -> None:
    x, t_x, _ = _simulate(
        BetaGeometric(0.8, 30.0, 1.2, 5.0, 0.0), 3000, 300.0, 1.0, np.random.default_rng(4)
    )
    age = np.full_like(x, 300.0)
    days, weeks = fit_beta_geometric(x, t_x, age), fit_beta_geometric(x, t_x / 7, age / 7)
    assert weeks.alpha * 7 == pytest.approx(days.alpha, rel=1e-4)
    assert weeks.log_likelihood == pytest.approx(
        days.log_likelihood + x.sum() * np.log(7), rel=1e-9
    )


def test_the_expected_amount_lies_between_own_mean_and_everybodys() -> None:
    model = GammaGamma(6.25, 3.74, 15.44, 0.0)
    count, mean = np.array([0.0, 1.0, 100.0]), np.array([np.nan, 100.0, 100.0])
    everybody, one, many = model.expected_amount(count, mean)
    assert everybody == pytest.approx(6.25 * 15.44 / 2.74)
    assert everybody < one < many < 100
    assert many == pytest.approx(100, rel=0.01)


def test_without_repeat_purchases_there_is_no_amount_to_learn() -> None:
    with pytest.raises(PatronError, match="too few customers with repeat purchases"):
        fit_gamma_gamma(np.zeros(10), np.full(10, np.nan))


def _simulate(
    model: BetaGeometric, size: int, age: float, later: float, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Repeat purchases, the age at the last of them, and purchases in the time after."""
    rate = generator.gamma(model.r, 1 / model.alpha, size)
    leaves = generator.beta(model.a, model.b, size)
    clock, alive = np.zeros(size), np.ones(size, dtype=bool)
    x, t_x, after = np.zeros(size), np.zeros(size), np.zeros(size)
    while alive.any():
        clock = clock + generator.exponential(1 / np.maximum(rate, 1e-12))
        known, future = alive & (clock <= age), alive & (clock > age) & (clock <= age + later)
        x, t_x, after = x + known, np.where(known, clock, t_x), after + future
        alive &= (clock <= age + later) & (generator.random(size) >= leaves)
    return x, t_x, after
