"""Customer lifetime value: BG/NBD + Gamma-Gamma corrected by boosting and a GLM, season-levelled.

1. e = expected spend of BG/NBD + Gamma-Gamma, fitted at each cutoff.
2. Level of a cutoff = sum of true spend / sum of e; models learn spend / level.
3. M1 = e x boosted Poisson of the ratio spend / (e x level), weighted with sqrt(e); M2 = the same
   of orders over expected orders, weighted with these; M3 = a Tweedie GLM of the spend itself, on
   signed logarithms. Ratios are cut off: a single wholesale order would teach nothing but itself.
4. The mean of e, M1, M2, M3, rescaled to the sum of e.
5. Times the level to expect of the season, where the history knows one a year before (`levels`).

The range around it is boosted and conformalised (`intervals`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import boosting
from ml.features import Scaling, fit_scaling, known_columns, tree_matrix
from ml.intervals import Ranges, fit_ranges
from ml.levels import Levels, learn_levels
from ml.margin import MarginModel, fit_margin
from ml.monthly import month_count, month_shares

Array = npt.NDArray[np.float64]

MIN_EXPECTED_SHARE = 0.5
MIN_EXPECTED_ORDERS = 0.05
MAX_RATIO = 6.0
"""Of what came over what was expected, in training."""

GLM_PENALTY = 1.0


@dataclass(frozen=True)
class ClvPrediction:
    """Net revenue over the horizon with an 80% range, its path, its margin, and orders.

    Attributes:
        value: Expected net revenue over the horizon.
        low: Lower end of its 80% range.
        high: Upper end.
        orders: Expected orders.
        monthly: Expected net revenue of each month of the horizon, customers by months; the months
            are equally long and add up to `value`.
        margin: Expected gross margin over the horizon; NaN where the shop knows no costs.
    """

    value: Array
    low: Array
    high: Array
    orders: Array
    monthly: Array
    margin: Array


@dataclass(frozen=True)
class Ensemble:
    """BG/NBD + Gamma-Gamma and three models that correct it, in the unit of its expectation."""

    columns: tuple[str, ...]
    scaling: Scaling
    ratio_trees: boosting.CodedTrees
    order_trees: boosting.CodedTrees
    value_glm: Any

    def relative_value(self, frame: pd.DataFrame) -> Array:
        """The mean of the members for the customers of a cutoff: adds up to the expectation."""
        ensemble = self.mean(frame)
        expected = frame["btyd_spend"].to_numpy(np.float64)
        total = ensemble.sum()
        return ensemble * (expected.sum() / total) if total else ensemble

    def mean(self, frame: pd.DataFrame) -> Array:
        """The mean of the members, each with its own level."""
        mean: Array = np.mean(list(self.members(frame).values()), axis=0)
        return mean

    def members(self, frame: pd.DataFrame) -> dict[str, Array]:
        """What each member says."""
        expected = frame["btyd_spend"].to_numpy(np.float64)
        trees = tree_matrix(frame, self.columns)
        return {
            "expectation": expected,
            "boosted_ratio": expected * self.ratio_trees.predict(trees),
            "boosted_orders": expected * self.order_trees.predict(trees),
            "linear_value": self.value_glm.predict(self.scaling(frame)),
        }


@dataclass(frozen=True)
class ClvModel:
    """The fitted ensemble of one set of cutoffs, with its ranges, levels and margins."""

    horizon_days: int
    ensemble: Ensemble
    ranges: Ranges
    levels: Levels
    margin: MarginModel

    @property
    def columns(self) -> tuple[str, ...]:
        """The features it has learned from."""
        return self.ensemble.columns

    def predict(self, frame: pd.DataFrame, cutoff: date) -> ClvPrediction:
        """Predict for all customers of one cutoff, BTYD columns included."""
        level = self.levels.factor(frame, cutoff)
        relative = self.ensemble.relative_value(frame)
        low, high = self.ranges.predict(frame, relative)
        value = relative * level
        per_day = (frame["order_count"] / frame["purchase_days"]).to_numpy(np.float64)
        orders = frame["btyd_orders"].to_numpy(np.float64) * per_day
        return ClvPrediction(
            value=value,
            low=low * level,
            high=high * level,
            orders=orders * level,
            monthly=value[:, None] * self.month_shares(frame),
            margin=value * self.margin.predict(frame),
        )

    def month_shares(self, frame: pd.DataFrame) -> Array:
        """How the horizon's revenue is spread over its months, by customer."""
        half, whole = (
            frame[name].to_numpy(np.float64) for name in ("btyd_orders_first_half", "btyd_orders")
        )
        return month_shares(half, whole, month_count(self.horizon_days))

    def members(self, frame: pd.DataFrame) -> Array:
        """The mean of the members: what reasons explain."""
        return self.ensemble.mean(frame)


