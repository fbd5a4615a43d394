"""Which rows a delivery holds: those that are new or changed since the delivery before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulate.orders import Orders, Portion
from simulate.people import NEVER
from simulate.world import World

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
STATUSES = ("pending", "paid", "shipped", "delivered", "cancelled", "refunded")


@dataclass(frozen=True)
class Delivery:
    """One batch of files.

    Attributes:
        world: The shop.
        since: What happened before (seconds since the opening) has been delivered already.
        until: What happens from here on is not known yet.
        batch: Number of the batch, 0 for the first history.
    """

    world: World
    since: int
    until: int
    batch: int

    def holds(self, times: Ints) -> Bools:
        """Which of some times fall into this delivery."""
        return (times >= self.since) & (times < self.until)


@dataclass(frozen=True)
class OrderStates:
    """What an order's row says at the end of a delivery.

    Attributes:
        status: Index into STATUSES.
        updated: Time of the last change.
        is_due: Whether the row is part of the delivery.
        is_new: Whether it is delivered for the first time.
    """

    status: Ints
    updated: Ints
    is_due: Bools
    is_new: Bools


def order_states(orders: Orders, delivery: Delivery) -> OrderStates:
    """The state of each order as far as the delivery knows it."""
    status = np.zeros(len(orders.number), np.int64)
    updated = orders.ordered.copy()
    events = (orders.paid, orders.shipped, orders.delivered, orders.cancelled, orders.refunded)
    for number, times in enumerate(events, 1):
        known = times < delivery.until
        status[known] = number
        updated[known] = times[known]
    return OrderStates(
        status,
        updated,
        delivery.holds(np.maximum(updated, orders.released)),
        delivery.holds(np.maximum(orders.ordered, orders.released)),
    )


def due_lines(portion: Portion, delivery: Delivery) -> Ints:
    """Indices of the lines whose order is new."""
    released = np.maximum(portion.orders.ordered, portion.orders.released)
    return np.flatnonzero(delivery.holds(released)[portion.lines.order])


def due_returns(portion: Portion, delivery: Delivery) -> Ints:
    """Indices of the lines whose return is new."""
    lines = portion.lines
    known = np.maximum(lines.returned, portion.orders.released[lines.order])
    return np.flatnonzero(delivery.holds(known) & (lines.returned < NEVER))
