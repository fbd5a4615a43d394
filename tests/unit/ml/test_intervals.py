"""80% ranges cover 80%, for small and for large customers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml import metrics
from ml.boosting import one_thread
from ml.intervals import CALIBRATION_SHARE, Ranges, _left_out, _level_of, fit_ranges

COLUMNS = ("size", "quiet")


def customers(count: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Customers who buy nothing with a probability that the features tell, and their revenue."""
    generator = np.random.default_rng(seed)
    size, quiet = generator.gamma(2, 50, count), generator.uniform(0, 0.79, count)
    revenue = size * generator.lognormal(0, 0.8, count) * (generator.random(count) >= quiet)
    names = [f"c{seed}-{number}" for number in range(count)]
    frame = pd.DataFrame({"customer_id": names, "size": size, "quiet": quiet})
    return frame.assign(btyd_quiet=quiet), revenue


def expected(frame: pd.DataFrame) -> np.ndarray:
    return (frame["size"] * (1 - frame["quiet"]) * np.exp(0.32)).to_numpy()


@pytest.fixture(scope="module")
def fitted() -> Ranges:
    frame, revenue = customers(6000, 1)
    with one_thread():
        return fit_ranges(frame, COLUMNS, revenue, expected(frame))


def test_ranges_cover_what_they_say_overall_and_in_each_fifth(fitted: Ranges) -> None:
    frame, revenue = customers(6000, 2)
    value = expected(frame)
    low, high = fitted.predict(frame, value)
    assert metrics.coverage(revenue, low, high) == pytest.approx(0.8, abs=0.025)
    fifths = metrics.quintile_coverage(revenue, low, high, value)
    assert min(fifths) > 0.75
    assert max(fifths) < 0.88


def test_who_may_buy_nothing_has_a_range_from_zero(fitted: Ranges) -> None:
    frame, _ = customers(2000, 3)
    low, high = fitted.predict(frame, expected(frame))
    assert (low[frame["quiet"] > 0.3] == 0).all()
    assert (low[frame["quiet"] < 0.02] > 0).mean() > 0.5
    assert (high >= expected(frame)).all()
    assert (low <= expected(frame)).all()


def test_too_small_ranges_are_stretched() -> None:
    inside = -np.ones(700)
    beyond = np.linspace(0.1, 0.3, 300)
    assert _level_of(np.concatenate([inside, beyond])) == pytest.approx(0.167, abs=0.002)
    assert _level_of(beyond[:10]) == 0


def test_few_customers_keep_the_quantiles_as_boosted() -> None:
    frame, revenue = customers(300, 4)
    with one_thread():
        ranges = fit_ranges(frame, COLUMNS, revenue, expected(frame))
    assert ranges.stretch.tolist() == [0]
    low, high = ranges.predict(frame, expected(frame))
    assert (low <= high).all()


def test_whole_customers_are_left_out_and_always_the_same() -> None:
    names = pd.Series([f"c{number}" for number in range(5000)])
    apart = _left_out(names)
    assert apart.mean() == pytest.approx(CALIBRATION_SHARE, abs=0.02)
    twice = _left_out(pd.concat([names[::-1], names]))
    assert (twice[:5000][::-1] == apart).all()
    assert (twice[5000:] == apart).all()
