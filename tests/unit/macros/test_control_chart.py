"""Control charts on series with known answers, run as SQL on DuckDB."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sqlmesh.utils.errors import SQLMeshError

from tests.support.control_series import (
    DAYS,
    HISTORY,
    alarm_share,
    found_within,
    judged,
    noise,
    shifted,
    shop_days,
)
from tests.support.definitions import rendered


def statuses(chart: pd.DataFrame, first: int, last: int) -> list[str]:
    return list(chart.loc[chart["day_number"].between(first, last), "status"])


@pytest.mark.parametrize("season", [1, 7])
def test_at_most_one_point_in_a_hundred_of_noise_is_an_alarm(season: int) -> None:
    assert 0.004 < alarm_share(judged(noise(600, seed=11), season=season)) <= 0.01


def test_a_week_with_a_strong_saturday_is_no_alarm() -> None:
    assert alarm_share(judged(shop_days(400, seed=12))) <= 0.01


def test_growth_and_the_year_are_hardly_ever_alarms() -> None:
    assert alarm_share(judged(shop_days(300, seed=13, yearly_growth=2))) <= 0.012
    assert alarm_share(judged(shop_days(300, seed=14, wave=0.3))) <= 0.02


@pytest.mark.parametrize(
    ("deviations", "days", "share"), [(3, 3, 0.7), (3, 10, 0.95), (2, 10, 0.7), (1, 21, 0.3)]
)
def test_shifts_are_seen_within_the_delay_that_is_documented(
    deviations: float, days: int, share: float
) -> None:
    chart = judged(shifted(300, deviations, seed=15))
    assert found_within(chart, days) >= share


def test_limits_are_those_of_an_independent_computation() -> None:
    (values,) = noise(1, seed=16, days=120)
    chart = judged(values[None, :]).iloc[HISTORY:]
    for at, row in zip(range(HISTORY, 120), chart.itertuples(), strict=True):
        same_days = [sorted(values[day - 35 : day : 7])[1:4] for day in range(at - 30, at + 1)]
        expected = np.array([np.mean(three) for three in same_days])
        before = values[at - 30 : at] - expected[:-1]
        centre = expected[-1] + before.mean()
        scale = before.std(ddof=1) * np.sqrt(1 + 1 / 30)
        reach = stats.t.ppf(stats.norm.cdf(3), 29) * scale
        warning = stats.t.ppf(stats.norm.cdf(2), 29) * scale
        # No point of this noise is far enough out to be left out of the measures.
        assert row.centre_line == pytest.approx(centre, abs=1e-9)
        assert row.upper_limit - centre == pytest.approx(reach, rel=1e-4)
        assert centre - row.lower_limit == pytest.approx(reach, rel=1e-4)
        assert row.warning_upper - centre == pytest.approx(warning, rel=1e-4)
        assert row.deviations == pytest.approx(3 * (values[at] - centre) / reach, rel=1e-4)


def test_an_outlier_is_found_and_hides_no_other() -> None:
    values = noise(100, seed=17)
    values[:, 150] += 200
    values[:, 155] += 80
    chart = judged(values)
    assert found_within(chart, 1, since=150) == 1
    assert found_within(chart, 1, since=155) > 0.97
    # Nor does it make alarms on the same weekdays after it.
    after = chart[chart["day_number"].isin([157, 164, 171, 178])]
    assert alarm_share(after) < 0.04


def test_a_constant_series_is_in_control_until_it_changes() -> None:
    values = np.full((1, DAYS), 0.1)
    assert set(judged(values)["status"]) == {"too_few_points", "in_control"}
    values[0, 200:] = 0.3
    chart = judged(values)
    assert set(statuses(chart, HISTORY, 199)) == {"in_control"}
    assert statuses(chart, 200, 201) == ["out_of_control"] * 2
    assert set(statuses(chart, 250, DAYS)) == {"in_control"}


def test_a_share_that_is_nearly_always_whole_makes_no_runs() -> None:
    values = np.ones((1, 300))
    values[0, ::20] = 129 / 130
    least = np.full((1, 300), 1 / 130)
    assert alarm_share(judged(values, season=1, least=least)) == 0
    values[0, 250] = 120 / 130
    assert statuses(judged(values, season=1, least=least), 250, 250) == ["out_of_control"]


def test_nine_on_one_side_are_a_trend_and_eight_are_not() -> None:
    # Limits of 1, so nothing is near them: above the centre from day 100 on, in unequal steps.
    values = np.array([[10 + 0.1 * (-1) ** day for day in range(130)]])
    values[0, 100:] = 10.3 + 0.01 * (np.arange(30) % 3)
    chart = judged(values, season=1, least=np.full((1, 130), 1.0)).set_index("day_number")
    # Day 98 is the last one above the centre, day 99 below it.
    assert list(chart.loc[100:107, "status"]) == ["in_control"] * 8
    assert chart.loc[108, "status"] == "trend"
    assert chart.loc[108, "broken_rule"] == "nine_on_one_side"
    assert list(chart.loc[100:108, "run_length"]) == list(range(1, 10))


def test_two_of_three_beyond_two_deviations_on_one_side_are_out_of_control() -> None:
    values = np.array([[10 + (-1.0) ** day for day in range(100)]])
    # The deviation of the points before is 1.017, and 2 of them are 2.15: 2.3 is a warning.
    values[0, 90:93] = [12.4, 10.0, 12.5]
    values[0, 96:98] = [12.4, 7.5]
    chart = judged(values, season=1).set_index("day_number")
    assert list(chart.loc[90:92, "status"]) == ["warning", "in_control", "out_of_control"]
    assert chart.loc[92, "broken_rule"] == "two_of_three_beyond_2_sigma"
    assert chart.loc[97, "status"] == "warning"


def test_days_without_a_point_are_passed_over() -> None:
    values = noise(1, seed=18)
    with_gaps = np.insert(values, [100] * 14, np.nan, axis=1)
    gapless, gaps = judged(values), judged(with_gaps)
    assert len(gaps) == len(gapless) == DAYS
    assert list(gaps["centre_line"].fillna(0)) == list(gapless["centre_line"].fillna(0))
    assert list(gaps["status"]) == list(gapless["status"])


def test_too_few_points_are_not_judged() -> None:
    # Three times the same weekday before a point can be compared, then the points to compare with.
    chart = judged(noise(1, seed=19), control_chart_min_points=25).set_index("day_number")
    assert set(chart.loc[: 21 + 25 - 1, "status"]) == {"too_few_points"}
    assert chart.loc[21 + 25, "status"] != "too_few_points"
    assert pd.isna(chart.loc[21 + 24, "upper_limit"])
    one = judged(np.array([[5.0]]))
    assert list(one["status"]) == ["too_few_points"]


def test_series_are_judged_apart() -> None:
    values = noise(3, seed=20)
    together = judged(values)
    for number in range(3):
        alone = judged(values[[number]])
        part = together[together["series"] == number]
        assert list(part["status"]) == list(alone["status"])


@pytest.mark.parametrize("arguments", ["7.5, series", "0, series", "7"])
def test_what_it_cannot_chart_it_refuses(arguments: str) -> None:
    with pytest.raises(SQLMeshError, match="@control_chart takes"):
        rendered(f"WITH c AS (@control_chart(t, v, d, 0, {arguments})) SELECT * FROM c")