def fit_clv(panel: pd.DataFrame, horizon_days: int) -> ClvModel:
    """Fit to labelled rows of several cutoffs."""
    levels = learn_levels(panel, horizon_days)
    panel = panel.iloc[:: boosting.every(len(panel))].reset_index(drop=True)
    levelled = panel["label_revenue"].to_numpy(np.float64) / levels.of(panel["cutoff_date"])
    ensemble = _fit_ensemble(panel, levelled)
    value = np.empty(len(panel))
    for rows in panel.groupby("cutoff_date").indices.values():
        value[rows] = ensemble.relative_value(panel.iloc[rows])
    return ClvModel(
        horizon_days=horizon_days,
        ensemble=ensemble,
        ranges=fit_ranges(panel, ensemble.columns, levelled, value),
        levels=levels,
        margin=fit_margin(panel),
    )


def _fit_ensemble(panel: pd.DataFrame, levelled: Array) -> Ensemble:
    expected = panel["btyd_spend"].to_numpy(np.float64)
    expected = np.maximum(expected, MIN_EXPECTED_SHARE * expected.mean())
    columns = known_columns(panel)
    scaling, trees = fit_scaling(panel, columns), tree_matrix(panel, columns)
    orders = np.maximum(panel["btyd_orders"].to_numpy(np.float64), MIN_EXPECTED_ORDERS)
    return Ensemble(
        columns=columns,
        scaling=scaling,
        ratio_trees=_boosted(trees, levelled / expected, np.sqrt(expected)),
        order_trees=_boosted(trees, _levelled_orders(panel) / orders, orders),
        value_glm=_linear(scaling(panel), np.minimum(levelled, MAX_RATIO * expected)),
    )


def _boosted(trees: Array, ratio: Array, weight: Array) -> boosting.CodedTrees:
    model = boosting.regressor(len(trees), loss="poisson")
    return boosting.fit_weighted(model, trees, np.minimum(ratio, MAX_RATIO), weight)


def _linear(linear: Array, value: Array) -> _Scaled:
    from sklearn.linear_model import TweedieRegressor

    model = TweedieRegressor(
        power=1.5, alpha=GLM_PENALTY, link="log", solver="newton-cholesky", max_iter=200
    )
    unit = float(value.mean()) or 1.0
    return _Scaled(model.fit(linear, value / unit), unit)


def _levelled_orders(panel: pd.DataFrame) -> Array:
    """Orders that came, over how many more than expected came to all customers of the cutoff."""
    totals = panel.groupby("cutoff_date")[["label_orders", "btyd_orders"]].transform("sum")
    came = np.maximum(totals["label_orders"].to_numpy(np.float64), 1.0)
    expected: Array = totals["btyd_orders"].to_numpy(np.float64)
    orders: Array = panel["label_orders"].to_numpy(np.float64)
    levelled: Array = orders * (expected / came)
    return levelled


@dataclass(frozen=True)
class _Scaled:
    """A model fitted in another unit: keeps the penalty independent of the currency."""

    model: Any
    unit: float

    def predict(self, matrix: Array) -> Array:
        predicted: Array = self.model.predict(matrix) * self.unit
        return predicted
