"""Rows of the stream reviews: what customers say, worse and more often of what came late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.choice import choose_shares
from simulate.orders import Portion
from simulate.people import NEVER
from simulate.randomness import Purpose, uniforms
from simulate.references import moments
from simulate.seasons import DAY_SECONDS
from simulate.settings import DEFECTS
from simulate.spoil import OTHER_DEFECT_DRAW, duplicates, releases, spoilt
from simulate.stream import DUPLICATE, LATE, Defect, Event
from simulate.window import Delivery

Ints = NDArray[np.int64]
WRITES_DRAW, RATING_DRAW, WAIT_DRAW, REVISES_DRAW, REVISION_DRAW = range(5)
MIN_WAIT_DAYS, EXTRA_WAIT_DAYS = 0.5, 14.0
REVISED_SHARE, REVISION_DAYS = 0.05, 20.0
# A number for each line of each order; 0 is the order as a whole.
LINES_PER_ORDER = 128


@dataclass(frozen=True)
class Verdicts:
    """How customers speak of orders that came in time, or late.

    Attributes:
        order_share: Of delivered orders that are reviewed as a whole.
        line_share: Of delivered lines that are reviewed.
        ratings: Shares of 1 to 5 stars when first written.
    """

    order_share: float
    line_share: float
    ratings: tuple[float, ...]


IN_TIME = Verdicts(0.10, 0.025, (0.03, 0.04, 0.10, 0.28, 0.55))
LATE_ORDERS = Verdicts(0.22, 0.040, (0.24, 0.22, 0.22, 0.18, 0.14))

SELECT = """
  SELECT
    format('V{:09d}-{:02d}', number, line_number) AS review_id,
    format('O{:09d}', CASE WHEN is_unknown THEN 990000000 + number % 9999999 ELSE number END)
      AS order_id,
    CASE WHEN line_number > 0 THEN format('P{:05d}', product) END AS product_id,
    rating,
    created_at::TIMESTAMP AS created_at,
    updated_at::TIMESTAMP AS updated_at,
    helpful_votes
  FROM frame
"""


def review_rows(delivery: Delivery, portion: Portion) -> pd.DataFrame:
    """Reviews written or revised since the last delivery, of orders and of their products."""
    lines, size = portion.lines, len(portion.orders.number)
    orders = _reviews(delivery, portion, np.arange(size), np.zeros(size, np.int64))
    products = _reviews(delivery, portion, lines.order, lines.number)
    product = lines.product[products.pop("index").to_numpy()] + 1
    orders = orders.drop(columns="index").assign(product=np.int64(0))
    return pd.concat([orders, products.assign(product=product)], ignore_index=True)


def _reviews(delivery: Delivery, portion: Portion, order: Ints, line_number: Ints) -> pd.DataFrame:
    """Reviews of orders (line 0) or of lines."""
    seed = delivery.world.spec.seed
    index = _written(seed, portion, order, line_number)
    order, line_number = order[index], line_number[index]
    orders = portion.orders
    key = orders.number[order] * LINES_PER_ORDER + line_number
    wait = MIN_WAIT_DAYS + EXTRA_WAIT_DAYS * uniforms(seed, Purpose.REVIEWS, key, WAIT_DRAW)
    created = orders.delivered[order] + (wait * DAY_SECONDS).astype(np.int64)
    revised = _revised(seed, key, created)
    is_revised = revised < delivery.until
    updated = np.where(is_revised, revised, created)
    released = releases(seed, Purpose.REVIEWS, key, np.maximum(created, orders.released[order]))
    due = np.flatnonzero(delivery.holds(np.maximum(updated, released)))
    key, created, order = key[due], created[due], order[due]
    rating = _ratings(seed, key, orders.is_late[order], is_revised[due])
    is_wrong = spoilt(seed, Purpose.REVIEWS, key, DEFECTS.wrong_rating)
    is_new = delivery.holds(np.maximum(created, released[due]))
    opening = delivery.world.opening
    return pd.DataFrame(
        {
            "index": index[due],
            "number": orders.number[order],
            "line_number": line_number[due],
            "rating": np.where(is_wrong, np.where(rating < 4, 0, 6), rating),
            "created_at": moments(opening, created),
            "updated_at": moments(opening, updated[due]),
            "helpful_votes": key % 7,
            "is_wrong": is_wrong,
            "is_unknown": spoilt(
                seed, Purpose.REVIEWS, key, DEFECTS.unknown_order, OTHER_DEFECT_DRAW
            ),
            "is_new": is_new,
            "is_late": is_new & (created < delivery.since),
            "duplicate": duplicates(seed, Purpose.REVIEWS, key) & is_new,
        }
    )


def _written(seed: int, portion: Portion, order: Ints, line_number: Ints) -> Ints:
    """Which of some orders or lines are reviewed."""
    orders = portion.orders
    key = orders.number[order] * LINES_PER_ORDER + line_number
    shares = np.array([_shares(IN_TIME), _shares(LATE_ORDERS)])
    chance = shares[orders.is_late.astype(np.int64)[order], np.minimum(line_number, 1)]
    writes = uniforms(seed, Purpose.REVIEWS, key, WRITES_DRAW) < chance
    return np.flatnonzero(writes & (orders.delivered[order] < NEVER))


def _shares(verdicts: Verdicts) -> tuple[float, float]:
    return verdicts.order_share, verdicts.line_share


def _revised(seed: int, key: Ints, created: Ints) -> Ints:
    """When reviews are revised."""
    revises = uniforms(seed, Purpose.REVIEWS, key, REVISES_DRAW) < REVISED_SHARE
    wait = (1 + REVISION_DAYS * uniforms(seed, Purpose.REVIEWS, key, REVISION_DRAW)) * DAY_SECONDS
    return np.where(revises, created + wait.astype(np.int64), NEVER)


def _ratings(
    seed: int, key: Ints, is_late: NDArray[np.bool_], is_revised: NDArray[np.bool_]
) -> Ints:
    """Stars; who revises gives one more, or one less than five."""
    draws = uniforms(seed, Purpose.REVIEWS, key, RATING_DRAW)
    first = 1 + np.where(
        is_late,
        choose_shares(LATE_ORDERS.ratings, draws),
        choose_shares(IN_TIME.ratings, draws),
    )
    return np.where(is_revised, np.where(first < 5, first + 1, 4), first)


REVIEWS = Event(
    name="reviews",
    key=("review_id",),
    select=SELECT,
    rows=review_rows,
    defects=(
        DUPLICATE,
        LATE,
        Defect("rating_out_of_range", "is_wrong AND is_new", "delivered.rating"),
        Defect("unknown_order", "is_unknown AND is_new", "format('O{:09d}', marked.number)"),
    ),
    extra_columns=("helpful_votes",),
)
