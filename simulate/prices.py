"""Prices move, products go on sale, and demand answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulate.catalogue import Catalogue
from simulate.randomness import Purpose, generator

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MONTH_DAYS = 30
WEEK_DAYS = 7
PRICE_CHANGE_SHARE, SALE_SHARE, MONTHLY_DRIFT = 0.10, 0.08, 0.002


def list_prices(seed: int, catalogue: Catalogue, months: int) -> Ints:
    """List prices in cents, one row per month of 30 days since the opening."""
    level = catalogue.base_price.copy()
    rows = np.empty((months, catalogue.size), np.int64)
    for month in range(months):
        if month:
            rng = generator(seed, Purpose.PRICE_MONTH, month)
            changes = rng.random(catalogue.size) < PRICE_CHANGE_SHARE
            factor = np.exp(np.clip(rng.normal(0.02, 0.09, catalogue.size), -0.16, 0.2))
            level = np.where(changes, level * factor, level)
        rows[month] = tidy_price(level)
    return rows


def tidy_price(cents: Floats) -> Ints:
    """Prices as shops write them: 3.49, never 3.4712."""
    prices: Ints = np.maximum(np.rint(cents / 10).astype(np.int64) * 10 - 1, 29)
    return prices


def sale_prices(seed: int, prices: Ints, week: int) -> Ints:
    """The prices of a week: some products are on sale."""
    rng = generator(seed, Purpose.SALE_WEEK, week)
    on_sale = rng.random(len(prices)) < SALE_SHARE
    reduced = tidy_price(prices * rng.uniform(0.72, 0.90, len(prices)))
    return np.where(on_sale, reduced, prices)


def unit_costs(catalogue: Catalogue, month: int) -> Ints:
    """Unit costs in cents: they follow the trend, not each price change."""
    cost = catalogue.base_price * catalogue.cost_share * (1 + MONTHLY_DRIFT) ** month
    rounded: Ints = np.rint(cost).astype(np.int64)
    return rounded


def price_effect(catalogue: Catalogue, prices: Ints, month: int) -> Floats:
    """How prices move demand: (price / trend) ^ elasticity."""
    trend = catalogue.base_price * (1 + MONTHLY_DRIFT) ** month
    effect: Floats = (prices / trend) ** catalogue.elasticity
    return effect
