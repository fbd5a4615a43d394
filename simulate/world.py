"""The whole shop up to a day: catalogue, prices, customers, and how many orders each day brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from simulate.campaigns import Campaign, active_campaign, campaign_demand, draw_campaigns
from simulate.catalogue import Catalogue, build_catalogue, product_count
from simulate.people import Customers, draw_customers, draw_erasures
from simulate.prices import MONTH_DAYS, list_prices
from simulate.randomness import Purpose, generator
from simulate.seasons import Seasons, seasons
from simulate.settings import CHANNELS, SPEND_DAYS, ShopSpec
from simulate.subscriptions import Subscriptions, draw_subscriptions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# Of all orders, at most this share are placed at sign-up.
MAX_FIRST_SHARE = 0.5


@dataclass(frozen=True)
class World:
    """Everything that orders are drawn from; days count from the shop's opening.

    Attributes:
        spec: The arguments.
        until_day: First day that is not there yet.
        catalogue: Products.
        list_prices: Cents, one row per month of 30 days.
        seasons: Factors per day, a year beyond `until_day`.
        customers: Everybody who signed up before `until_day`.
        erased: When customers ask to be erased, NEVER for most.
        subscriptions: Those of `customers`, also what is still to come.
        campaigns: Those that start before `until_day`.
        orders_at_sign_up: Which customers order when they sign up.
        scale: Orders per unit of `Customers.rate`.
        first_orders: Orders at sign-up, per day.
        repeat_orders: All other orders, per day.
    """

    spec: ShopSpec
    until_day: int
    catalogue: Catalogue
    list_prices: Ints
    seasons: Seasons
    customers: Customers
    erased: Ints
    subscriptions: Subscriptions
    campaigns: tuple[Campaign, ...]
    orders_at_sign_up: NDArray[np.bool_]
    scale: float
    first_orders: Ints
    repeat_orders: Ints

    @property
    def opening(self) -> int:
        """Seconds from 1970 to the opening, UTC."""
        start = self.spec.start
        return int(datetime(start.year, start.month, start.day, tzinfo=UTC).timestamp())

    @property
    def first_numbers(self) -> Ints:
        """Number of the first order of each day, and of the day after the last."""
        totals = self.first_orders + self.repeat_orders
        return np.concatenate([[1], 1 + np.cumsum(totals)])

    def rates(self, day: int) -> Floats:
        """Purchase rates of all customers on a day: a campaign raises those of who it reached."""
        campaign = active_campaign(self.campaigns, day)
        if campaign is None:
            return self.customers.rate
        rates, treated = self.customers.rate.copy(), campaign.treated
        rates[treated] *= 1 + campaign.lifts(self.customers, treated)
        return rates


def build_world(spec: ShopSpec, until_day: int | None = None) -> World:
    """The shop as it is at the start of a day, by default the end of its first history."""
    until = spec.days if until_day is None else until_day
    catalogue = build_catalogue(spec.seed, product_count(spec.orders))
    year = seasons(spec.start, until + SPEND_DAYS)
    customers = draw_customers(spec, catalogue, until)
    firsts = _orders_at_sign_up(spec, customers)
    first_orders = np.bincount(customers.day[firsts], minlength=until)
    erased = draw_erasures(spec.seed, customers)
    campaigns = draw_campaigns(spec.seed, customers, erased, until)
    rates = demand(customers, until) + campaign_demand(campaigns, customers, until)
    intensity = rates * year.total[:until]
    wanted = spec.orders - int(first_orders[: spec.days].sum())
    scale = wanted / intensity[: spec.days].sum()
    return World(
        spec=spec,
        until_day=until,
        catalogue=catalogue,
        list_prices=list_prices(spec.seed, catalogue, until // MONTH_DAYS + 1),
        seasons=year,
        customers=customers,
        erased=erased,
        subscriptions=draw_subscriptions(spec.seed, customers),
        campaigns=campaigns,
        orders_at_sign_up=firsts,
        scale=scale,
        first_orders=first_orders,
        repeat_orders=_repeat_orders(spec, intensity, wanted, scale),
    )


def demand(customers: Customers, days: int) -> Floats:
    """The sum of the purchase rates of those who are customers, per day."""
    joins = np.bincount(customers.day, weights=customers.rate, minlength=days)[:days]
    leaving = customers.last_day + 1 < days
    leaves = np.bincount(
        customers.last_day[leaving] + 1, weights=customers.rate[leaving], minlength=days
    )[:days]
    # Differences of long sums may come out a hair below zero.
    return np.maximum(np.cumsum(joins - leaves), 0.0)


def _orders_at_sign_up(spec: ShopSpec, customers: Customers) -> NDArray[np.bool_]:
    chance = np.array([channel.first_order for channel in CHANNELS])[customers.channel]
    expected = float(chance[: spec.customers].sum())
    share = min(1.0, MAX_FIRST_SHARE * spec.orders / expected)
    places = customers.first_order_draw < chance * share
    initial = places[: spec.customers]
    initial &= np.cumsum(initial) <= spec.orders
    return places


def _repeat_orders(spec: ShopSpec, intensity: Floats, wanted: int, scale: float) -> Ints:
    """Exactly the wanted number within the first history; as it comes after that."""
    first = intensity[: spec.days]
    counts = np.zeros(len(intensity), np.int64)
    rng = generator(spec.seed, Purpose.ORDER_COUNTS)
    counts[: spec.days] = rng.multinomial(wanted, first / first.sum())
    for day in range(spec.days, len(intensity)):
        rng = generator(spec.seed, Purpose.ORDER_COUNTS, day)
        counts[day] = rng.poisson(scale * intensity[day])
    return counts
