"""What happens to an order after it has been placed, up to its return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulate import settings
from simulate.baskets import Lines
from simulate.delays import PACE, promises, with_delays
from simulate.people import NEVER
from simulate.randomness import Purpose, generator
from simulate.seasons import DAY_SECONDS
from simulate.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
REASONS = ("order_refunded", "damaged", "wrong_item", "not_as_described", "changed_mind")


@dataclass(frozen=True)
class Placed:
    """Orders as they have been placed.

    Attributes:
        number: Order number.
        ordered: When.
        by_transfer: Whether they are paid by bank transfer.
        is_express: Whether they are sent by express.
    """

    number: Ints
    ordered: Ints
    by_transfer: Bools
    is_express: Bools


def order_life(world: World, lines: Lines, placed: Placed, day: int) -> dict[str, Any]:
    """When an order is paid, shipped, promised, delivered, cancelled and refunded.

    Writes what comes back of each line into `lines`.
    """
    rng = generator(world.spec.seed, Purpose.LIFE, day)
    ordered, size = placed.ordered, len(placed.ordered)
    waits = rng.random((6, size))
    transfer = _days(0.5 + 2.5 * waits[0])
    paid = ordered + np.where(placed.by_transfer, transfer, 60 + 600 * waits[0]).astype(np.int64)
    pace = PACE[placed.is_express.astype(np.int64)]
    shipped = paid + _days(pace * (0.2 + 2.5 * waits[1]))
    promised = promises(paid, placed.is_express)
    delivered = shipped + _days(pace * (0.8 + 4.0 * waits[2]))
    delivered = with_delays(world.spec.seed, placed.number, promised, delivered)
    is_cancelled = waits[3] < settings.CANCELLED_SHARE
    stop = np.minimum(ordered + 300 + _days(2 * waits[4]), shipped - 60)
    is_refunded = ~is_cancelled & (waits[5] < settings.REFUNDED_SHARE)
    is_long = rng.random(size) < settings.LONG_REFUND_SHARE
    wait = _days(np.where(is_long, rng.uniform(61, 100, size), rng.uniform(3, 30, size)))
    delivered = np.where(is_cancelled, NEVER, delivered)
    refunded = np.where(is_refunded, delivered + wait, NEVER)
    _send_back(rng, world, lines, delivered, refunded, delivered > promised)
    return {
        "paid": np.where(is_cancelled & (paid >= stop), NEVER, paid),
        "shipped": np.where(is_cancelled, NEVER, shipped),
        "promised": promised,
        "delivered": delivered,
        "cancelled": np.where(is_cancelled, stop, NEVER),
        "refunded": _all_back(lines, refunded),
    }


def _all_back(lines: Lines, refunded: Ints) -> Ints:
    """An order whose every line came back is refunded when the last one did."""
    size = len(refunded)
    complete = lines.returned_units >= lines.units
    everything = np.bincount(lines.order, ~complete, size) == 0
    last = np.zeros(size, np.int64)
    np.maximum.at(last, lines.order, np.where(complete, lines.returned, 0))
    return np.where(everything, last, refunded)


def _days(lengths: Floats) -> Ints:
    """Days as whole seconds."""
    seconds: Ints = (lengths * DAY_SECONDS).astype(np.int64)
    return seconds


def _send_back(
    rng: np.random.Generator,
    world: World,
    lines: Lines,
    delivered: Ints,
    refunded: Ints,
    is_late: Bools,
) -> None:
    size = len(lines.order)
    shares = world.catalogue.department_values("return_share")
    factor = np.where(is_late, settings.LATE_RETURN_FACTOR, 1.0)[lines.order]
    draws, wait = rng.random((2, size)), rng.uniform(2, 30, size)
    units = 1 + (draws[1] * lines.units).astype(np.int64)
    arrived = delivered[lines.order]
    chance = shares[world.catalogue.department[lines.product]] * factor
    comes_back = (draws[0] < chance) & (arrived < NEVER)
    lines.returned[:] = np.where(comes_back, arrived + _days(wait), NEVER)
    lines.returned_units[:] = np.where(comes_back, np.minimum(units, lines.units), 0)
    in_full = refunded[lines.order] < NEVER
    lines.returned[in_full] = refunded[lines.order][in_full]
    lines.returned_units[in_full] = lines.units[in_full]
    lines.reason[:] = np.where(in_full, 0, rng.integers(1, len(REASONS), size))
