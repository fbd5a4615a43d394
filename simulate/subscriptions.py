"""Delivery passes: who subscribes when, to which plan, for how long, and who comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulate.choice import choose_shares
from simulate.people import NEVER, Customers, stack
from simulate.randomness import Purpose, uniforms
from simulate.seasons import DAY_SECONDS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
PLANS = ("pass", "pass_plus", "pass_family")
PLAN_CENTS = np.array([499, 999, 1499])
PLAN_SHARES = (0.60, 0.30, 0.10)
SUBSCRIBES_SHARE, FIRST_DELAY_DAYS = 0.15, 60.0
MEAN_SPELL_DAYS, MIN_SPELL_DAYS = 170.0, 30.0
# What follows a spell; most of the others end, and some of them come back.
GROWS_SHARE, SHRINKS_SHARE, RETURNS_SHARE = 0.25, 0.10, 0.25
GAP_DAYS = (30.0, 120.0)
NOTICE_DAYS = 30.0
MAX_SPELLS = 6
# Numbers of the draws; each spell has its own.
SUBSCRIBES_DRAW, DELAY_DRAW, PLAN_DRAW, NOTICE_DRAW, SPELL_DRAWS = range(5)


@dataclass(frozen=True)
class Subscriptions:
    """Subscriptions as columns; an upgrade ends one and starts the next at the same moment.

    Attributes:
        customer: Index of the customer.
        spell: Number of the customer's subscription, from 1.
        plan: Index into PLANS.
        started: Seconds since the opening.
        ended: When, far in the future for those that go on.
    """

    customer: Ints
    spell: Ints
    plan: Ints
    started: Ints
    ended: Ints

    @property
    def amount(self) -> Ints:
        """Cents a month."""
        return PLAN_CENTS[self.plan]


def draw_subscriptions(seed: int, people: Customers) -> Subscriptions:
    """All subscriptions of some customers; a lost customer's last one ends within a month."""
    everybody = np.arange(len(people.left))
    chance = SUBSCRIBES_SHARE * np.minimum(people.rate, 2.0)
    customer = everybody[_draws(seed, everybody, SUBSCRIBES_DRAW) < chance]
    delay = -np.log1p(-_draws(seed, customer, DELAY_DRAW)) * FIRST_DELAY_DAYS
    started = people.signed_up[customer] + _seconds(1 + delay)
    notice = _seconds(NOTICE_DAYS * _draws(seed, customer, NOTICE_DRAW))
    last = people.left[customer] + notice
    plan = choose_shares(PLAN_SHARES, _draws(seed, customer, PLAN_DRAW))
    spells = []
    for spell in range(1, MAX_SPELLS + 1):
        starts = started < people.left[customer]
        customer, plan, started, last = (
            column[starts] for column in (customer, plan, started, last)
        )
        ended = started + _seconds(_spell_days(seed, customer, spell))
        spells.append(
            Subscriptions(
                customer, np.full(len(customer), spell), plan, started, np.minimum(ended, last)
            )
        )
        plan, started = _next(seed, customer, spell, plan, ended)
    return stack(spells)


def _next(seed: int, customer: Ints, spell: int, plan: Ints, ended: Ints) -> tuple[Ints, Ints]:
    """The plan and the start of what follows a spell, NEVER where nothing does."""
    draws = _draws(seed, customer, SPELL_DRAWS + 4 * spell)
    grows = (draws < GROWS_SHARE) & (plan < len(PLANS) - 1)
    shrinks = (draws >= GROWS_SHARE) & (draws < GROWS_SHARE + SHRINKS_SHARE) & (plan > 0)
    returns = _draws(seed, customer, SPELL_DRAWS + 4 * spell + 1) < RETURNS_SHARE
    low, high = GAP_DAYS
    gap = low + (high - low) * _draws(seed, customer, SPELL_DRAWS + 4 * spell + 2)
    comes_back = np.where(returns, ended + _seconds(gap), NEVER)
    goes_on = grows | shrinks
    return plan + grows - shrinks, np.where(goes_on, ended, comes_back)


def _spell_days(seed: int, customer: Ints, spell: int) -> Floats:
    draws = _draws(seed, customer, SPELL_DRAWS + 4 * spell + 3)
    return MIN_SPELL_DAYS - np.log1p(-draws) * MEAN_SPELL_DAYS


def _draws(seed: int, customer: Ints, column: int) -> Floats:
    return uniforms(seed, Purpose.SUBSCRIPTIONS, customer, column)


def _seconds(days: Floats) -> Ints:
    return np.asarray(days * DAY_SECONDS, np.int64)
