"""What no model may read: latent parameters, true churn probability, expected spend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate import settings
from simulate.baskets import FAVOURITE_TAKEN, prices_of
from simulate.campaigns import expected_lift
from simulate.orders import Portion
from simulate.prices import MONTH_DAYS, price_effect
from simulate.references import coded, moments, product_id
from simulate.seasons import DAY_SECONDS, PROMOTIONS, WELCOME
from simulate.settings import CHANNELS, CHURN_DAYS, SPEND_DAYS, VALID_SHARE
from simulate.stream_truth import (
    campaign_truth,
    carrier_truth,
    inventory_truth,
    mrr_truth,
    verdict_truth,
)
from simulate.window import Delivery
from simulate.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass
class OrderValues:
    """Compares what valid orders were worth with what their customers' latents say."""

    actual: float = 0.0
    expected: float = 0.0

    def add(self, portion: Portion, delivery: Delivery, values: Floats) -> None:
        """Count the valid orders of a portion."""
        orders = portion.orders
        invalid = (orders.cancelled < delivery.until) | (orders.refunded < delivery.until)
        valid = ~invalid & (orders.ordered < delivery.until)
        self.actual += float((orders.gross - orders.discount)[valid].sum()) / 100
        self.expected += float(values[orders.customer[valid]].sum())

    @property
    def factor(self) -> float:
        """By how much the latents alone miss the value of an order."""
        return self.actual / self.expected if self.expected else 1.0


def truth_tables(delivery: Delivery, value_factor: float) -> Iterator[tuple[str, pd.DataFrame]]:
    """Every table of the truth but the injected defects, with its name."""
    yield "customers", customer_truth(delivery, value_factor)
    yield "seasons", season_truth(delivery.world)
    yield "promotions", pd.DataFrame([vars(promotion) for promotion in (*PROMOTIONS, WELCOME)])
    yield "elasticities", elasticity_truth(delivery.world)
    yield "affinities", affinity_truth(delivery.world)
    yield "campaigns", campaign_truth(delivery.world)
    yield "carriers", carrier_truth()
    yield "verdicts", verdict_truth()
    yield "mrr", mrr_truth(delivery)
    yield "inventory", inventory_truth(delivery.world)


def customer_truth(delivery: Delivery, value_factor: float) -> pd.DataFrame:
    """The latent parameters of every customer and what they promise from here on."""
    world, people = delivery.world, delivery.world.customers
    day = delivery.until // DAY_SECONDS
    is_alive = people.last_day >= day
    rate = people.rate * world.scale
    churn, orders = expectations(world, day)
    values = order_values(world, day) * value_factor
    channels = [channel.name for channel in CHANNELS]
    return pd.DataFrame(
        {
            "customer_id": pd.array(
                [f"C{number:08d}" for number in range(1, len(rate) + 1)], dtype="string"
            ),
            "acquisition_channel": coded(people.channel, channels).astype("string"),
            "purchase_rate_per_day": rate,
            "dropout_rate_per_day": people.dropout,
            "spend_level": people.spend,
            "habit_share": people.habit.astype(float) * FAVOURITE_TAKEN,
            "promotion_fondness": people.promo.astype(float),
            "orders_at_sign_up": world.orders_at_sign_up,
            "signed_up_at": moments(world.opening, people.signed_up),
            "lost_at": moments(world.opening, people.left),
            "is_alive": is_alive,
            f"churn_probability_{CHURN_DAYS}d": np.where(is_alive, churn, 1.0),
            f"expected_orders_{SPEND_DAYS}d": np.where(is_alive, orders, 0.0),
            "expected_net_order_value": values,
            f"expected_net_spend_{SPEND_DAYS}d": np.where(is_alive, orders, 0.0) * values,
        }
    )


def expectations(world: World, day: int) -> tuple[Floats, Floats]:
    """P(no valid order in 60 days) and expected valid orders in 365, of customers alive on a day.

    A customer who is alive orders on each day with rate x season, and is lost each day with the
    dropout rate; both are known, only chance is left. Campaigns count with their expected lift:
    whom they will reach is chance as well.
    """
    people = world.customers
    rate = people.rate * world.scale * VALID_SHARE
    stays = np.exp(-people.dropout)
    season = world.seasons.total[day : day + SPEND_DAYS]
    lift = season * expected_lift(world.spec.seed, day + SPEND_DAYS)[day:]
    open_to_lift = people.promo * people.consent
    alive, silent = np.ones(len(rate)), np.zeros(len(rate))
    exposure, lifted = np.zeros(len(rate)), np.zeros(len(rate))
    for offset, factor in enumerate(season):
        exposure += alive * factor
        if lift[offset]:
            lifted += alive * lift[offset]
        if offset < CHURN_DAYS:
            passed = season[: offset + 1].sum() + open_to_lift * lift[: offset + 1].sum()
            still_silent = np.exp(-rate * passed)
            leaves = 1 - stays if offset < CHURN_DAYS - 1 else 1.0
            silent += alive * leaves * still_silent
        alive *= stays
    return silent, rate * (exposure + open_to_lift * lifted)


def order_values(world: World, day: int) -> Floats:
    """Expected value of an order by spend level, taste and habit, up to one common factor."""
    people, catalogue = world.customers, world.catalogue
    last = min(day, world.until_day) - 1
    cents = prices_of(world, last)
    weights = catalogue.popularity * catalogue.on_sale(last)
    weights = weights * price_effect(catalogue, cents, last // MONTH_DAYS)
    prices = cents / 100
    total = np.bincount(catalogue.department, weights)
    typical = np.bincount(catalogue.department, weights * prices) / total
    habit = people.habit * FAVOURITE_TAKEN
    favourite = prices[people.favourites].mean(axis=1)
    price = habit * favourite + (1 - habit) * (people.taste @ typical)
    lines = 1 + settings.EXTRA_LINES * people.spend**settings.LINES_POWER
    units = 1 + settings.EXTRA_UNITS * people.spend**settings.UNITS_POWER
    return np.asarray(price * lines * units, np.float64)


def season_truth(world: World) -> pd.DataFrame:
    """The factors on the purchase rate, a year beyond the data."""
    year = world.seasons
    days = np.arange(len(year.total)) * DAY_SECONDS
    return pd.DataFrame(
        {
            "day": moments(world.opening, days),
            "weekly": year.weekly,
            "yearly": year.yearly,
            "promotion": year.promotion,
            "total": year.total,
        }
    )


def elasticity_truth(world: World) -> pd.DataFrame:
    """The exponent of relative price in the choice among the products of a department."""
    catalogue = world.catalogue
    names = [catalogue.departments[number].name for number in catalogue.department]
    return pd.DataFrame(
        {
            "product_id": pd.array(
                [product_id(index) for index in range(catalogue.size)], dtype="string"
            ),
            "department_name": pd.array(names, dtype="string"),
            "elasticity": catalogue.elasticity,
            "popularity": catalogue.popularity,
        }
    )


def affinity_truth(world: World) -> pd.DataFrame:
    """Which product brings which other into the cart, and how often."""
    catalogue = world.catalogue
    first = np.flatnonzero(catalogue.partner >= 0)
    second = catalogue.partner[first]
    ids = [pd.array([product_id(int(i)) for i in side], dtype="string") for side in (first, second)]
    return pd.DataFrame(
        {
            "product_id": ids[0],
            "partner_product_id": ids[1],
            "probability": catalogue.partner_probability[first],
        }
    )
