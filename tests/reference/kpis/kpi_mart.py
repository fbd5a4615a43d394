"""What marts.mart_kpis tells, as the tests compare it."""

from __future__ import annotations

from functools import cache

import kpi_expected
import numpy as np
import pandas as pd
from kpi_facts import read

SERIES = ["metric", "grain", "dimension", "member"]


@cache
def kpis() -> pd.DataFrame:
    frame = read("SELECT * FROM marts.mart_kpis")
    for name in ("period_start", "period_end", "as_of_date"):
        frame[name] = pd.to_datetime(frame[name])
    return frame


def told(dimension: str, grain: str) -> pd.DataFrame:
    """The values of the mart, one column per metric."""
    rows = kpis()[(kpis()["dimension"] == dimension) & (kpis()["grain"] == grain)]
    names = {"period_start": "period"}
    return rows.rename(columns=names).pivot(
        index=["period", "member"], columns="metric", values="value"
    )


def agree(dimension: str, grain: str, expected: pd.DataFrame) -> None:
    """The mart has every value expected, and nothing else but zeros of what adds up."""
    if grain == "day" and dimension != "all":
        first = kpi_expected.as_of() - pd.Timedelta(days=kpi_expected.MEMBER_DAYS)
        expected = expected[expected.index.get_level_values("period") >= first]
    found = told(dimension, grain)
    for name in expected:
        wanted, values = expected[name].dropna().astype(float), found[name].dropna()
        assert len(wanted), name
        assert wanted.index.isin(values.index).all(), name
        np.testing.assert_allclose(
            values.reindex(wanted.index), wanted, rtol=1e-8, atol=1e-9, err_msg=name
        )
        more = values[~values.index.isin(wanted.index)]
        assert (more == 0).all() if name in kpi_expected.ADDS_UP else more.empty, name


def moved(frame: pd.DataFrame, column: str, starts: pd.Series) -> pd.Series:
    """The values of other periods of the same series."""
    values = frame.set_index([*SERIES, "period_start"])["value"]
    wanted = pd.MultiIndex.from_frame(frame[SERIES].assign(period_start=starts))
    return pd.Series(values.reindex(wanted).to_numpy(), index=frame.index, name=column)


def before(frame: pd.DataFrame) -> pd.Series:
    """The first days of the periods before; of a day, four weeks before."""
    starts = frame["period_start"] - pd.Timedelta(days=28)
    for grain, offset in {
        "week": pd.DateOffset(weeks=1),
        "month": pd.DateOffset(months=1),
        "quarter": pd.DateOffset(months=3),
        "year": pd.DateOffset(years=1),
    }.items():
        starts = starts.mask(frame["grain"] == grain, frame["period_start"] - offset)
    return starts


@cache
def compared() -> pd.DataFrame:
    """The rows whose periods before are all in the mart: not members by day."""
    frame = kpis()
    return frame[(frame["grain"] != "day") | (frame["dimension"] == "all")].reset_index(drop=True)
