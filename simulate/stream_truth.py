"""What no model may read about campaigns, parcels, reviews, subscriptions and stock."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.campaigns import Campaign
from simulate.delays import CARRIERS
from simulate.inventory import mean_cover_days, stockout_shares
from simulate.marketing import campaign_id
from simulate.references import moments, product_id
from simulate.reviews import IN_TIME, LATE_ORDERS
from simulate.seasons import DAY_SECONDS
from simulate.settings import LATE_RETURN_FACTOR, VALID_SHARE
from simulate.window import Delivery
from simulate.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def campaign_truth(world: World) -> pd.DataFrame:
    """What each campaign does to valid orders while it lasts, per customer assigned.

    Both outcomes are known of every customer: with contact and without, given the true purchase
    rates and who is lost when.
    """
    days = np.array([(c.first_day, c.end_day) for c in world.campaigns], np.int64).reshape(-1, 2)
    outcomes = np.array([_outcomes(world, c) for c in world.campaigns]).reshape(-1, 4)
    with_contact, without, bought_with, bought_without = outcomes.T
    return pd.DataFrame(
        {
            "campaign_id": pd.array(
                [campaign_id(c.number) for c in world.campaigns], dtype="string"
            ),
            "effect_from": moments(world.opening, days[:, 0] * DAY_SECONDS),
            "effect_until": moments(world.opening, days[:, 1] * DAY_SECONDS),
            "lift": np.array([c.kind.lift for c in world.campaigns], np.float64),
            "holdout_share": np.array([c.kind.holdout_share for c in world.campaigns], np.float64),
            "assigned": np.array([len(c.audience) for c in world.campaigns], np.int64),
            "held_out": np.array([c.is_holdout.sum() for c in world.campaigns], np.int64),
            "orders_with_contact": with_contact,
            "orders_without_contact": without,
            "uplift_in_orders": with_contact - without,
            "buyers_with_contact": bought_with,
            "buyers_without_contact": bought_without,
            "uplift_in_buyers": bought_with - bought_without,
        }
    )


def carrier_truth() -> pd.DataFrame:
    """How often each carrier is late, and what lateness does to returns."""
    frame = pd.DataFrame([vars(carrier) for carrier in CARRIERS]).rename(
        columns={"name": "carrier"}
    )
    return frame.astype({"carrier": "string"}).assign(return_factor_if_late=LATE_RETURN_FACTOR)


def verdict_truth() -> pd.DataFrame:
    """How customers speak of what came in time and of what came late."""
    rows = [
        {"is_late": is_late, "order_share": verdicts.order_share, "line_share": verdicts.line_share}
        | {f"rating_{stars}_share": share for stars, share in enumerate(verdicts.ratings, 1)}
        for is_late, verdicts in ((False, IN_TIME), (True, LATE_ORDERS))
    ]
    return pd.DataFrame(rows)


def mrr_truth(delivery: Delivery) -> pd.DataFrame:
    """Monthly recurring revenue at the end of each calendar month, and how it came about.

    A customer who had subscribed before and not at the end of the last month is reactivated.
    """
    every, world = delivery.world.subscriptions, delivery.world
    months = _months(world.spec.start, delivery.until // DAY_SECONDS)
    size = len(world.customers.left)
    before, known = np.zeros(size, np.int64), np.zeros(size, bool)
    rows = []
    for _, end in months:
        runs = (every.started < end) & (every.ended >= end)
        now = np.bincount(every.customer[runs], every.amount[runs], size).astype(np.int64)
        change = now - before
        comes, goes = (before == 0) & (now > 0), (before > 0) & (now == 0)
        stays = (before > 0) & (now > 0)
        parts = [
            now.sum(),
            change[comes & ~known].sum(),
            change[comes & known].sum(),
            change[stays & (change > 0)].sum(),
            change[stays & (change < 0)].sum(),
            change[goes].sum(),
        ]
        rows.append([*(cents / 100 for cents in parts), int((now > 0).sum())])
        before, known = now, known | (now > 0)
    names = ["mrr", "new", "reactivated", "expansion", "contraction", "churned", "subscribers"]
    frame = pd.DataFrame(rows, columns=names).astype("float64").astype({"subscribers": "int64"})
    first_days = pd.Series([first for first, _ in months], dtype="object")
    frame.insert(0, "month", pd.to_datetime(first_days).dt.as_unit("s"))
    return frame


def inventory_truth(world: World) -> pd.DataFrame:
    """How often each product is out of stock, and for how long its stock lasts if it is not."""
    ids = [product_id(index) for index in range(world.catalogue.size)]
    return pd.DataFrame(
        {
            "product_id": pd.array(ids, dtype="string"),
            "stockout_share": stockout_shares(world),
            "mean_cover_days": mean_cover_days(world),
        }
    )


def _outcomes(world: World, campaign: Campaign) -> tuple[float, float, float, float]:
    """Mean orders and share of buyers, with contact and without."""
    people, audience = world.customers, campaign.audience
    if not len(audience):
        return 0.0, 0.0, 0.0, 0.0
    last_day = people.left[audience] // DAY_SECONDS
    exposure = np.zeros(len(audience))
    for day in range(campaign.first_day, campaign.end_day):
        exposure += np.where(last_day >= day, world.seasons.total[day], 0.0)
    without = people.rate[audience] * world.scale * VALID_SHARE * exposure
    with_contact = without * (1 + campaign.lifts(people, audience))
    bought_with, bought_without = 1 - np.exp(-with_contact), 1 - np.exp(-without)
    return (
        float(with_contact.mean()),
        float(without.mean()),
        float(bought_with.mean()),
        float(bought_without.mean()),
    )


def _months(start: date, until_day: int) -> list[tuple[date, int]]:
    """First day, and end in seconds since the opening, of the months that are over."""
    months: list[tuple[date, int]] = []
    first = start.replace(day=1)
    while True:
        following = (first + timedelta(days=32)).replace(day=1)
        end = (following - start).days
        if end > until_day:
            return months
        months.append((first, end * DAY_SECONDS))
        first = following
