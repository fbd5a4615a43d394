"""Customer lifetime value: BG/NBD + Gamma-Gamma corrected by boosting and GLMs, levelled by season.

1. e = expected spend of BG/NBD + Gamma-Gamma, fitted at each cutoff.
2. Level of a cutoff = sum of true spend / sum of e; models learn spend / level.
3. M1 = e x boosted Poisson of the ratio spend / (e x level), weighted with sqrt(e); M2 = the same
   with a Tweedie GLM on signed logarithms; M3 = a Tweedie GLM of the spend itself.
4. The mean of e, M1, M2, M3, rescaled to the sum of e.
5. Times the level of the same season a year before, where the history has one.
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
from ml.margin import MarginModel, fit_margin
from ml.monthly import month_count, month_shares

Array = npt.NDArray[np.float64]

LOW, HIGH = 0.1, 0.9
MIN_EXPECTED_SHARE = 0.5
MAX_RATIO = 20.0
MAX_SEASON = 3.0
SEASON_TOLERANCE_DAYS = 20
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
class ClvModel:
    """The fitted ensemble of one set of cutoffs."""

    horizon_days: int
    columns: tuple[str, ...]
    scaling: Scaling
    ratio_trees: Any
    ratio_glm: Any
    value_glm: Any
    low: Any
    high: Any
    levels: dict[date, float]
    order_levels: dict[date, float]
    margin: MarginModel

    def predict(self, frame: pd.DataFrame, cutoff: date) -> ClvPrediction:
        """Predict for all customers of one cutoff, BTYD columns included."""
        value = self.relative_value(frame) * season(self.levels, cutoff)
        trees = tree_matrix(frame, self.columns)
        season_factor = season(self.levels, cutoff)
        low = np.expm1(np.maximum(self.low.predict(trees), 0)) * season_factor
        high = np.expm1(np.maximum(self.high.predict(trees), 0)) * season_factor
        per_day = (frame["order_count"] / frame["purchase_days"]).to_numpy(np.float64)
        orders = frame["btyd_orders"].to_numpy(np.float64) * per_day
        return ClvPrediction(
            value,
            np.minimum(low, value),
            np.maximum(high, value),
            orders * season(self.order_levels, cutoff),
            value[:, None] * self.month_shares(frame),
            value * self.margin.predict(frame),
        )

    def month_shares(self, frame: pd.DataFrame) -> Array:
        """How the horizon's revenue is spread over its months, by customer."""
        half, whole = (
            frame[name].to_numpy(np.float64) for name in ("btyd_orders_first_half", "btyd_orders")
        )
        return month_shares(half, whole, month_count(self.horizon_days))

    def relative_value(self, frame: pd.DataFrame) -> Array:
        """The ensemble before the season: adds up to the BTYD expectation."""
        ensemble = self.members(frame)
        expected = frame["btyd_spend"].to_numpy(np.float64)
        total = ensemble.sum()
        return ensemble * (expected.sum() / total) if total else ensemble

    def members(self, frame: pd.DataFrame) -> Array:
        """The mean of the four members, each with its own level."""
        expected = frame["btyd_spend"].to_numpy(np.float64)
        ratio = self.ratio_trees.predict(tree_matrix(frame, self.columns))
        linear = self.scaling(frame)
        ratio_linear = np.minimum(self.ratio_glm.predict(linear), MAX_RATIO)
        direct = self.value_glm.predict(linear)
        members: Array = expected * (1 + ratio + ratio_linear) + direct
        return members / 4


def fit_clv(panel: pd.DataFrame, horizon_days: int) -> ClvModel:
    """Fit the ensemble to labelled rows of several cutoffs."""
    from sklearn.linear_model import TweedieRegressor

    value = panel["label_revenue"].to_numpy(np.float64)
    expected = panel["btyd_spend"].to_numpy(np.float64)
    expected = np.maximum(expected, MIN_EXPECTED_SHARE * expected.mean())
    levels = cutoff_levels(panel, "label_revenue", "btyd_spend")
    level = panel["cutoff_date"].map(levels).to_numpy(np.float64)
    levelled = value / level
    ratio, weight = levelled / expected, np.sqrt(expected)
    columns = known_columns(panel)
    scaling = fit_scaling(panel, columns)
    trees, linear, rows = tree_matrix(panel, columns), scaling(panel), len(panel)

    def glm() -> Any:
        return TweedieRegressor(
            power=1.5, alpha=GLM_PENALTY, link="log", solver="newton-cholesky", max_iter=200
        )

    unit = float(levelled.mean()) or 1.0
    quantile = [
        boosting.regressor(rows, loss="quantile", quantile=share).fit(trees, np.log1p(levelled))
        for share in (LOW, HIGH)
    ]
    return ClvModel(
        horizon_days=horizon_days,
        columns=columns,
        scaling=scaling,
        ratio_trees=boosting.regressor(rows, loss="poisson").fit(trees, ratio, weight),
        ratio_glm=glm().fit(linear, ratio, weight),
        value_glm=_Scaled(glm().fit(linear, levelled / unit), unit),
        low=quantile[0],
        high=quantile[1],
        levels=levels,
        order_levels=cutoff_levels(panel, "label_orders", "btyd_orders"),
        margin=fit_margin(panel),
    )


@dataclass(frozen=True)
class _Scaled:
    """A model fitted in another unit: keeps the penalty independent of the currency."""

    model: Any
    unit: float

    def predict(self, matrix: Array) -> Array:
        predicted: Array = self.model.predict(matrix) * self.unit
        return predicted


def cutoff_levels(panel: pd.DataFrame, label: str, expected: str) -> dict[date, float]:
    """True total over expected total, by cutoff."""
    totals = panel.groupby("cutoff_date")[[label, expected]].sum()
    ratio = totals[label] / totals[expected].replace(0, np.nan)
    shown = ratio.clip(0.01, 100).fillna(1.0)
    return {day: float(shown.loc[day]) for day in sorted(set(panel["cutoff_date"]))}


def season(levels: dict[date, float], cutoff: date) -> float:
    """The level a year before a cutoff, or 1 where the history has none."""
    if not levels:
        return 1.0
    nearest = min(levels, key=lambda day: (abs((cutoff - day).days - 365), day))
    if abs((cutoff - nearest).days - 365) > SEASON_TOLERANCE_DAYS:
        return 1.0
    return float(np.clip(levels[nearest], 1 / MAX_SEASON, MAX_SEASON))
