"""Rows of the streams campaigns and marketing_spend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.campaigns import Campaign
from simulate.people import arrival_curve
from simulate.randomness import Purpose, uniforms
from simulate.references import moments
from simulate.seasons import DAY_SECONDS
from simulate.settings import CHANNELS, DEFECTS
from simulate.spoil import duplicates, releases, spoilt
from simulate.stream import DUPLICATE, LATE, NEGATIVE, Reference
from simulate.window import Delivery

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NO_CAMPAIGN = "none"
QUARTER_DAYS = 91
# Budgets: what all contacts cost and something for the idea, in whole tens.
BUDGET_MARGIN, IDEA_CENTS = 1.2, 20_000
RAISED_SHARE, RAISE, RAISE_AFTER_SECONDS = 0.35, 1.25, int(3.2 * DAY_SECONDS)
SPENT_RANGE = (0.80, 1.02)
RAISED_DRAW, SPENT_DRAW, DAY_DRAW, CLICK_DRAW = range(1, 5)
CLICKED_SHARE = 0.021


@dataclass(frozen=True)
class Acquisition:
    """What the shop spends all the time to win customers through a channel.

    Attributes:
        channel: One of settings.CHANNELS.
        cents: Per expected sign-up of the channel.
        campaign_id: Its campaign that has no end; 'none' where the spend belongs to none.
        campaign_name: Its name.
        impression_cents: What showing it once costs.
    """

    channel: str
    cents: float
    campaign_id: str
    campaign_name: str
    impression_cents: float


ACQUISITION = (
    Acquisition("paid_search", 950.0, "A0001", "Search ads", 2.2),
    Acquisition("social", 720.0, "A0002", "Social ads", 0.6),
    Acquisition("referral", 480.0, NO_CAMPAIGN, "", 20.0),
    Acquisition("affiliate", 560.0, NO_CAMPAIGN, "", 1.4),
)
ENDLESS = tuple(entry for entry in ACQUISITION if entry.campaign_id != NO_CAMPAIGN)

CAMPAIGNS_SELECT = """
  SELECT
    campaign_id, campaign_name, channel, objective, starts_at::TIMESTAMP AS starts_at,
    ends_at::TIMESTAMP AS ends_at, (budget * 0.01)::DECIMAL(18, 2) AS budget_amount,
    updated_at::TIMESTAMP AS updated_at, 'Studio ' || left(campaign_id, 1) AS agency
  FROM frame
"""
SPEND_SELECT = """
  SELECT
    spent_at::DATE AS spend_date,
    channel,
    campaign_id,
    ((CASE WHEN is_negative THEN -amount ELSE amount END) * 0.01)::DECIMAL(18, 2) AS spend_amount,
    impressions,
    clicks
  FROM frame
