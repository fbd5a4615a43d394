"""Rows of the stream campaign_touches: who was assigned, contacted, opened and clicked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.campaigns import Campaign
from simulate.people import stack
from simulate.randomness import Purpose, uniforms
from simulate.references import coded, moments
from simulate.seasons import DAY_SECONDS
from simulate.settings import DEFECTS, MAX_LATE_DAYS
from simulate.spoil import duplicates, releases, spoilt, stranger
from simulate.stream import DUPLICATE, LATE, Contact, Defect
from simulate.window import Delivery
from simulate.world import World

Ints = NDArray[np.int64]
TYPES = ("assigned", "sent", "opened", "clicked")
SENT_DRAW, OPENS_DRAW, OPENED_DRAW, CLICKS_DRAW = range(4)
SENDING_HOURS = (1.0, 3.0)
OPENS_SHARE, CLICKS_SHARE = 0.45, 0.25
MAX_OPENING_HOURS = 60.0
# Nothing is touched or handed out later than this after a campaign's start.
LAST_DAYS = 5 + MAX_LATE_DAYS
# Campaigns are written in groups of about this many customers.
GROUP_CUSTOMERS = 250_000

SELECT = """
  SELECT
    format('T{:04d}-{:08d}-{}', campaign, customer, type_number) AS touch_id,
    format('K{:04d}', campaign) AS campaign_id,
    format('C{:08d}', CASE WHEN is_unknown THEN strange_customer ELSE customer END)
      AS customer_id,
    touch_type::VARCHAR AS touch_type,
    is_holdout,
    touched_at::TIMESTAMP AS touched_at
  FROM frame
"""


@dataclass(frozen=True)
class Touches:
    """Touches as columns; `kind` is an index into TYPES."""

    campaign: Ints
    customer: Ints
    kind: Ints
    is_holdout: NDArray[np.bool_]
    time: Ints


def touch_groups(delivery: Delivery) -> list[list[Campaign]]:
    """The campaigns whose touches may be new, in groups."""
    groups: list[list[Campaign]] = []
    size = 0
    for campaign in delivery.world.campaigns:
        if (campaign.start_day + LAST_DAYS) * DAY_SECONDS < delivery.since:
            continue
        if not groups or size + len(campaign.audience) > GROUP_CUSTOMERS:
            groups.append([])
            size = 0
        groups[-1].append(campaign)
        size += len(campaign.audience)
    return groups or [[]]


def touch_rows(delivery: Delivery, campaigns: list[Campaign]) -> pd.DataFrame:
    """Touches since the last delivery."""
    world, seed = delivery.world, delivery.world.spec.seed
    touches = stack([_touches(world, campaign) for campaign in campaigns] or [_none()])
    key = (touches.campaign << 36) + (touches.customer << 2) + touches.kind
    due = np.flatnonzero(delivery.holds(releases(seed, Purpose.TOUCHES, key, touches.time)))
    key, time = key[due], touches.time[due]
    return pd.DataFrame(
        {
            "campaign": touches.campaign[due] + 1,
            "customer": touches.customer[due] + 1,
            "strange_customer": stranger(key),
            "type_number": touches.kind[due],
            "touch_type": coded(touches.kind[due], TYPES),
            "is_holdout": touches.is_holdout[due],
            "touched_at": moments(world.opening, time),
            "is_unknown": spoilt(seed, Purpose.TOUCHES, key, DEFECTS.unknown_recipient),
            "is_late": time < delivery.since,
            "duplicate": duplicates(seed, Purpose.TOUCHES, key),
        }
    )


def _touches(world: World, campaign: Campaign) -> Touches:
    """Those held out are assigned and no more; who is lost opens nothing."""
    seed, people = world.spec.seed, world.customers
    sent = campaign.treated
    key = (np.int64(campaign.number) << 32) + sent
    draws = [uniforms(seed, Purpose.TOUCHES, key, column) for column in range(CLICKS_DRAW + 1)]
    low, high = SENDING_HOURS
    sent_at = campaign.starts + _seconds(low + (high - low) * draws[SENT_DRAW])
    opened_at = sent_at + 300 + _seconds(MAX_OPENING_HOURS * draws[OPENED_DRAW] ** 3)
    opens = (draws[OPENS_DRAW] < OPENS_SHARE) & (people.left[sent] > opened_at)
    clicks = opens & (draws[CLICKS_DRAW] < CLICKS_SHARE * people.promo[sent])
    clicked_at = opened_at + 10 + (draws[SENT_DRAW] * 600).astype(np.int64)
    parts = [
        (campaign.audience, np.full(len(campaign.audience), campaign.starts)),
        (sent, sent_at),
        (sent[opens], opened_at[opens]),
        (sent[clicks], clicked_at[clicks]),
    ]
    sizes = [len(customers) for customers, _ in parts]
    held_out = np.zeros(sum(sizes), bool)
    held_out[: sizes[0]] = campaign.is_holdout
    return Touches(
        campaign=np.full(sum(sizes), campaign.number),
        customer=np.concatenate([customers for customers, _ in parts]),
        kind=np.repeat(np.arange(len(TYPES)), sizes),
        is_holdout=held_out,
        time=np.concatenate([times for _, times in parts]),
    )


def _none() -> Touches:
    nothing = np.zeros(0, np.int64)
    return Touches(nothing, nothing, nothing, nothing.astype(bool), nothing)


def _seconds(hours: NDArray[np.float64]) -> Ints:
    return np.asarray(hours * 3600, np.int64)


CAMPAIGN_TOUCHES = Contact(
    name="campaign_touches",
    key=("touch_id",),
    select=SELECT,
    rows=touch_rows,
    moment="touched_at",
    defects=(
        DUPLICATE,
        LATE,
        Defect("unknown_customer", "is_unknown", "format('C{:08d}', marked.customer)"),
    ),
)
