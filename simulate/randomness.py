"""Independent random streams: one per purpose and period, all from one seed.

What happens on a day depends on the seed and that day alone, so a day can be drawn again at any
time. This is what lets a shop go on (`advance`) without keeping its past in memory.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a random stream is for; the numbers are part of the shop's identity."""

    CATALOGUE = 1
    PRICE_MONTH = 2
    SALE_WEEK = 3
    ARRIVALS = 4
    CUSTOMERS = 5
    ORDER_COUNTS = 6
    ORDERS = 7
    BASKETS = 8
    LIFE = 9
    CUSTOMER_DEFECTS = 10
    ORDER_DEFECTS = 11


def generator(seed: int, purpose: Purpose, period: int = 0) -> np.random.Generator:
    """The random stream of a purpose in a period (a day, week or month number)."""
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(int(purpose), period)))
    )
