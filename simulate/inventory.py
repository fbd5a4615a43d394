"""Rows of the stream inventory: stock is counted once a week; how often it is out is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate import settings
from simulate.randomness import Purpose, uniforms
from simulate.references import moments
from simulate.seasons import DAY_SECONDS
from simulate.settings import DEFECTS
from simulate.spoil import duplicates, releases, spoilt
from simulate.stream import DUPLICATE, LATE, Defect, Reference
from simulate.window import Delivery
from simulate.world import World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
COUNT_DAYS, COUNT_SECONDS = 7, 5 * 3600
DEMAND_DAYS = 28
STOCKOUT_DRAW, COVER_DRAW, SHARE_DRAW, MEAN_DRAW = range(4)
MIN_STOCKOUT_SHARE, EXTRA_STOCKOUT_SHARE = 0.005, 0.08
MIN_COVER_DAYS, EXTRA_COVER_DAYS = 8.0, 30.0

SELECT = """
  SELECT
    format('P{:05d}', product) AS product_id,
    snapshot_at::TIMESTAMP AS snapshot_at,
    CASE WHEN is_wrong THEN -1 - quantity ELSE quantity END AS quantity_on_hand
  FROM frame
"""


def inventory_rows(delivery: Delivery) -> pd.DataFrame:
    """Counts since the last delivery, of the products on sale."""
    world, seed = delivery.world, delivery.world.spec.seed
    first = max(0, delivery.since // DAY_SECONDS - settings.MAX_LATE_DAYS - COUNT_DAYS)
    days = np.arange(-(-first // COUNT_DAYS) * COUNT_DAYS, world.until_day, COUNT_DAYS)
    counts = [_count(world, int(day)) for day in days]
    product = np.concatenate([np.zeros(0, np.int64), *(products for products, _ in counts)])
    quantity = np.concatenate([np.zeros(0, np.int64), *(units for _, units in counts)])
    day = np.repeat(days, [len(products) for products, _ in counts])
    time, key = day * DAY_SECONDS + COUNT_SECONDS, day * world.catalogue.size + product
    due = np.flatnonzero(delivery.holds(releases(seed, Purpose.INVENTORY, key, time)))
    key = key[due]
    return pd.DataFrame(
        {
            "product": product[due] + 1,
            "snapshot_at": moments(world.opening, time[due]),
            "quantity": quantity[due],
            "is_wrong": spoilt(seed, Purpose.INVENTORY, key, DEFECTS.negative_stock),
            "is_late": time[due] < delivery.since,
            "duplicate": duplicates(seed, Purpose.INVENTORY, key),
        }
    )


def stockout_shares(world: World) -> Floats:
    """How often each product is found to be out of stock."""
    product = np.arange(world.catalogue.size)
    draws = uniforms(world.spec.seed, Purpose.INVENTORY, product, SHARE_DRAW)
    return MIN_STOCKOUT_SHARE + EXTRA_STOCKOUT_SHARE * draws**2


def mean_cover_days(world: World) -> Floats:
    """For how many days of demand each product's stock lasts on average, if there is some."""
    product = np.arange(world.catalogue.size)
    draws = uniforms(world.spec.seed, Purpose.INVENTORY, product, MEAN_DRAW)
    return MIN_COVER_DAYS + EXTRA_COVER_DAYS * draws


def daily_demand(world: World, day: int) -> Floats:
    """Units a day that each product may expect, by the orders of the last weeks."""
    catalogue, (first, last) = world.catalogue, (max(0, day - DEMAND_DAYS), max(day, 1))
    orders = (world.first_orders + world.repeat_orders)[first:last].mean()
    weights = catalogue.popularity * catalogue.on_sale(day)
    share = catalogue.department_values("share")[catalogue.department]
    share = share / catalogue.department_values("share").sum()
    in_department = np.bincount(catalogue.department, weights)[catalogue.department]
    units = (1 + settings.EXTRA_LINES) * (1 + settings.EXTRA_UNITS)
    return np.asarray(orders * units * share * weights / in_department, np.float64)


def _count(world: World, day: int) -> tuple[Ints, Ints]:
    """The products on sale and their stock: between nothing and twice the mean, at random."""
    seed, product = world.spec.seed, np.flatnonzero(world.catalogue.on_sale(day))
    key = day * world.catalogue.size + product
    is_out = uniforms(seed, Purpose.INVENTORY, key, STOCKOUT_DRAW) < stockout_shares(world)[product]
    cover = 2 * uniforms(seed, Purpose.INVENTORY, key, COVER_DRAW) * mean_cover_days(world)[product]
    units = np.ceil(daily_demand(world, day)[product] * cover).astype(np.int64)
    return product, np.where(is_out, 0, np.maximum(units, 1))


INVENTORY = Reference(
    name="inventory",
    key=("product_id", "snapshot_at"),
    select=SELECT,
    rows=inventory_rows,
    moment="snapshot_at",
    defects=(DUPLICATE, LATE, Defect("negative_quantity", "is_wrong", "marked.quantity")),
)
