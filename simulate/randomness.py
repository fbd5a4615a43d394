"""Independent random streams: one per purpose and period, all from one seed.

What happens on a day depends on the seed and that day alone, so a day can be drawn again at any
time. This is what lets a shop go on (`advance`) without keeping its past in memory.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    SHIPMENTS = 12
    REVIEWS = 13
    SESSIONS = 14
    SUBSCRIPTIONS = 15
    ERASURES = 16
    CAMPAIGNS = 17
    AUDIENCES = 18
    TOUCHES = 19
    SPEND = 20
    INVENTORY = 21
    FX_RATES = 22


def generator(seed: int, purpose: Purpose, period: int = 0) -> np.random.Generator:
    """The random stream of a purpose in a period (a day, week or month number)."""
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(int(purpose), period)))
    )


def uniforms(seed: int, purpose: Purpose, numbers: Ints, column: int = 0) -> Floats:
    """A draw from [0, 1) for each number, the same whatever else is drawn with it (SplitMix64).

    Args:
        seed: Of all randomness.
        purpose: What the draws are for.
        numbers: What they belong to: orders, customers, ...
        column: Tells several draws for the same numbers apart.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(int(purpose), 0, column))
    state = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state += sequence.generate_state(1, np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        state ^= state >> np.uint64(shift)
        state *= np.uint64(factor)
    state ^= state >> np.uint64(31)
    return np.asarray((state >> np.uint64(11)) * 2.0**-53, np.float64)
