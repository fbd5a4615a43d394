"""What is in the cart: lines, products by taste, habit and price, partners, units, discounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulate import settings
from simulate.choice import choose_columns, choose_products
from simulate.people import NEVER
from simulate.prices import MONTH_DAYS, WEEK_DAYS, price_effect, sale_prices
from simulate.randomness import Purpose, generator
from simulate.seasons import RATES, peak_factor
from simulate.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MAX_LINES = 40
# A favourite at its usual price is taken with this probability, so that a sale can raise it.
FAVOURITE_TAKEN = 0.7


@dataclass(frozen=True)
class Lines:
    """Order lines as columns, by order and line number.

    Attributes:
        order: Index of the order.
        number: Line number, from 1.
        product: Index of the product.
        cart_position: In which order it was put in the cart, from 1.
        units: Quantity.
        price: Unit price in cents.
        discount: Cents off the line.
        returned: When it comes back, seconds since the opening.
        returned_units: How many come back.
        reason: Number of the reason.
        duplicate: Whether the line's row is delivered twice.
        return_duplicate: Whether the return's row is.
    """

    order: Ints
    number: Ints
    product: Ints
    cart_position: Ints
    units: Ints
    price: Ints
    discount: Ints
    returned: Ints
    returned_units: Ints
    reason: Ints
    duplicate: NDArray[np.bool_]
    return_duplicate: NDArray[np.bool_]


def draw_lines(world: World, customer: Ints, code: NDArray[np.int8], day: int) -> Lines:
    """The lines of a day's orders."""
    rng = generator(world.spec.seed, Purpose.BASKETS, day)
    prices = prices_of(world, day)
    spend = world.customers.spend[customer]
    extra = rng.poisson(settings.EXTRA_LINES * spend**settings.LINES_POWER)
    order = np.repeat(np.arange(len(customer)), np.minimum(1 + extra, MAX_LINES))
    product = _products(rng, world, customer[order], prices, day)
    order, product = _with_partners(rng, world, order, product, day)
    order, product, number, position = _numbered(order, product, world.catalogue.size)
    units = 1 + rng.poisson(settings.EXTRA_UNITS * spend[order] ** settings.UNITS_POWER)
    price = prices[product]
    size = len(order)
    return Lines(
        order=order,
        number=number,
        product=product,
        cart_position=position,
        units=units,
        price=price,
        discount=np.rint(units * price * RATES[code[order]]).astype(np.int64),
        returned=np.full(size, NEVER),
        returned_units=np.zeros(size, np.int64),
        reason=np.zeros(size, np.int64),
        duplicate=np.zeros(size, bool),
        return_duplicate=np.zeros(size, bool),
    )


def prices_of(world: World, day: int) -> Ints:
    """Unit prices of a day in cents, sales included."""
    return sale_prices(world.spec.seed, world.list_prices[day // MONTH_DAYS], day // WEEK_DAYS)


def _products(
    rng: np.random.Generator, world: World, customer: Ints, prices: Ints, day: int
) -> Ints:
    people, catalogue = world.customers, world.catalogue
    effect = price_effect(catalogue, prices, day // MONTH_DAYS) * catalogue.on_sale(day)
    seasonal = peak_factor(
        int(world.seasons.day_of_year[day]),
        catalogue.department_values("season_strength"),
        catalogue.department_values("season_peak"),
    ).astype(np.float32)
    draws = rng.random((5, len(customer)))
    department = choose_columns(people.taste[customer] * seasonal, draws[0])
    fresh = choose_products(catalogue.popularity * effect, catalogue.bounds, department, draws[1])
    column = (draws[2] * settings.FAVOURITES).astype(np.int64)
    favourite = people.favourites[customer, column].astype(np.int64)
    is_habit = draws[3] < people.habit[customer]
    is_taken = draws[4] < FAVOURITE_TAKEN * effect[favourite]
    return np.where(is_habit & is_taken, favourite, fresh)


def _with_partners(
    rng: np.random.Generator, world: World, order: Ints, product: Ints, day: int
) -> tuple[Ints, Ints]:
    catalogue = world.catalogue
    joined = rng.random(len(product)) < catalogue.partner_probability[product]
    partner = catalogue.partner[product[joined]]
    available = catalogue.on_sale(day)[partner]
    order = np.concatenate([order, order[joined][available]])
    product = np.concatenate([product, partner[available]])
    by_order = np.argsort(order, kind="stable")
    return order[by_order], product[by_order]


def _numbered(order: Ints, product: Ints, products: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Each product once per order; numbered as on the invoice and as in the cart."""
    keys, first_seen = np.unique(order * products + product, return_index=True)
    order, product = keys // products, keys % products
    start = np.searchsorted(order, order)
    in_cart = np.empty(len(keys), np.int64)
    in_cart[np.argsort(first_seen, kind="stable")] = np.arange(len(keys))
    return order, product, np.arange(len(keys)) - start + 1, in_cart - start + 1
