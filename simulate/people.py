"""Customers: when they sign up, who they are, and what moves them (the latent parameters)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any, TypeVar

import numpy as np
import yaml
from numpy.typing import NDArray

from simulate import settings
from simulate.catalogue import LISTS, Catalogue
from simulate.choice import choose_columns, choose_products
from simulate.randomness import Purpose, generator, uniforms
from simulate.seasons import DAY_SECONDS, seconds_of_day, yearly
from simulate.settings import CHANNELS, DEFECTS, ShopSpec

NEVER = np.iinfo(np.int64).max // 4
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Columns = TypeVar("Columns")


@dataclass(frozen=True)
class Customers:
    """Customers as columns in order of sign-up; times are seconds since the shop's opening.

    Attributes:
        signed_up: When.
        left: When the customer is lost; nobody tells the shop.
        channel: Acquisition channel.
        rate: Purchase rate per average day, before the shop's scale.
        dropout: Dropout rate per day.
        spend: Spend level, mean 1.
        habit: Share of lines taken from the favourites.
        promo: Fondness of promotion codes, mean 1.
        taste: Weights over departments.
        favourites: Products bought again and again.
        first_order_draw: Orders at sign-up if below the channel's probability.
        first_order_delay: Seconds from sign-up to that order.
        person: Numbers of first name, last name, domain, place, street.
        digits: Random number for phone, house number and postal code.
        birth_day: Days since 1940-01-01.
        tier: 0 basic, 1 plus, 2 premium, reached at `upgraded`.
        upgraded: When.
        consent: Marketing consent.
        bad_email: Which defect the e-mail has, 0 for none.
        duplicate: Whether the row is delivered twice.
    """

    signed_up: Ints
    left: Ints
    channel: NDArray[np.int8]
    rate: Floats
    dropout: Floats
    spend: Floats
    habit: NDArray[np.float32]
    promo: NDArray[np.float32]
    taste: NDArray[np.float32]
    favourites: NDArray[np.int16]
    first_order_draw: Floats
    first_order_delay: Ints
    person: NDArray[np.int16]
    digits: Ints
    birth_day: Ints
    tier: NDArray[np.int8]
    upgraded: Ints
    consent: NDArray[np.bool_]
    bad_email: NDArray[np.int8]
    duplicate: NDArray[np.bool_]

    @property
    def day(self) -> Ints:
        """Day of sign-up."""
        return self.signed_up // DAY_SECONDS

    @property
    def last_day(self) -> Ints:
        """Last day on which an order is possible."""
        return self.left // DAY_SECONDS


@dataclass(frozen=True)
class Places:
    """The word lists for people."""

    first_names: list[str]
    last_names: list[str]
    domains: list[str]
    streets: list[str]
    countries: list[str]
    prefixes: list[str]
    states: list[str]
    cities: list[str]
    shares: Floats


@cache
def places() -> Places:
    """Read the word lists."""
    lists: Any = yaml.safe_load((LISTS / "people.yaml").read_text(encoding="utf-8"))
    rows = [
        (country["code"], country["prefix"], state, city, country["share"] / _cities(country))
        for country in lists["countries"]
        for state, cities in country["places"].items()
        for city in cities
    ]
    countries, prefixes, states, cities, weights = zip(*rows, strict=True)
    shares = np.array(weights)
    return Places(
        lists["first_names"],
        lists["last_names"],
        lists["domains"],
        lists["streets"],
        list(countries),
        list(prefixes),
        list(states),
        list(cities),
        shares / shares.sum(),
    )


def draw_customers(spec: ShopSpec, catalogue: Catalogue, until_day: int) -> Customers:
    """Everybody who signs up before a day.

    The customers of the first history are drawn at once, so that their number is exact; those of
    later days day by day, so that each day is the same however the shop got there.
    """
    rng = generator(spec.seed, Purpose.ARRIVALS)
    curve = arrival_curve(spec, until_day)
    first = curve[: spec.days]
    counts = rng.multinomial(spec.customers, first / first.sum())
    blocks = [_draw(spec, catalogue, counts, 0)]
    per_day = spec.customers / first.sum()
    for day in range(spec.days, until_day):
        count = generator(spec.seed, Purpose.ARRIVALS, day + 1).poisson(per_day * curve[day])
        blocks.append(_draw(spec, catalogue, np.array([count]), day))
    return stack(blocks)


def arrival_curve(spec: ShopSpec, days: int) -> Floats:
    """A rush after the opening, then slow growth over the first history; seasons on top."""
    growth = settings.OPENING_RUSH * np.exp(-np.arange(days) / settings.RUSH_DAYS)
    growth += 1 + settings.GROWTH * np.minimum(np.arange(days) / spec.days, 1.0)
    start_of_year = spec.start.timetuple().tm_yday
    return growth * yearly((start_of_year + np.arange(days) - 1) % 365 + 1)


def stack(parts: Sequence[Columns]) -> Columns:
    """One table of columns from several of the same kind."""
    if len(parts) == 1:
        return parts[0]
    names = [entry.name for entry in fields(parts[0])]  # type: ignore[arg-type]
    return type(parts[0])(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )


def draw_erasures(seed: int, people: Customers) -> Ints:
    """When customers ask to be erased: a few of those who are lost do, NEVER for all others."""
    everybody = np.arange(len(people.left))
    asks = uniforms(seed, Purpose.ERASURES, everybody, 0) < settings.ERASURE_SHARE
    days = 5 + 60 * uniforms(seed, Purpose.ERASURES, everybody, 1)
    return np.where(asks, people.left + (days * DAY_SECONDS).astype(np.int64), NEVER)


def age_limits(start: date) -> tuple[int, int]:
    """Birth days, since 1940, of people who are 80 and 18 when the shop opens."""
    opening = (start - date(1940, 1, 1)).days
    return max(opening - 80 * 365, 0), opening - 18 * 366


def _draw(spec: ShopSpec, catalogue: Catalogue, counts: Ints, first_day: int) -> Customers:
    """Customers of consecutive days, `counts` a day."""
    rng = generator(spec.seed, Purpose.CUSTOMERS, first_day)
    size = int(counts.sum())
    day = np.repeat(np.arange(len(counts)) + first_day, counts)
    signed_up = np.sort(day * DAY_SECONDS + seconds_of_day(rng.random(size)))
    channel = rng.choice(len(CHANNELS), size, p=[c.share for c in CHANNELS]).astype(np.int8)
    rate, dropout, lifetime = _buying_life(rng, channel)
    tier, upgraded = _tiers(rng, signed_up, rate)
    taste = _tastes(rng, catalogue, size)
    defect = generator(spec.seed, Purpose.CUSTOMER_DEFECTS, first_day)
    is_bad = defect.random(size) < DEFECTS.bad_email
    return Customers(
        signed_up=signed_up,
        left=signed_up + (lifetime * DAY_SECONDS).astype(np.int64),
        channel=channel,
        rate=rate,
        dropout=dropout,
        spend=np.exp(rng.normal(-(settings.SPEND_SIGMA**2) / 2, settings.SPEND_SIGMA, size)),
        habit=rng.beta(3, 3, size).astype(np.float32),
        promo=np.minimum(rng.gamma(2.0, 0.5, size), 2.0).astype(np.float32),
        taste=taste,
        favourites=_favourites(rng, catalogue, taste),
        first_order_draw=rng.random(size),
        first_order_delay=rng.integers(60, 1800, size),
        person=_person(rng, size),
        digits=rng.integers(0, 10**9, size),
        birth_day=rng.integers(*age_limits(spec.start), size),
        tier=tier,
        upgraded=upgraded,
        consent=rng.random(size) < 0.64,
        bad_email=np.where(is_bad, defect.integers(1, 5, size), 0).astype(np.int8),
        duplicate=defect.random(size) < DEFECTS.duplicate,
    )


def _buying_life(
    rng: np.random.Generator, channel: NDArray[np.int8]
) -> tuple[Floats, Floats, Floats]:
    """Purchase rates, dropout rates and lifetimes in days: Pareto/NBD within each channel."""
    size = len(channel)
    traits = np.array([[c.rate, c.lifetime] for c in CHANNELS])[channel]
    rate = rng.gamma(settings.RATE_SHAPE, 1 / settings.RATE_SHAPE, size) * traits[:, 0]
    scale = 1 / ((settings.DROPOUT_SHAPE - 1) * settings.MEAN_LIFETIME_DAYS)
    dropout = np.maximum(rng.gamma(settings.DROPOUT_SHAPE, scale, size) / traits[:, 1], 1e-6)
    lifetime = np.minimum(rng.exponential(1.0, size) / dropout, settings.MAX_LIFETIME_DAYS)
    return np.maximum(rate, 1e-6), dropout, lifetime


def _tiers(
    rng: np.random.Generator, signed_up: Ints, rate: Floats
) -> tuple[NDArray[np.int8], Ints]:
    """Keen customers upgrade more often, most of them long after sign-up."""
    reached = np.where(rng.random(len(rate)) < 0.3, 2, 1)
    upgrades = rng.random(len(rate)) < np.minimum(0.12 + 0.10 * rate, 0.6)
    delay = rng.exponential(120.0, len(rate)) * DAY_SECONDS
    upgraded = np.where(upgrades, signed_up + delay.astype(np.int64), NEVER)
    return np.where(upgrades, reached, 0).astype(np.int8), upgraded


def _tastes(rng: np.random.Generator, catalogue: Catalogue, size: int) -> NDArray[np.float32]:
    shares = catalogue.department_values("share")
    weights = np.stack(
        [rng.standard_gamma(9 * share / shares.sum(), size, np.float32) for share in shares], axis=1
    )
    weights += np.float32(1e-4)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def _favourites(
    rng: np.random.Generator, catalogue: Catalogue, taste: NDArray[np.float32]
) -> NDArray[np.int16]:
    found = np.empty((len(taste), settings.FAVOURITES), np.int16)
    weights = catalogue.popularity * (catalogue.launched < 0)
    for column in range(settings.FAVOURITES):
        department = choose_columns(taste, rng.random(len(taste)))
        found[:, column] = choose_products(
            weights, catalogue.bounds, department, rng.random(len(taste))
        )
    return found


def _person(rng: np.random.Generator, size: int) -> NDArray[np.int16]:
    lists = places()
    place = rng.choice(len(lists.cities), size, p=lists.shares)
    sizes = [len(part) for part in (lists.first_names, lists.last_names, lists.domains)]
    numbers = [rng.integers(0, count, size) for count in sizes]
    street = rng.integers(0, len(lists.streets), size)
    return np.stack([*numbers, place, street], axis=1).astype(np.int16)


def _cities(country: dict[str, Any]) -> int:
    return sum(len(cities) for cities in country["places"].values())