"""


def campaign_rows(delivery: Delivery) -> pd.DataFrame:
    """Campaigns that have started or whose budget has changed since the last delivery."""
    rows = [_endless(delivery, entry) for entry in ENDLESS]
    rows += [_addressed(delivery, campaign) for campaign in delivery.world.campaigns]
    names = ["campaign_id", "campaign_name", "channel", "objective"]
    frame = pd.DataFrame(rows, columns=[*names, "starts", "ends", "budget", "updated"])
    frame = frame[delivery.holds(frame["updated"].to_numpy(np.int64))].reset_index(drop=True)
    frame = frame.astype(dict.fromkeys(names, "string"))
    opening = delivery.world.opening
    ends = frame["ends"].to_numpy(np.int64)
    ends_at = np.where(ends > 0, moments(opening, ends), np.datetime64("NaT"))
    return frame.assign(
        starts_at=moments(opening, frame["starts"].to_numpy(np.int64)),
        ends_at=ends_at.astype("datetime64[s]"),
        updated_at=moments(opening, frame["updated"].to_numpy(np.int64)),
    )


def spend_rows(delivery: Delivery) -> pd.DataFrame:
    """Spend per day, channel and campaign, reported since the last delivery."""
    seed, campaigns = delivery.world.spec.seed, delivery.world.campaigns
    frames = [_acquisition(delivery, number) for number in range(len(ACQUISITION))]
    frames += [_campaign_spend(delivery, campaign) for campaign in campaigns]
    frame = pd.concat(frames, ignore_index=True)
    key, day = frame["key"].to_numpy(), frame["day"].to_numpy()
    released = releases(seed, Purpose.SPEND, key, day * DAY_SECONDS)
    due = delivery.holds(released) & (day < delivery.until // DAY_SECONDS)
    frame = frame[due].reset_index(drop=True)
    key, spent = key[due], day[due] * DAY_SECONDS
    draws = uniforms(seed, Purpose.SPEND, key, CLICK_DRAW)
    return frame.assign(
        spent_at=moments(delivery.world.opening, spent),
        clicks=np.rint(frame["impressions"] * CLICKED_SHARE * (0.5 + draws)).astype(np.int64),
        is_negative=spoilt(seed, Purpose.SPEND, key, DEFECTS.negative_spend),
        is_new=True,
        is_late=spent < delivery.since,
        duplicate=duplicates(seed, Purpose.SPEND, key),
    )


def campaign_id(number: int) -> str:
    """The id of a campaign."""
    return f"K{number + 1:04d}"


def final_budget(seed: int, campaign: Campaign) -> int:
    """The budget in cents after a raise, if there was one."""
    return int(first_budget(campaign) * (RAISE if _is_raised(seed, campaign) else 1))


def first_budget(campaign: Campaign) -> int:
    """The budget at the start, in cents."""
    contacts = len(campaign.treated) * campaign.kind.contact_cents
    return round((contacts * BUDGET_MARGIN + IDEA_CENTS) / 1000) * 1000


def _is_raised(seed: int, campaign: Campaign) -> bool:
    number = np.array([campaign.number])
    return bool(uniforms(seed, Purpose.CAMPAIGNS, number, RAISED_DRAW)[0] < RAISED_SHARE)


def _addressed(delivery: Delivery, campaign: Campaign) -> tuple[object, ...]:
    """A campaign to customers; some are given a higher budget after a few days."""
    seed = delivery.world.spec.seed
    raised = campaign.starts + RAISE_AFTER_SECONDS
    is_raised = _is_raised(seed, campaign) and raised < delivery.until
    budget = final_budget(seed, campaign) if is_raised else first_budget(campaign)
    kind = campaign.kind
    return (
        campaign_id(campaign.number),
        f"{kind.name} no. {campaign.number + 1}",
        kind.channel,
        kind.objective,
        campaign.starts,
        campaign.end_day * DAY_SECONDS,
        budget,
        raised if is_raised else campaign.starts,
    )


def _endless(delivery: Delivery, entry: Acquisition) -> tuple[object, ...]:
    """A campaign without an end, with a new budget each quarter."""
    quarter = (delivery.until - 1) // DAY_SECONDS // QUARTER_DAYS
    expected = _sign_ups(delivery, entry, (quarter + 1) * QUARTER_DAYS)
    budget = expected[quarter * QUARTER_DAYS :].sum() * entry.cents
    return (
        entry.campaign_id,
        entry.campaign_name,
        entry.channel,
        "acquisition",
        0,
        0,
        round(budget / 1000) * 1000,
        quarter * QUARTER_DAYS * DAY_SECONDS,
    )


def _sign_ups(delivery: Delivery, entry: Acquisition, days: int) -> Floats:
    """Sign-ups a day that a channel may expect."""
    spec = delivery.world.spec
    share = next(channel.share for channel in CHANNELS if channel.name == entry.channel)
    curve = arrival_curve(spec, max(days, spec.days))
    return np.asarray(curve[:days] / curve[: spec.days].sum() * spec.customers * share)


def _acquisition(delivery: Delivery, number: int) -> pd.DataFrame:
    entry, day = ACQUISITION[number], np.arange(delivery.until // DAY_SECONDS)
    key = day * len(ACQUISITION) + number
    draws = uniforms(delivery.world.spec.seed, Purpose.SPEND, key, DAY_DRAW)
    cents = _sign_ups(delivery, entry, len(day)) * entry.cents * (0.75 + 0.5 * draws)
    return _spend(key, day, entry.channel, entry.campaign_id, cents, entry.impression_cents)


def _campaign_spend(delivery: Delivery, campaign: Campaign) -> pd.DataFrame:
    """Most of the budget is spent on the first days."""
    seed, length = delivery.world.spec.seed, campaign.kind.days + 1
    low, high = SPENT_RANGE
    number = np.array([campaign.number])
    share = low + (high - low) * uniforms(seed, Purpose.CAMPAIGNS, number, SPENT_DRAW)[0]
    weights = np.exp(-np.arange(length) / 3.0)
    cents = final_budget(seed, campaign) * share * weights / weights.sum()
    day = campaign.start_day + np.arange(length)
    key = (np.int64(campaign.number + 1) << 32) + day
    name, kind = campaign_id(campaign.number), campaign.kind
    return _spend(key, day, kind.channel, name, cents, kind.contact_cents)


def _spend(
    key: Ints, day: Ints, channel: str, campaign: str, cents: Floats, impression_cents: float
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "key": key,
            "day": day,
            "channel": pd.array([channel] * len(day), dtype="string"),
            "campaign_id": pd.array([campaign] * len(day), dtype="string"),
            "amount": np.rint(cents).astype(np.int64),
            "impressions": np.rint(cents / impression_cents).astype(np.int64),
        }
    )


CAMPAIGNS = Reference(
    name="campaigns",
    key=("campaign_id",),
    select=CAMPAIGNS_SELECT,
    rows=campaign_rows,
    extra_columns=("agency",),
)
MARKETING_SPEND = Reference(
    name="marketing_spend",
    key=("spend_date", "channel", "campaign_id"),
    select=SPEND_SELECT,
    rows=spend_rows,
    moment="spend_date",
    defects=(DUPLICATE, LATE, NEGATIVE),
)
