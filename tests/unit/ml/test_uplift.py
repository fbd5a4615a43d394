from __future__ import annotations

import numpy as np
import pytest

from ml.boosting import one_thread
from ml.uplift import (
    cuped,
    difference_in_means,
    predict_out_of_fold,
    qini,
    qini_interval,
    wilson,
)

GENERATOR = np.random.default_rng(12)
SIZE = 4000
TREATED = GENERATOR.random(SIZE) < 0.5
KNOWN = GENERATOR.lognormal(3, 1, SIZE)


def test_the_difference_and_its_interval_by_hand() -> None:
    outcome = np.array([1.0, 3.0, 5.0, 2.0, 2.0, 8.0])
    treated = np.array([True, True, True, False, False, False])
    found = difference_in_means(outcome, treated)
    error = np.sqrt(4 / 3 + 12 / 3)
    assert (found.value, found.low) == pytest.approx((-1.0, -1 - 1.959964 * error))
    assert found.width == pytest.approx(2 * 1.959964 * error)


def test_what_was_known_before_makes_the_interval_narrower_and_moves_it_to_the_truth() -> None:
    outcome = 2 * KNOWN + 5 * TREATED + GENERATOR.normal(0, 3, SIZE)
    plain, adjusted = difference_in_means(outcome, TREATED), cuped(outcome, TREATED, KNOWN)
    assert adjusted.width < 0.1 * plain.width
    assert adjusted.low < 5 < adjusted.high
    assert abs(adjusted.value - 5) < abs(plain.value - 5)


def test_nothing_known_changes_nothing() -> None:
    outcome = GENERATOR.normal(0, 3, SIZE)
    constant = cuped(outcome, TREATED, np.ones(SIZE))
    assert constant == difference_in_means(outcome, TREATED)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for _ in range(300):
        treated = GENERATOR.random(200) < 0.4
        known = GENERATOR.normal(0, 1, 200)
        found = cuped(known + 0.3 * treated + GENERATOR.normal(0, 1, 200), treated, known)
        held += found.low < 0.3 < found.high
    assert 0.91 < held / 300 < 0.99


def test_wilson_by_the_textbook() -> None:
    found = wilson(8, 10)
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 10).low == 0


def test_qini_of_those_who_are_changed_and_of_chance() -> None:
    persuadable = GENERATOR.random(SIZE) < 0.3
    responded = (GENERATOR.random(SIZE) < np.where(persuadable & TREATED, 0.6, 0.1)).astype(float)
    right = qini_interval(persuadable.astype(float), responded, TREATED)
    assert right.low > 0
    # The best order brings all 0.3 * 0.5 * half the customers at once, area 0.075 * (1 - 0.3) / 2.
    assert right.value == pytest.approx(0.075 * 0.35, rel=0.2)
    wrong = qini(-persuadable.astype(float), responded, TREATED)
    assert wrong == pytest.approx(-right.value, rel=0.3)
    chance = qini_interval(GENERATOR.random(SIZE), responded, TREATED)
    assert chance.low < 0 < chance.high


def test_a_model_for_each_arm_finds_who_is_changed() -> None:
    features = GENERATOR.random((SIZE, 3))
    chance = 0.2 + 0.5 * (features[:, 0] > 0.6) * TREATED + 0.3 * features[:, 1]
    responded = (GENERATOR.random(SIZE) < chance).astype(float)
    with one_thread():
        uplift = predict_out_of_fold(features, responded, TREATED)
    assert uplift[features[:, 0] > 0.6].mean() > 0.35
    assert abs(uplift[features[:, 0] <= 0.6].mean()) < 0.1
    assert qini_interval(uplift, responded, TREATED).low > 0
