"""Who orders when, what happens to the order afterwards, and what is spoilt on delivery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulate import settings
from simulate.baskets import Lines, draw_lines
from simulate.lifecycle import Placed, order_life
from simulate.people import NEVER, stack
from simulate.randomness import Purpose, generator
from simulate.seasons import DAY_SECONDS, PROMOTIONS, WELCOME, WELCOME_NUMBER, seconds_of_day
from simulate.settings import DEFECTS, MAX_LATE_DAYS
from simulate.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# Orders are drawn and written in portions of about this size.
PORTION_ORDERS = 500_000
PAYMENT_METHODS = ("card", "paypal", "invoice", "bank_transfer")
BANK_TRANSFER = PAYMENT_METHODS.index("bank_transfer")
PAYMENT_SHARES = (0.46, 0.31, 0.15, 0.08)
SHIPPING_METHODS = ("standard", "express", "pickup")
EXPRESS = SHIPPING_METHODS.index("express")
SHIPPING_SHARES = (0.74, 0.14, 0.12)
SHIPPING_CENTS = np.array([490, 990, 0])
OFFSET_HOURS = np.array([2, 1, -5, 9], np.int8)


@dataclass(frozen=True)
class Orders:
    """Orders as columns; times are seconds since the opening, NEVER for what does not happen.

    Attributes:
        number: Order number.
        customer: Index of the customer.
        ordered: When.
        code: Number of the promotion code used.
        payment: Number of the payment method.
        shipping: Number of the shipping method.
        payment_failed: Whether a first attempt to pay fails.
        paid: When.
        shipped: When.
        promised: Until when it should be delivered.
        delivered: When.
        cancelled: When.
        refunded: When it has been refunded in full.
        released: When the shop hands out the first row about it (late delivery).
        line_count: Number of lines.
        gross: Goods before discount, cents.
        discount: Cents.
        shipping_cost: Cents.
        tax: Cents.
        is_negative: Whether the amount is delivered with the wrong sign.
        is_unknown: Whether it is delivered with a customer id that does not exist.
        offset: Hours of the UTC offset that `ordered_at` is written in, 0 for UTC.
        duplicate: Whether the order's row is delivered twice.
        payment_duplicate: Whether the payment's row is.
        payment_negative: Whether the payment is delivered with the wrong sign.
    """

    number: Ints
    customer: Ints
    ordered: Ints
    code: NDArray[np.int8]
    payment: NDArray[np.int8]
    shipping: NDArray[np.int8]
    payment_failed: Bools
    paid: Ints
    shipped: Ints
    promised: Ints
    delivered: Ints
    cancelled: Ints
    refunded: Ints
    released: Ints
    line_count: Ints
    gross: Ints
    discount: Ints
    shipping_cost: Ints
    tax: Ints
    is_negative: Bools
    is_unknown: Bools
    offset: NDArray[np.int8]
    duplicate: Bools
    payment_duplicate: Bools
    payment_negative: Bools

    @property
    def is_late(self) -> Bools:
        """Whether it is delivered after the promised time."""
        return (self.delivered > self.promised) & (self.delivered < NEVER)


@dataclass(frozen=True)
class Portion:
    """Orders of consecutive days with their lines; `Lines.order` is an index into `orders`."""

    orders: Orders
    lines: Lines


def portions(world: World, first_day: int, end_day: int) -> Iterator[Portion]:
    """All orders of [first_day, end_day), in portions of whole days."""
    numbers = world.first_numbers[first_day : end_day + 1]
    portion = (numbers[:-1] - numbers[0]) // PORTION_ORDERS
    for number in range(int(portion[-1]) + 1):
        days = first_day + np.flatnonzero(portion == number)
        if len(days):
            yield _portion(world, int(days[0]), int(days[-1]) + 1)


def portion_count(world: World, first_day: int, end_day: int) -> int:
    """How many portions `portions` yields."""
    numbers = world.first_numbers[first_day:end_day]
    return len(np.unique((numbers - numbers[0]) // PORTION_ORDERS))


def _portion(world: World, first_day: int, end_day: int) -> Portion:
    near = np.flatnonzero((world.customers.day < end_day) & (world.customers.last_day >= first_day))
    days = [_draw_day(world, near, day) for day in range(first_day, end_day)]
    before = np.cumsum([0, *(len(day.orders.number) for day in days)])
    for day, shift in zip(days, before, strict=False):
        day.lines.order[:] += shift
    return Portion(stack([day.orders for day in days]), stack([day.lines for day in days]))


def _draw_day(world: World, near: Ints, day: int) -> Portion:
    """The orders of one day, in order of time."""
    rng = generator(world.spec.seed, Purpose.ORDERS, day)
    customer, ordered, is_first = _who_and_when(rng, world, near, day)
    code = _codes(rng, world, customer, is_first, day)
    size = len(customer)
    payment = rng.choice(len(PAYMENT_METHODS), size, p=PAYMENT_SHARES).astype(np.int8)
    shipping = rng.choice(len(SHIPPING_METHODS), size, p=SHIPPING_SHARES).astype(np.int8)
    lines = draw_lines(world, customer, code, day)
    number = world.first_numbers[day] + np.arange(size)
    placed = Placed(number, ordered, payment == BANK_TRANSFER, shipping == EXPRESS)
    return Portion(
        Orders(
            number=number,
            customer=customer,
            ordered=ordered,
            code=code,
            payment=payment,
            shipping=shipping,
            payment_failed=rng.random(size) < settings.FAILED_PAYMENT_SHARE,
            **order_life(world, lines, placed, day),
            **_amounts(lines, shipping),
            **_defects(world, lines, ordered, day),
        ),
        lines,
    )


def _amounts(lines: Lines, shipping: NDArray[np.int8]) -> dict[str, Any]:
    """What an order costs, in cents."""
    size = len(shipping)
    gross = np.bincount(lines.order, lines.units * lines.price, size).astype(np.int64)
    discount = np.bincount(lines.order, lines.discount, size).astype(np.int64)
    is_free = (gross - discount >= settings.FREE_SHIPPING_CENTS) & (shipping == 0)
    return {
        "line_count": np.bincount(lines.order, minlength=size),
        "gross": gross,
        "discount": discount,
        "shipping_cost": np.where(is_free, 0, SHIPPING_CENTS[shipping]),
        "tax": np.rint((gross - discount) * settings.TAX_SHARE).astype(np.int64),
    }


def _defects(world: World, lines: Lines, ordered: Ints, day: int) -> dict[str, Any]:
    """What is spoilt; that of the lines is written into them."""
    rng = generator(world.spec.seed, Purpose.ORDER_DEFECTS, day)
    lines.duplicate[:] = rng.random(len(lines.order)) < DEFECTS.duplicate
    lines.return_duplicate[:] = rng.random(len(lines.order)) < DEFECTS.duplicate
    size = len(ordered)
    draws = rng.random((7, size))
    release = (day + rng.integers(1, MAX_LATE_DAYS + 1, size)) * DAY_SECONDS
    offsets = rng.choice(OFFSET_HOURS, size)
    return {
        "released": np.where(draws[0] < DEFECTS.late, release, ordered),
        "is_negative": draws[1] < DEFECTS.negative_order,
        "is_unknown": draws[2] < DEFECTS.unknown_customer,
        "offset": np.where(draws[3] < DEFECTS.offset_timestamp, offsets, 0).astype(np.int8),
        "duplicate": draws[4] < DEFECTS.duplicate,
        "payment_duplicate": draws[5] < DEFECTS.duplicate,
        "payment_negative": draws[6] < DEFECTS.negative_payment,
    }


def _who_and_when(
    rng: np.random.Generator, world: World, near: Ints, day: int
) -> tuple[Ints, Ints, Bools]:
    people = world.customers
    arriving = near[people.day[near] == day]
    firsts = arriving[world.orders_at_sign_up[arriving]]
    end = (day + 1) * DAY_SECONDS - 1
    first_times = np.minimum(people.signed_up[firsts] + people.first_order_delay[firsts], end)
    alive = near[(people.day[near] <= day) & (people.last_day[near] >= day)]
    count = int(world.repeat_orders[day])
    cumulated = np.cumsum(world.rates(day)[alive])
    draws = rng.random((2, count))
    chosen = (
        np.searchsorted(cumulated, draws[0] * cumulated[-1], side="right")
        if count
        else np.zeros(0, np.int64)
    )
    repeats = alive[np.minimum(chosen, len(alive) - 1)]
    times = day * DAY_SECONDS + seconds_of_day(draws[1])
    # Nobody orders before signing up.
    left = end - people.signed_up[repeats]
    times = np.where(
        times > people.signed_up[repeats],
        times,
        people.signed_up[repeats] + (draws[1] * left).astype(np.int64),
    )
    customer, ordered = np.concatenate([firsts, repeats]), np.concatenate([first_times, times])
    is_first = np.arange(len(customer)) < len(firsts)
    order = np.argsort(ordered, kind="stable")
    return customer[order], ordered[order], is_first[order]


def _codes(
    rng: np.random.Generator, world: World, customer: Ints, is_first: Bools, day: int
) -> NDArray[np.int8]:
    draws = rng.random((2, len(customer)))
    code = np.where(is_first & (draws[0] < WELCOME.usage), WELCOME_NUMBER, 0)
    current = int(world.seasons.code[day])
    if current:
        chance = PROMOTIONS[current - 1].usage * world.customers.promo[customer]
        code = np.where(draws[1] < chance, current, code)
    return code.astype(np.int8)
