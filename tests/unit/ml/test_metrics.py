from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score, roc_auc_score

from ml import metrics

GENERATOR = np.random.default_rng(5)
SIZE = 400
AMOUNT = np.round(GENERATOR.gamma(0.5, 100, SIZE), 2)
GUESS = np.round(AMOUNT * GENERATOR.lognormal(0, 1, SIZE), 0)
HIT = (GENERATOR.random(SIZE) < 0.3).astype(float)
SCORE = np.round(np.clip(0.3 * HIT + GENERATOR.random(SIZE) * 0.7, 0, 1), 2)
WEIGHT = GENERATOR.integers(0, 4, SIZE).astype(float)


def repeated(values: np.ndarray) -> np.ndarray:
    return np.repeat(values, WEIGHT.astype(int))


@pytest.mark.parametrize(
    "metric", [metrics.gini, metrics.spearman, metrics.mae, metrics.rmse, metrics.total_bias]
)
def test_a_weight_is_as_many_copies_of_an_amount(metric: metrics.Metric) -> None:
    weighted = metric(AMOUNT, GUESS)(WEIGHT)
    assert weighted == pytest.approx(
        metrics.measure(metric, repeated(AMOUNT), repeated(GUESS)), rel=1e-9
    )


@pytest.mark.parametrize("metric", [metrics.roc_auc, metrics.pr_auc, metrics.brier])
def test_a_weight_is_as_many_copies_of_a_probability(metric: metrics.Metric) -> None:
    weighted = metric(HIT, SCORE)(WEIGHT)
    assert weighted == pytest.approx(metrics.measure(metric, repeated(HIT), repeated(SCORE)))


def test_areas_equal_those_of_scikit_learn() -> None:
    assert metrics.roc_auc(HIT, SCORE)(WEIGHT) == pytest.approx(
        roc_auc_score(HIT, SCORE, sample_weight=WEIGHT)
    )
    assert metrics.pr_auc(HIT, SCORE)(WEIGHT) == pytest.approx(
        average_precision_score(HIT, SCORE, sample_weight=WEIGHT)
    )


def test_rank_correlation_equals_that_of_scipy() -> None:
    assert metrics.measure(metrics.spearman, AMOUNT, GUESS) == pytest.approx(
        spearmanr(AMOUNT, GUESS).statistic
    )


def test_gini_is_one_for_the_truth_and_about_zero_for_chance() -> None:
    assert metrics.measure(metrics.gini, AMOUNT, AMOUNT) == pytest.approx(1)
    assert metrics.measure(metrics.gini, AMOUNT, -AMOUNT) < -0.5
    chance = [metrics.measure(metrics.gini, AMOUNT, GENERATOR.random(SIZE)) for _ in range(20)]
    assert abs(np.mean(chance)) < 0.1


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=40), st.floats(0.1, 10))
def test_gini_ranks_only(values: list[int], scale: float) -> None:
    truth = np.array(values, dtype=float)
    prediction = np.arange(len(values), dtype=float)
    if len(set(values)) == 1:
        assert np.isnan(metrics.measure(metrics.gini, truth, prediction))
        return
    plain = metrics.measure(metrics.gini, truth, prediction)
    assert metrics.measure(metrics.gini, truth, np.exp(prediction / scale)) == pytest.approx(plain)


def test_the_top_decile() -> None:
    truth = np.array([10.0] + [1.0] * 9)
    assert metrics.measure(metrics.top_decile_share, truth, truth) == pytest.approx(10 / 19)
    hits = np.array([1.0] + [0.0] * 9)
    assert metrics.measure(metrics.top_decile_lift, hits, hits) == pytest.approx(10)


def test_calibration_error_of_certain_and_of_shifted_probabilities() -> None:
    hits = np.tile([0.0, 1.0], 100)
    half = np.full(200, 0.5)
    assert metrics.measure(metrics.calibration_error, hits, half) == pytest.approx(0, abs=1e-12)
    assert metrics.measure(metrics.calibration_error, hits, half + 0.2) == pytest.approx(0.2)
    assert 0 < metrics.calibration_floor(SCORE) < 0.1


def test_the_median_minimises_the_pinball_loss() -> None:
    losses = [
        metrics.measure(metrics.pinball(0.5), AMOUNT, np.full(SIZE, guess))
        for guess in np.quantile(AMOUNT, [0.3, 0.5, 0.7])
    ]
    assert min(losses) == losses[1]


def test_intervals() -> None:
    low, high = np.zeros(4), np.ones(4)
    truth = np.array([0.5, 1.0, 2.0, -1.0])
    assert metrics.coverage(truth, low, high) == 0.5
    assert metrics.winkler(truth, low, high) == pytest.approx(1 + (10 * 1 + 10 * 1) / 4)


def test_the_bootstrap_draws_whole_customers_and_is_the_same_each_time() -> None:
    customers = np.array(["a", "a", "b", "c"], dtype=object)
    draws = list(metrics.customer_weights(customers))
    assert all(draw[0] == draw[1] for draw in draws)
    assert all(draw[0] + draw[2] + draw[3] == 3 for draw in draws)
    again = list(metrics.customer_weights(customers))
    assert all((one == two).all() for one, two in zip(draws, again, strict=True))


def test_a_paired_difference_knows_better_from_noise() -> None:
    customers = np.arange(SIZE).astype(str).astype(object)
    weights = list(metrics.customer_weights(customers))
    noisy = AMOUNT + GENERATOR.normal(0, 50, SIZE)
    better = metrics.difference(metrics.mae, AMOUNT, AMOUNT, noisy, weights)
    assert better.high < 0
    same = metrics.difference(metrics.mae, AMOUNT, noisy, noisy[:], weights)
    assert (same.low, same.value, same.high) == (0, 0, 0)
