"""Rows of the stream erasure_requests."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulate.references import moments
from simulate.stream import Reference
from simulate.window import Delivery

SELECT = """
  SELECT format('C{:08d}', customer) AS customer_id, requested_at::TIMESTAMP AS requested_at
  FROM frame
"""


def erasure_rows(delivery: Delivery) -> pd.DataFrame:
    """Requests since the last delivery."""
    requested = delivery.world.erased
    due = np.flatnonzero(delivery.holds(requested))
    return pd.DataFrame(
        {
            "customer": due + 1,
            "requested_at": moments(delivery.world.opening, requested[due]),
        }
    )


ERASURE_REQUESTS = Reference(
    name="erasure_requests",
    key=("customer_id",),
    select=SELECT,
    rows=erasure_rows,
    moment="requested_at",
)
