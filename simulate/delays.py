"""When a parcel should arrive, and which parcels are late: at a rate known for each carrier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulate.choice import choose_shares
from simulate.randomness import Purpose, uniforms
from simulate.seasons import DAY_SECONDS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
CARRIER_DRAW, DELAY_DRAW, LENGTH_DRAW, SPLIT_DRAW = range(4)
# Days from payment to the promised day, and how long a parcel takes relative to a standard one.
PROMISED_DAYS = np.array([7.5, 3.5])
PACE = np.array([1.0, 0.45])
MIN_DELAY_DAYS, EXTRA_DELAY_DAYS = 0.3, 6.0


@dataclass(frozen=True)
class Carrier:
    """Who brings parcels.

    Attributes:
        name: As in shipments.carrier.
        share: Of parcels.
        late_share: Of its orders that arrive after the promised time.
    """

    name: str
    share: float
    late_share: float


CARRIERS = (
    Carrier("Swift Parcel", 0.45, 0.05),
    Carrier("Northline", 0.35, 0.09),
    Carrier("City Courier", 0.20, 0.16),
)
LATE_SHARE = sum(carrier.share * carrier.late_share for carrier in CARRIERS)


def carriers(seed: int, number: Ints) -> Ints:
    """Who brings each order."""
    draws = uniforms(seed, Purpose.SHIPMENTS, number, CARRIER_DRAW)
    return choose_shares([carrier.share for carrier in CARRIERS], draws)


def promises(paid: Ints, is_express: Bools) -> Ints:
    """The end of the day until which an order should arrive."""
    wait = PROMISED_DAYS[is_express.astype(np.int64)] * DAY_SECONDS
    return ((paid + wait.astype(np.int64)) // DAY_SECONDS + 1) * DAY_SECONDS


def with_delays(seed: int, number: Ints, promised: Ints, delivered: Ints) -> Ints:
    """When orders arrive, given when they would without delays."""
    chance = np.array([carrier.late_share for carrier in CARRIERS])[carriers(seed, number)]
    is_late = uniforms(seed, Purpose.SHIPMENTS, number, DELAY_DRAW) < chance
    length = uniforms(seed, Purpose.SHIPMENTS, number, LENGTH_DRAW) ** 2
    delay = (MIN_DELAY_DAYS + EXTRA_DELAY_DAYS * length) * DAY_SECONDS
    return np.where(is_late, promised + delay.astype(np.int64), delivered)
