"""What can be known of simulated customers at best: by who knows their rates, but not chance.

The oracle knows a customer's purchase rate, dropout rate and value of an order, and the seasons.
Whether customers are still there it infers from how long they have been silent; the all-knowing one
knows that too, as nobody can who sees only orders. The effect of campaigns to come is left out, and
the value of an order is that of the last day: both change levels by a little and ranks by next to
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from simulate.settings import VALID_SHARE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Oracle = Callable[[pd.DataFrame, date, int], pd.DataFrame]
"""`spend` and `no_order` over a horizon of customers at a cutoff, and the same `all_knowing`."""


def simulated_oracle(truth: Path) -> Oracle:
    """The oracle of a simulated shop, from the folder of its truth."""
    customers = duckdb.read_parquet(str(truth / "customers.parquet")).df().set_index("customer_id")
    seasons = duckdb.read_parquet(str(truth / "seasons.parquet")).df().set_index("day")["total"]

    def known(rows: pd.DataFrame, cutoff: date, horizon_days: int) -> pd.DataFrame:
        start = pd.Timestamp(cutoff)
        people = customers.loc[rows["customer_id"].to_numpy()]
        season = seasons.loc[start:].to_numpy(np.float64)[:horizon_days]
        rate = people["purchase_rate_per_day"].to_numpy(np.float64)[:, None] * VALID_SHARE
        leaving = people["dropout_rate_per_day"].to_numpy(np.float64)[:, None]
        there = np.exp(-leaving * np.arange(len(season)))
        leaves = np.tile(-np.expm1(-leaving), len(season))
        leaves[:, -1] = 1
        silent = (there * leaves * np.exp(-rate * np.cumsum(season))).sum(axis=1)
        spend = (rate * there * season).sum(axis=1) * people["expected_net_order_value"].to_numpy()
        is_alive = (people["lost_at"] >= start).to_numpy(np.float64)
        past = seasons.loc[: start - pd.Timedelta(days=1)].to_numpy(np.float64)[::-1]
        likely = _probability_alive(rate, leaving, past, rows["recency_days"].to_numpy(np.int64))
        return pd.DataFrame(
            {
                "spend": likely * spend,
                "no_order": 1 - likely * (1 - silent),
                "spend_all_knowing": is_alive * spend,
                "no_order_all_knowing": 1 - is_alive * (1 - silent),
            }
        )

    return known


def _probability_alive(rate: Floats, leaving: Floats, past: Floats, quiet_days: Ints) -> Floats:
    """P(still there), given the days since the last order; `past` are the seasons, newest first."""
    # Demand met between the last order and the end of each day since, were the customer there.
    days = np.arange(quiet_days.max() + 1)
    until_now = np.concatenate([[0.0], np.cumsum(past)])[: quiet_days.max() + 1]
    demand = until_now[quiet_days][:, None] - until_now[days][None, :]
    age = quiet_days[:, None] - days[None, :]
    silent = np.where(age >= 0, np.exp(-np.maximum(age, 0) * leaving - rate * demand), 0.0)
    lost = (silent[:, 1:] * -np.expm1(-leaving)).sum(axis=1)
    alive: Floats = silent[:, 0] / (silent[:, 0] + lost)
    return alive
