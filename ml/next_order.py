"""Next order: when, if it comes within the horizon, and how likely it comes within 30 days.

The days to the next order are learned as quantiles on a logarithmic scale, from customers who did
order within the horizon; two classifiers say how likely that is, within 30 days and at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import boosting
from ml.features import known_columns, tree_matrix

Array = npt.NDArray[np.float64]

SOON_DAYS = 30
SHARES = (0.1, 0.5, 0.9)
MIN_ORDER_PROBABILITY = 0.1
"""Below this probability of an order within the horizon, no date is promised."""


@dataclass(frozen=True)
class NextOrderPrediction:
    """Days from the cutoff to the next order with an 80% range; NaN where none is expected."""

    days: Array
    first_days: Array
    last_days: Array
    probability_soon: Array


@dataclass(frozen=True)
class NextOrderModel:
    """Three quantiles of the days to the next order, and two probabilities."""

    horizon_days: int
    columns: tuple[str, ...]
    quantiles: tuple[Any, ...]
    soon: Any
    at_all: Any

    def predict(self, frame: pd.DataFrame) -> NextOrderPrediction:
        """Predict for customers, BTYD columns included."""
        trees = tree_matrix(frame, self.columns)
        low, middle, high = np.sort(self.days_if_ordering(frame), axis=0)
        at_all = self.at_all.predict_proba(trees)[:, 1]
        soon = np.minimum(self.soon.predict_proba(trees)[:, 1], at_all)
        low, middle, high = (
            np.where(at_all >= MIN_ORDER_PROBABILITY, days, np.nan) for days in (low, middle, high)
        )
        return NextOrderPrediction(middle, low, high, soon)

    def days_if_ordering(self, frame: pd.DataFrame) -> Array:
        """Low, middle and high days to the next order, given that it comes within the horizon."""
        trees = tree_matrix(frame, self.columns)
        days = np.vstack([np.expm1(model.predict(trees)) for model in self.quantiles])
        clipped: Array = np.clip(days, 0, self.horizon_days - 1)
        return clipped


def fit_next_order(panel: pd.DataFrame, horizon_days: int) -> NextOrderModel:
    """Fit to labelled rows of several cutoffs."""
    panel = panel.iloc[:: boosting.every(len(panel))]
    columns = known_columns(panel)
    trees = tree_matrix(panel, columns)
    days = panel["label_days_to_next"].to_numpy(np.float64)
    ordered = ~np.isnan(days)
    log_days = np.log1p(days[ordered])
    count = int(ordered.sum())
    quantiles = tuple(
        boosting.regressor(count, loss="quantile", quantile=share).fit(trees[ordered], log_days)
        for share in SHARES
    )
    return NextOrderModel(
        horizon_days=horizon_days,
        columns=columns,
        quantiles=quantiles,
        soon=boosting.classifier(len(panel)).fit(trees, ordered & (days < SOON_DAYS)),
        at_all=boosting.classifier(len(panel)).fit(trees, ordered),
    )
