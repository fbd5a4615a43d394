"""How much of a customer's revenue is margin: their own share, drawn to the shop's.

A share seen in few orders says little about the next ones. How far it is drawn to the shop's is
learned from what happened after the training cutoffs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]

WEIGHTS = (0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
"""How many orders the shop's share may count for."""


@dataclass(frozen=True)
class MarginModel:
    """The shop's margin per revenue, and how many orders it counts for beside a customer's own.

    `share` is NaN where the shop knows no costs.
    """

    share: float
    weight: float

    def predict(self, frame: pd.DataFrame) -> Array:
        """Expected margin per revenue, by customer."""
        own = frame["margin_share"].to_numpy(np.float64)
        count = np.where(np.isnan(own), 0.0, frame["order_count"].to_numpy(np.float64))
        both = np.where(count > 0, count * np.nan_to_num(own), 0.0) + self.weight * self.share
        total = count + self.weight
        expected: Array = np.where(total > 0, both / np.where(total > 0, total, 1.0), self.share)
        return expected


def fit_margin(panel: pd.DataFrame) -> MarginModel:
    """Learn the shop's share from what was bought, and the weight from what came after."""
    own = panel["margin_share"].to_numpy(np.float64)
    spend = np.where(np.isnan(own), 0.0, np.maximum(panel["spend_amount"].to_numpy(np.float64), 0))
    if not spend.sum():
        return MarginModel(float("nan"), WEIGHTS[-1])
    share = float(np.nan_to_num(own) @ spend / spend.sum())
    margin = panel["label_margin"].to_numpy(np.float64)
    revenue = panel["label_revenue"].to_numpy(np.float64)
    known = ~np.isnan(margin) & (revenue > 0)

    def loss(model: MarginModel) -> float:
        expected = revenue[known] * model.predict(panel[known])
        # Later orders whose costs are not known must not speak against a customer's share.
        scale = margin[known].sum() / (expected.sum() or 1.0)
        return float(np.sum((margin[known] - scale * expected) ** 2))

    return min((MarginModel(share, weight) for weight in WEIGHTS), key=loss)
