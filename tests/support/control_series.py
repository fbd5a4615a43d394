"""Series with known answers for the control charts, judged by the real SQL on DuckDB."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.support.definitions import rendered

Series = NDArray[np.float64]
FIRST_DAY = date(2024, 1, 1)
SEASON = 7
HISTORY = 65
"""Points after which every later one is compared with the full number of points before it."""
DAYS = HISTORY + 200
SHIFT_DAY = HISTORY + 100
WEEK = np.array([0.8, 0.9, 1.0, 1.0, 1.1, 1.4, 1.2])
ALARMS = ("out_of_control", "trend")


def judged(
    values: Series, *, season: int = SEASON, least: Series | None = None, **variables: Any
) -> pd.DataFrame:
    """The chart of each row of a matrix: one row per series and day, NaN being a day without point.

    Args:
        values: One series a row, one day a column.
        season: Days after which a pattern repeats.
        least: The least deviations, as many.
        variables: Other settings than those of config.yaml.
    """
    count, days = values.shape
    daily = pd.DataFrame(
        {
            "series": np.repeat(np.arange(count), days),
            "day_number": np.tile(np.arange(days), count),
            "number": values.ravel(),
            "least": np.zeros(values.size) if least is None else least.ravel(),
        }
    )
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.register("given", daily)
        connection.execute(
            "CREATE TABLE daily AS SELECT series, CAST(? AS DATE) + CAST(day_number AS INT)"
            " AS date_day, CASE WHEN ISNAN(number) THEN NULL ELSE number END AS number, least"
            " FROM given",
            [FIRST_DAY],
        )
        chart = rendered(
            f"WITH chart AS (@control_chart(daily, number, date_day, least, {season}, series))"
            " SELECT * FROM chart",
            **variables,
        )
        return connection.execute(
            f"SELECT *, date_day - CAST(? AS DATE) AS day_number FROM ({chart})"
            " ORDER BY series, date_day",
            [FIRST_DAY],
        ).df()


def alarm_share(chart: pd.DataFrame) -> float:
    """The share of the points judged that are alarms: beyond the limits, or a run on one side."""
    known = chart[chart["status"] != "too_few_points"]
    return float(known["status"].isin(ALARMS).mean())


def found_within(chart: pd.DataFrame, days: int, since: int = SHIFT_DAY) -> float:
    """The share of the series with an alarm on the first so many days from a day."""
    first = chart[chart["day_number"].between(since, since + days - 1)]
    return float(first["status"].isin(ALARMS).groupby(first["series"]).any().mean())


def noise(series: int, seed: int, days: int = DAYS) -> Series:
    """Normal noise around 100 with a standard deviation of 10."""
    return np.random.default_rng(seed).normal(100, 10, size=(series, days))


def shifted(series: int, deviations: float, seed: int) -> Series:
    """Noise that from `SHIFT_DAY` on is so many standard deviations higher."""
    values = noise(series, seed, SHIFT_DAY + 30)
    values[:, SHIFT_DAY:] += 10 * deviations
    return values


def shop_days(series: int, seed: int, yearly_growth: float = 1.0, wave: float = 0.0) -> Series:
    """Orders a day: chance, a week with a strong Saturday, growth, and a wave over the year."""
    days = np.arange(DAYS)
    level = 130 * yearly_growth ** (days / 365) * (1 + wave * np.sin(2 * np.pi * days / 365))
    counts = np.random.default_rng(seed).poisson(level * WEEK[days % 7], size=(series, DAYS))
    return counts.astype(np.float64)
