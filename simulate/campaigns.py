"""Campaigns: when they run, whom they reach, who is held out, and how much they raise orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulate.people import Customers
from simulate.randomness import Purpose, uniforms
from simulate.seasons import DAY_SECONDS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# One campaign in each period, so that no two overlap: the longest with its shift is shorter.
FIRST_DAY, PERIOD_DAYS, MAX_SHIFT_DAYS = 25, 45, 13
START_SECONDS = 7 * 3600
REACH_DRAW, HOLDOUT_DRAW = range(2)


@dataclass(frozen=True)
class CampaignKind:
    """What a campaign is like.

    Attributes:
        name: As in campaign_name, before its number.
        channel: How customers are reached.
        objective: What it is for.
        days: How long its effect lasts, from the day after the start.
        lift: By how much it raises the purchase rate of a customer of average promotion fondness.
        reach: Share of the customers who agreed to marketing that are assigned to it.
        holdout_share: Of the assigned, at random; they are never contacted.
        contact_cents: Cost of a contact.
    """

    name: str
    channel: str
    objective: str
    days: int
    lift: float
    reach: float
    holdout_share: float
    contact_cents: float


KINDS = (
    CampaignKind("Win-back voucher", "email", "reactivation", 14, 0.60, 0.70, 0.30, 18.0),
    CampaignKind("Fresh recipes", "email", "cross_sell", 10, 0.25, 0.50, 0.30, 6.0),
    CampaignKind("Free delivery week", "push", "frequency", 7, 0.45, 0.60, 0.40, 9.0),
    CampaignKind("Brand story", "email", "awareness", 10, 0.0, 0.50, 0.30, 5.0),
    CampaignKind("Seasonal offers", "email", "revenue", 14, 0.35, 0.80, 0.25, 12.0),
    CampaignKind("App reminder", "push", "frequency", 10, 0.12, 0.60, 0.30, 2.0),
)


@dataclass(frozen=True)
class Campaign:
    """A campaign with its audience.

    Attributes:
        number: From 0.
        kind: What it is like.
        start_day: When customers are assigned and contacted.
        audience: Indices of the customers assigned, ascending.
        is_holdout: Which of them are never contacted.
    """

    number: int
    kind: CampaignKind
    start_day: int
    audience: Ints
    is_holdout: Bools

    @property
    def starts(self) -> int:
        """Seconds since the opening."""
        return self.start_day * DAY_SECONDS + START_SECONDS

    @property
    def first_day(self) -> int:
        """First day with an effect."""
        return self.start_day + 1

    @property
    def end_day(self) -> int:
        """First day without an effect any more."""
        return self.first_day + self.kind.days

    @property
    def treated(self) -> Ints:
        """Indices of the customers contacted."""
        return self.audience[~self.is_holdout]

    def lifts(self, people: Customers, customers: Ints) -> Floats:
        """By how much it raises the purchase rates of customers it reaches."""
        return self.kind.lift * people.promo[customers].astype(np.float64)


def start_day(seed: int, number: int) -> int:
    """When a campaign starts."""
    shift = uniforms(seed, Purpose.CAMPAIGNS, np.array([number]))[0] * (MAX_SHIFT_DAYS + 1)
    return FIRST_DAY + PERIOD_DAYS * number + int(shift)


def kind_of(number: int) -> CampaignKind:
    """What a campaign is like: the kinds take turns."""
    return KINDS[number % len(KINDS)]


def draw_campaigns(
    seed: int, people: Customers, erased: Ints, until_day: int
) -> tuple[Campaign, ...]:
    """The campaigns that start before a day.

    Assigned are customers who signed up before, agreed to marketing and have not asked to be
    erased; whether they are still customers is not known to the shop.
    """
    last = max(until_day - FIRST_DAY, 0) // PERIOD_DAYS + 1
    starts = [(number, start_day(seed, number)) for number in range(last)]
    return tuple(
        _draw(seed, people, erased, number, start) for number, start in starts if start < until_day
    )


def active_campaign(campaigns: tuple[Campaign, ...], day: int) -> Campaign | None:
    """The campaign whose effect is felt on a day."""
    number = (day - FIRST_DAY) // PERIOD_DAYS
    if not 0 <= number < len(campaigns):
        return None
    campaign = campaigns[number]
    return campaign if campaign.first_day <= day < campaign.end_day else None


def campaign_demand(campaigns: tuple[Campaign, ...], people: Customers, days: int) -> Floats:
    """What campaigns add to the sum of purchase rates, per day."""
    added = np.zeros(days)
    for campaign in campaigns:
        treated = campaign.treated
        rates = people.rate[treated] * campaign.lifts(people, treated)
        last_day = people.left[treated] // DAY_SECONDS
        for day in range(campaign.first_day, min(campaign.end_day, days)):
            added[day] = rates[last_day >= day].sum()
    return added


def expected_lift(seed: int, days: int) -> Floats:
    """The lift of a customer who agreed to marketing, per day, before it is known who is chosen."""
    lift = np.zeros(days)
    for number in range(days // PERIOD_DAYS + 1):
        kind, first = kind_of(number), start_day(seed, number) + 1
        lift[first : first + kind.days] = kind.lift * kind.reach * (1 - kind.holdout_share)
    return lift


def _draw(seed: int, people: Customers, erased: Ints, number: int, start: int) -> Campaign:
    kind, opening = kind_of(number), start * DAY_SECONDS
    known = np.arange(int(np.searchsorted(people.signed_up, opening)))
    key = (np.int64(number) << 32) + known
    is_reached = uniforms(seed, Purpose.AUDIENCES, key, REACH_DRAW) < kind.reach
    is_reached &= people.consent[known] & (erased[known] >= opening)
    audience, key = known[is_reached], key[is_reached]
    is_holdout = uniforms(seed, Purpose.AUDIENCES, key, HOLDOUT_DRAW) < kind.holdout_share
    return Campaign(number, kind, start, audience, is_holdout)
