"""Customer lifetime value: BG/NBD + Gamma-Gamma corrected by boosting and GLMs, levelled by season.

1. e = expected spend of BG/NBD + Gamma-Gamma, fitted at each cutoff.
2. Level of a cutoff = sum of true spend / sum of e; models learn spend / level.
3. M1 = e x boosted Poisson of the ratio spend / (e x level), weighted with sqrt(e); M2 = the same
   with a Tweedie GLM on signed logarithms; M3 = a Tweedie GLM of the spend itself.
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
MAX_RATIO = 20.0
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
    ratio_trees: Any
    ratio_glm: Any
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
        linear = self.scaling(frame)
        return {
            "expectation": expected,
            "boosted_ratio": expected * self.ratio_trees.predict(tree_matrix(frame, self.columns)),
            "linear_ratio": expected * np.minimum(self.ratio_glm.predict(linear), MAX_RATIO),
            "linear_value": self.value_glm.predict(linear),
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
    level = panel["cutoff_date"].map(levels.at).to_numpy(np.float64)
    levelled = panel["label_revenue"].to_numpy(np.float64) / level
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
    from sklearn.linear_model import TweedieRegressor

    def glm() -> Any:
        return TweedieRegressor(
            power=1.5, alpha=GLM_PENALTY, link="log", solver="newton-cholesky", max_iter=200
        )

    expected = panel["btyd_spend"].to_numpy(np.float64)
    expected = np.maximum(expected, MIN_EXPECTED_SHARE * expected.mean())
    ratio, weight = levelled / expected, np.sqrt(expected)
    columns = known_columns(panel)
    scaling = fit_scaling(panel, columns)
    linear, unit = scaling(panel), float(levelled.mean()) or 1.0
    trees = boosting.regressor(len(panel), loss="poisson")
    return Ensemble(
        columns=columns,
        scaling=scaling,
        ratio_trees=trees.fit(tree_matrix(panel, columns), ratio, weight),
        ratio_glm=glm().fit(linear, ratio, weight),
        value_glm=_Scaled(glm().fit(linear, levelled / unit), unit),
    )


@dataclass(frozen=True)
class _Scaled:
    """A model fitted in another unit: keeps the penalty independent of the currency."""

    model: Any
    unit: float

    def predict(self, matrix: Array) -> Array:
        predicted: Array = self.model.predict(matrix) * self.unit
        return predicted
