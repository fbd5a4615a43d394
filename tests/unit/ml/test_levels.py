"""What season and growth add to the expectation."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.levels import Levels, Totals, learn_levels, limited, totals, year_before

NAN = float("nan")


def known(history: float, spend: float, expected: float, revenue: float = NAN) -> Totals:
    """A shop that earns `spend` in 90 days, the same each day."""
    return Totals(
        history, {days: spend * days / 90 for days in (30, 90, 180, 365)}, expected, revenue
    )


def frame(spend_90d: float, expected: float, history: float = 600.0) -> pd.DataFrame:
    columns = {f"spend_amount_{days}d": [spend_90d * days / 90] for days in (30, 90, 180, 365)}
    return pd.DataFrame({"tenure_days": [history], "btyd_spend": [expected], **columns})


def test_after_a_long_history_the_level_is_that_of_a_year_before() -> None:
    levels = Levels(90, {date(2025, 3, 1): known(400, 100, 50, 60)})
    assert levels.at(date(2025, 3, 1)) == pytest.approx(1.2)
    assert levels.factor(frame(300, 80), date(2026, 3, 1)) == pytest.approx(1.2)


def test_after_a_short_history_it_is_season_growth_and_the_share_of_known_customers() -> None:
    cutoffs = {
        date(2025, 3, 1): known(60, 100, 50, 140),
        # What the shop earned in the 90 days after the cutoff a year before, newcomers included.
        date(2025, 6, 1): known(150, 200, 90, 170),
        # The newest cutoff whose 90 days are over: 150 of 190 came from known customers.
        date(2025, 12, 1): known(330, 180, 120, 150),
    }
    now = frame(190, 160)
    expected = 200 * (190 / 100) * (150 / 190) / 160
    assert Levels(90, cutoffs).factor(now, date(2026, 3, 1)) == pytest.approx(expected)


def test_between_short_and_long_both_count() -> None:
    def factor(history: float) -> float:
        cutoffs = {
            date(2025, 3, 1): known(history, 100, 50, 100),
            date(2025, 6, 1): known(history + 92, 100, 90, 90),
        }
        return Levels(90, cutoffs).factor(frame(100, 100), date(2026, 3, 1))

    by_customers, by_shop = factor(500), factor(60)
    assert by_customers == pytest.approx(2)
    assert by_shop == pytest.approx(1)
    assert factor(120) == pytest.approx(np.sqrt(2))


def test_without_a_cutoff_a_year_before_there_is_no_season() -> None:
    assert Levels(90, {}).factor(frame(100, 100), date(2026, 3, 1)) == 1
    recent = Levels(90, {date(2025, 9, 1): known(300, 100, 50, 100)})
    assert recent.factor(frame(100, 100), date(2026, 3, 1)) == 1


def test_without_the_revenue_of_all_customers_the_known_ones_have_to_do() -> None:
    levels = Levels(60, {date(2025, 3, 1): known(70, 100, 50, 60)})
    assert levels.factor(frame(100, 100), date(2026, 3, 1)) == pytest.approx(1.2)


@pytest.mark.parametrize("spend", [49, 201])
def test_another_shop_than_a_year_before_says_nothing(spend: float) -> None:
    cutoffs = {
        date(2025, 3, 1): known(60, 100, 50, 60),
        date(2025, 6, 1): known(150, 100, 90, 90),
    }
    levels = Levels(90, cutoffs)
    assert levels.factor(frame(spend, 100), date(2026, 3, 1)) == pytest.approx(1.2)
    assert levels.factor(frame(100, 100), date(2026, 3, 1)) != pytest.approx(1.2)


def test_a_sample_counts_for_all_customers() -> None:
    sample = pd.concat([frame(10, 5)] * 4).assign(label_revenue=3.0, shop_customers=40.0)
    assert totals(sample) == known(600, 400, 200, 120)
    learned = learn_levels(sample.assign(cutoff_date=date(2025, 3, 1)), 90)
    assert learned.at(date(2025, 3, 1)) == pytest.approx(0.6)


def test_levels_stay_within_reason() -> None:
    assert [limited(level) for level in (0.01, 0.8, 50, NAN)] == [1 / 3, 0.8, 3, 1]


def test_the_cutoffs_next_to_a_year_before() -> None:
    first, second = date(2025, 3, 1), date(2025, 4, 1)
    assert year_before([first, second], date(2026, 3, 1)) == {first: 1.0}
    halfway = year_before([second, first], date(2026, 3, 16))
    assert halfway == pytest.approx({first: 16 / 31, second: 15 / 31})
    assert year_before([first], date(2026, 3, 15)) == {first: 1.0}
    assert year_before([first], date(2026, 3, 25)) == {}
    assert year_before([], date(2026, 3, 1)) == {}
