"""Rows of the stream subscriptions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulate.randomness import Purpose
from simulate.references import coded, known_moments, moments
from simulate.seasons import DAY_SECONDS
from simulate.settings import DEFECTS
from simulate.spoil import duplicates, releases, spoilt
from simulate.stream import DUPLICATE, LATE, Defect, Reference
from simulate.subscriptions import MAX_SPELLS, PLANS
from simulate.window import Delivery

SELECT = """
  SELECT
    format('U{:08d}-{}', customer, spell) AS subscription_id,
    format('C{:08d}', customer) AS customer_id,
    plan::VARCHAR AS plan_name,
    (amount * 0.01)::DECIMAL(18, 2) AS monthly_amount,
    started_at::TIMESTAMP AS started_at,
    ended_at::TIMESTAMP AS ended_at,
    updated_at::TIMESTAMP AS updated_at
  FROM frame
"""


def subscription_rows(delivery: Delivery) -> pd.DataFrame:
    """Subscriptions that started or ended since the last delivery."""
    every, seed = delivery.world.subscriptions, delivery.world.spec.seed
    key = every.customer * (MAX_SPELLS + 1) + every.spell
    has_ended = every.ended < delivery.until
    updated = np.where(has_ended, every.ended, every.started)
    released = releases(seed, Purpose.SUBSCRIPTIONS, key, every.started)
    due = np.flatnonzero(delivery.holds(np.maximum(updated, released)))
    key, started, ended = key[due], every.started[due], every.ended[due]
    is_new = delivery.holds(released[due])
    is_wrong = has_ended[due] & spoilt(
        seed, Purpose.SUBSCRIPTIONS, key, DEFECTS.ended_before_started
    )
    return pd.DataFrame(
        {
            "customer": every.customer[due] + 1,
            "spell": every.spell[due],
            "plan": coded(every.plan[due], PLANS),
            "amount": every.amount[due],
            "started_at": moments(delivery.world.opening, started),
            "ended_at": known_moments(
                delivery, np.where(is_wrong, started - 7 * DAY_SECONDS, ended)
            ),
            "updated_at": moments(delivery.world.opening, updated[due]),
            "is_wrong": is_wrong,
            "is_late": is_new & (started < delivery.since),
            "duplicate": duplicates(seed, Purpose.SUBSCRIPTIONS, key) & is_new,
        }
    )


SUBSCRIPTIONS = Reference(
    name="subscriptions",
    key=("subscription_id",),
    select=SELECT,
    rows=subscription_rows,
    defects=(
        DUPLICATE,
        LATE,
        Defect("ended_before_started", "is_wrong", "delivered.ended_at"),
    ),
)
