"""Churn: P(no order within the horizon), the mean of a logistic regression and boosted trees.

Both see the BTYD outputs, and neither knows the season. A shift of the log-odds puts the level
right: the one that the cutoff a year before would have needed, where the history has one; else the
newest, if a back-test on the training cutoffs says that it helps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit

from ml import boosting
from ml.features import Scaling, fit_scaling, known_columns, tree_matrix
from ml.levels import year_before
from ml.metrics import brier, measure

Array = npt.NDArray[np.float64]

EPSILON = 1e-4
MAX_SHIFT = 3.0
MIN_SEASON_HISTORY_DAYS = 90
"""With less history behind it, a cutoff says nothing about the season."""


@dataclass(frozen=True)
class ChurnModel:
    """The fitted pair of classifiers."""

    horizon_days: int
    columns: tuple[str, ...]
    scaling: Scaling
    linear: Any
    trees: Any
    shift: float
    season: Mapping[date, float] = field(default_factory=dict)
    """The shift that each training cutoff would have needed."""

    def predict(self, frame: pd.DataFrame, cutoff: date) -> Array:
        """P(no order within the horizon), by customer."""
        return _shifted(self.unshifted(frame), self.shift_at(cutoff))

    def shift_at(self, cutoff: date) -> float:
        """The shift of the season, or the newest where no season is known."""
        neighbours = year_before(list(self.season), cutoff)
        if not neighbours:
            return self.shift
        return sum(self.season[day] * weight for day, weight in neighbours.items())

    def unshifted(self, frame: pd.DataFrame) -> Array:
        """The mean probability before the shift."""
        linear = self.linear_probability(frame)
        trees = self.trees.predict_proba(tree_matrix(frame, self.columns))[:, 1]
        mean: Array = np.clip((linear + trees) / 2, EPSILON, 1 - EPSILON)
        return mean

    def linear_probability(self, frame: pd.DataFrame) -> Array:
        """The logistic regression alone: reported as a baseline."""
        probability: Array = self.linear.predict_proba(self.scaling(frame))[:, 1]
        return probability


def fit_churn(panel: pd.DataFrame, horizon_days: int) -> ChurnModel:
    """Fit to labelled rows of several cutoffs."""
    panel = panel.iloc[:: boosting.every(len(panel))]
    model = _fit_pair(panel, horizon_days)
    season = _season(model, panel)
    first_to_score = max(panel["cutoff_date"]) + timedelta(days=horizon_days)
    if year_before(list(season), first_to_score):
        return replace(model, season=season)
    return replace(model, season=season, shift=_newest_shift(panel, horizon_days))


def _season(model: ChurnModel, panel: pd.DataFrame) -> dict[date, float]:
    """The shift that each training cutoff with some history would have needed."""
    needed = {}
    for cutoff in sorted(set(panel["cutoff_date"])):
        rows = panel[panel["cutoff_date"] == cutoff]
        if rows["tenure_days"].max() >= MIN_SEASON_HISTORY_DAYS:
            needed[cutoff] = _level_shift(model.unshifted(rows), churned(rows))
    return needed


def _newest_shift(panel: pd.DataFrame, horizon_days: int) -> float:
    """What the newest training cutoff would have needed, if a back-test says that it helps."""
    if not _shift_helps(panel, horizon_days):
        return 0.0
    newest = max(panel["cutoff_date"])
    before = panel[panel["cutoff_date"] <= newest - timedelta(days=horizon_days)]
    rows = panel[panel["cutoff_date"] == newest]
    return _level_shift(_fit_pair(before, horizon_days).unshifted(rows), churned(rows))


def churned(panel: pd.DataFrame) -> Array:
    """The label: 1 where no order came."""
    label: Array = (panel["label_orders"].to_numpy(np.float64) == 0).astype(np.float64)
    return label


def _fit_pair(panel: pd.DataFrame, horizon_days: int) -> ChurnModel:
    from sklearn.linear_model import LogisticRegression

    columns = known_columns(panel)
    scaling = fit_scaling(panel, columns)
    label = churned(panel)
    linear = LogisticRegression(C=0.1, solver="newton-cholesky", max_iter=200)
    return ChurnModel(
        horizon_days=horizon_days,
        columns=columns,
        scaling=scaling,
        linear=linear.fit(scaling(panel), label),
        trees=boosting.classifier(len(panel)).fit(tree_matrix(panel, columns), label),
        shift=0.0,
    )


def _shift_helps(panel: pd.DataFrame, horizon_days: int) -> bool:
    """Back-test: does the level of one cutoff improve the next that could have known it?"""
    cutoffs = sorted(set(panel["cutoff_date"]))
    pairs = _backtest_pairs(cutoffs, horizon_days)
    if not pairs:
        return False
    first = min(known for known, _ in pairs)
    early = panel[panel["cutoff_date"] <= first - timedelta(days=horizon_days)]
    model = _fit_pair(early, horizon_days)
    gain = 0.0
    for known, later in pairs:
        seen = panel[panel["cutoff_date"] == known]
        target = panel[panel["cutoff_date"] == later]
        plain, label = model.unshifted(target), churned(target)
        shift = _level_shift(model.unshifted(seen), churned(seen))
        gain += measure(brier, label, plain) - measure(brier, label, _shifted(plain, shift))
    return gain > 0


def _backtest_pairs(cutoffs: list[date], horizon_days: int) -> list[tuple[date, date]]:
    """(cutoff whose level is known, first cutoff at which it is known), after enough training."""
    horizon = timedelta(days=horizon_days)
    usable = [day for day in cutoffs if sum(other <= day - horizon for other in cutoffs) >= 2]
    pairs = []
    for known in usable:
        later = [day for day in usable if day >= known + horizon]
        if later:
            pairs.append((known, later[0]))
    return pairs


def _level_shift(probability: Array, label: Array) -> float:
    """The shift of the log-odds that makes the mean probability equal the observed share."""
    target = float(np.clip(label.mean(), EPSILON, 1 - EPSILON))

    def gap(shift: float) -> float:
        return float(_shifted(probability, shift).mean()) - target

    if gap(-MAX_SHIFT) > 0 or gap(MAX_SHIFT) < 0:
        return 0.0
    return float(brentq(gap, -MAX_SHIFT, MAX_SHIFT, xtol=1e-9))


def _shifted(probability: Array, shift: float) -> Array:
    moved: Array = expit(logit(probability) + shift)
    return moved
