"""Rows of the stream web_sessions: the visit in which an order was placed, and a few others."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.choice import choose_shares
from simulate.orders import Orders, Portion
from simulate.randomness import Purpose, uniforms
from simulate.references import coded, moments
from simulate.seasons import DAY_SECONDS, seconds_of_day
from simulate.settings import CHANNELS, DEFECTS
from simulate.spoil import duplicates, releases, spoilt, stranger
from simulate.stream import DUPLICATE, LATE, Defect, Event
from simulate.window import Delivery
from simulate.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
COUNT_DRAW, TIME_DRAW, KIND_DRAW, VISITOR_DRAW, CHANNEL_DRAW, LOGIN_DRAW = range(6)
# Visits beside the one that ends in the order: none to five, all as likely, so 3.5 in all.
MAX_OTHERS = 5
VISITS_PER_ORDER = MAX_OTHERS + 1
LOGGED_IN_SHARE = 0.92
# Of the other visits: buyers who look where the order is, visitors nobody knows.
TRACKING_SHARE, ANONYMOUS_SHARE = 0.20, 0.40
TRACKING_DAYS = 4.0
LONGEST_PURCHASE_SECONDS = 2400
# Of visits, by channel in the order of CHANNELS: what brings buyers, what brings onlookers.
BUYERS_SHARES = (0.26, 0.18, 0.08, 0.27, 0.06, 0.11, 0.04)
ONLOOKERS_SHARES = (0.28, 0.19, 0.24, 0.14, 0.03, 0.06, 0.06)

SELECT = """
  SELECT
    format('W{:09d}-{}', number, visit) AS session_id,
    CASE WHEN customer > 0 THEN format('C{:08d}', customer) END AS customer_id,
    started_at::TIMESTAMP AS started_at,
    channel::VARCHAR AS channel,
    CASE WHEN visit = 0 THEN format('O{:09d}', number) END AS order_id
  FROM frame
"""


def session_rows(delivery: Delivery, portion: Portion) -> pd.DataFrame:
    """Visits since the last delivery."""
    orders, seed = portion.orders, delivery.world.spec.seed
    order, visit = _visits(seed, orders)
    key = orders.number[order] * VISITS_PER_ORDER + visit
    kind = uniforms(seed, Purpose.SESSIONS, key, KIND_DRAW)
    tracks, buys = (kind < TRACKING_SHARE) & (visit > 0), visit == 0
    started = _starts(seed, key, orders.ordered[order], tracks, buys)
    known = np.where(buys, np.maximum(orders.released[order], started), started)
    released = releases(seed, Purpose.SESSIONS, key, known)
    due = np.flatnonzero(delivery.holds(released))
    order, key, started, buys = order[due], key[due], started[due], buys[due]
    onlooker = (kind[due] < TRACKING_SHARE + ANONYMOUS_SHARE) & ~tracks[due]
    customer = np.where(
        tracks[due] | buys,
        _buyers(seed, key, orders.customer[order], buys),
        np.where(onlooker, 0, _strollers(delivery.world, key, started)),
    )
    is_unknown = (customer > 0) & spoilt(seed, Purpose.SESSIONS, key, DEFECTS.unknown_visitor)
    names = [channel.name for channel in CHANNELS]
    return pd.DataFrame(
        {
            "number": orders.number[order],
            "visit": visit[due],
            "customer": np.where(is_unknown, stranger(key), customer),
            "known_customer": customer,
            "started_at": moments(delivery.world.opening, started),
            "channel": coded(_channels(seed, key, buys), names),
            "is_unknown": is_unknown,
            "is_late": started < delivery.since,
            "duplicate": duplicates(seed, Purpose.SESSIONS, key),
        }
    )


def _visits(seed: int, orders: Orders) -> tuple[Ints, Ints]:
    """The order and the number of each visit; visit 0 is the one that ends in the order."""
    draws = uniforms(seed, Purpose.SESSIONS, orders.number, COUNT_DRAW)
    count = 1 + (draws * (MAX_OTHERS + 1)).astype(np.int64)
    order = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return order, np.arange(len(order)) - before[order]


def _starts(seed: int, key: Ints, ordered: Ints, tracks: Bools, buys: Bools) -> Ints:
    """Purchases begin before the order on its day, tracking after it, all else on its day."""
    draws = uniforms(seed, Purpose.SESSIONS, key, TIME_DRAW)
    midnight = ordered // DAY_SECONDS * DAY_SECONDS
    purchase = ordered - (60 + draws * LONGEST_PURCHASE_SECONDS).astype(np.int64)
    tracking = ordered + 3600 + (draws * TRACKING_DAYS * DAY_SECONDS).astype(np.int64)
    stroll = midnight + seconds_of_day(draws)
    return np.where(buys, np.maximum(purchase, midnight), np.where(tracks, tracking, stroll))


def _buyers(seed: int, key: Ints, customer: Ints, buys: Bools) -> Ints:
    """Who places an order is not always logged in; who tracks one is."""
    logged_in = uniforms(seed, Purpose.SESSIONS, key, LOGIN_DRAW) < LOGGED_IN_SHARE
    return np.where(logged_in | ~buys, customer + 1, 0)


def _strollers(world: World, key: Ints, started: Ints) -> Ints:
    """Customers who look around; those who are lost do not, a stranger comes in their place."""
    people = world.customers
    midnight = started // DAY_SECONDS * DAY_SECONDS
    known = np.searchsorted(people.signed_up, midnight)
    draws = uniforms(world.spec.seed, Purpose.SESSIONS, key, VISITOR_DRAW)
    index = np.minimum((draws * known).astype(np.int64), np.maximum(known - 1, 0))
    comes = (known > 0) & (people.left[index] > started)
    return np.where(comes, index + 1, 0)


def _channels(seed: int, key: Ints, buys: Bools) -> Ints:
    draws = uniforms(seed, Purpose.SESSIONS, key, CHANNEL_DRAW)
    return np.where(
        buys, choose_shares(BUYERS_SHARES, draws), choose_shares(ONLOOKERS_SHARES, draws)
    )


WEB_SESSIONS = Event(
    name="web_sessions",
    key=("session_id",),
    select=SELECT,
    rows=session_rows,
    moment="started_at",
    defects=(
        DUPLICATE,
        LATE,
        Defect("unknown_customer", "is_unknown", "format('C{:08d}', marked.known_customer)"),
    ),
)
