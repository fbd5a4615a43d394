"""Rows of the stream shipments: parcels, one in a few orders comes in two."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.delays import CARRIERS, SPLIT_DRAW, carriers
from simulate.orders import Orders, Portion
from simulate.people import NEVER, places
from simulate.randomness import Purpose, uniforms
from simulate.references import coded, known_moments, moments
from simulate.seasons import DAY_SECONDS
from simulate.settings import DEFECTS
from simulate.spoil import duplicates, spoilt
from simulate.stream import DUPLICATE, LATE, Defect, Event
from simulate.window import Delivery

Ints = NDArray[np.int64]
SPLIT_SHARE = 0.03
# The first of two parcels is on its way for this part of the time.
FIRST_PARCEL_PACE = 0.6

SELECT = """
  SELECT
    format('S{:09d}-{}', number, parcel) AS shipment_id,
    format('O{:09d}', number) AS order_id,
    shipped_at::TIMESTAMP AS shipped_at,
    promised_at::TIMESTAMP AS promised_at,
    delivered_at::TIMESTAMP AS delivered_at,
    carrier::VARCHAR AS carrier,
    region::VARCHAR AS region,
    updated_at::TIMESTAMP AS updated_at
  FROM frame
"""


def shipment_rows(delivery: Delivery, portion: Portion) -> pd.DataFrame:
    """Parcels that were announced, sent or brought since the last delivery."""
    orders, world = portion.orders, delivery.world
    frames = [_parcels(delivery, orders, number) for number in (1, 2)]
    due = np.concatenate([frame["index"].to_numpy() for frame in frames])
    frame = pd.concat(frames, ignore_index=True).drop(columns="index")
    lists = places()
    place = world.customers.person[orders.customer[due], 3].astype(np.int64)
    number = orders.number[due]
    key = number * 2 + frame["parcel"].to_numpy()
    frame["number"] = number
    frame["carrier"] = coded(carriers(world.spec.seed, number), [c.name for c in CARRIERS])
    frame["region"] = coded(place, lists.states)
    seed, is_new = world.spec.seed, frame["is_new"].to_numpy()
    frame["duplicate"] = duplicates(seed, Purpose.SHIPMENTS, key) & is_new
    return frame


def _parcels(delivery: Delivery, orders: Orders, parcel: int) -> pd.DataFrame:
    """The first or the second parcels, as far as the delivery knows them."""
    seed = delivery.world.spec.seed
    is_split = uniforms(seed, Purpose.SHIPMENTS, orders.number, SPLIT_DRAW) < SPLIT_SHARE
    took = np.where(orders.delivered < NEVER, orders.delivered - orders.shipped, 0)
    early = orders.shipped + (took * FIRST_PARCEL_PACE).astype(np.int64)
    is_first_of_two = is_split & (orders.delivered < NEVER) & (parcel == 1)
    delivered = np.where(is_first_of_two, early, orders.delivered)
    updated = orders.paid.copy()
    for times in (orders.shipped, delivered):
        updated = np.where(times < delivery.until, times, updated)
    exists = (orders.paid < NEVER) & (is_split | (parcel == 1))
    due = np.flatnonzero(exists & delivery.holds(np.maximum(updated, orders.released)))
    paid, shipped, delivered = orders.paid[due], orders.shipped[due], delivered[due]
    has_come = delivered < delivery.until
    key = orders.number[due] * 2 + parcel
    is_wrong = spoilt(seed, Purpose.SHIPMENTS, key, DEFECTS.delivered_before_shipped) & has_come
    is_new = delivery.holds(np.maximum(paid, orders.released[due]))
    opening = delivery.world.opening
    return pd.DataFrame(
        {
            "index": due,
            "parcel": parcel,
            "shipped_at": known_moments(delivery, shipped),
            "promised_at": moments(opening, orders.promised[due]),
            "delivered_at": known_moments(
                delivery, np.where(is_wrong, shipped - DAY_SECONDS, delivered)
            ),
            "updated_at": moments(opening, updated[due]),
            "is_wrong": is_wrong,
            "is_new": is_new,
            "is_late": is_new & (paid < delivery.since),
        }
    )


SHIPMENTS = Event(
    name="shipments",
    key=("shipment_id",),
    select=SELECT,
    rows=shipment_rows,
    defects=(
        DUPLICATE,
        LATE,
        Defect("delivered_before_shipped", "is_wrong", "delivered.delivered_at"),
    ),
)
