"""Rows of the stream fx_rates: what a few currencies are worth in the reporting currency."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.randomness import Purpose, generator
from simulate.references import coded, moments
from simulate.seasons import DAY_SECONDS
from simulate.spoil import duplicates, releases
from simulate.stream import DUPLICATE, LATE, Reference
from simulate.window import Delivery

Floats = NDArray[np.float64]
# Value of one unit in EUR around which the rates move.
CURRENCIES = {"CHF": 1.04, "GBP": 1.17, "PLN": 0.23, "SEK": 0.088, "USD": 0.92}
DAILY_MOVE, PULL = 0.004, 0.01

SELECT = """
  SELECT
    currency::VARCHAR AS currency,
    fixed_at::DATE AS rate_date,
    rate::DECIMAL(18, 8) AS rate_to_reporting
  FROM frame
"""


def fx_rows(delivery: Delivery) -> pd.DataFrame:
    """The rates of the days since the last delivery."""
    seed, days, size = delivery.world.spec.seed, delivery.world.until_day, len(CURRENCIES)
    day, currency = np.repeat(np.arange(days), size), np.tile(np.arange(size), days)
    key = day * size + currency
    time = day * DAY_SECONDS
    due = np.flatnonzero(delivery.holds(releases(seed, Purpose.FX_RATES, key, time)))
    return pd.DataFrame(
        {
            "currency": coded(currency[due], list(CURRENCIES)),
            "fixed_at": moments(delivery.world.opening, time[due]),
            "rate": fx_rates(seed, days).ravel()[due],
            "is_late": time[due] < delivery.since,
            "duplicate": duplicates(seed, Purpose.FX_RATES, key[due]),
        }
    )


def fx_rates(seed: int, days: int) -> Floats:
    """Rates by day and currency: they wander about their mean."""
    moves = generator(seed, Purpose.FX_RATES).normal(0, DAILY_MOVE, (days, len(CURRENCIES)))
    level = np.zeros(len(CURRENCIES))
    rates = np.empty(moves.shape)
    for day in range(days):
        level = (1 - PULL) * level + moves[day]
        rates[day] = level
    return np.asarray(np.array(list(CURRENCIES.values())) * np.exp(rates), np.float64)


FX_RATES = Reference(
    name="fx_rates",
    key=("currency", "rate_date"),
    select=SELECT,
    rows=fx_rows,
    moment="rate_date",
    defects=(DUPLICATE, LATE),
)
