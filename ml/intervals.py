"""80% ranges of revenue that cover 80%: hurdle-aware boosted quantiles, conformalised by customers.

1. Quantiles of log(1 + levelled revenue) are boosted on most customers, and P(no revenue).
2. Who buys nothing with 10% or more has a range that begins at 0 and ends at the 80% quantile; for
   the others it reaches from the 10% to the 90% quantile. A range from 0 to the 90% quantile, as
   plain quantiles give, covers 90%.
3. The customers left out say by how much the ranges have to be stretched or may shrink, for each
   fifth by predicted value. They are other people than those of 1., at the same cutoffs, so neither
   season nor age of the history differs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import boosting
from ml.features import MOSTLY_ZERO, tree_matrix

Array = npt.NDArray[np.float64]

LEVEL = 0.8
TAIL = (1 - LEVEL) / 2
SHARES = (TAIL, LEVEL, 1 - TAIL)
FIFTHS = 5
CALIBRATION_SHARE = 0.3
MIN_CALIBRATION_ROWS = 50
"""A fifth with fewer rows to calibrate on keeps its quantiles as they are."""


@dataclass(frozen=True)
class Ranges:
    """Fitted quantiles and how far they are stretched, in a unit free of the shop's level."""

    columns: tuple[str, ...]
    quantiles: tuple[Any, ...]
    nothing: Any
    edges: Array
    stretch: Array

    def predict(self, frame: pd.DataFrame, value: Array) -> tuple[Array, Array]:
        """Low and high end of the levelled revenue, by customer.

        Args:
            frame: The customers, BTYD columns included.
            value: Their expected levelled revenue; it stays within the range.
        """
        low, high = self._logs(frame)
        stretch = self.stretch[np.searchsorted(self.edges, value)]
        low = np.where(low > 0, np.maximum(low - stretch, 0), 0)
        high = np.maximum(high + stretch, 0)
        return np.minimum(np.expm1(low), value), np.maximum(np.expm1(high), value)

    def _logs(self, frame: pd.DataFrame) -> tuple[Array, Array]:
        """Both ends as boosted."""
        trees = tree_matrix(frame, self.columns)
        tail, level, upper = self.quantiles
        may_be_nothing = self.nothing.predict_proba(trees)[:, 1] >= TAIL
        low, high = np.zeros(len(trees)), np.zeros(len(trees))
        _put(high, may_be_nothing, level, trees)
        _put(high, ~may_be_nothing, upper, trees)
        _put(low, ~may_be_nothing, tail, trees)
        return low, np.maximum(high, low)

    def misses(self, frame: pd.DataFrame, log_truth: Array) -> Array:
        """How far each end has to move for the range to hold the truth; negative inside."""
        low, high = self._logs(frame)
        return np.maximum(np.where(low > 0, low - log_truth, -np.inf), log_truth - high)


def fit_ranges(panel: pd.DataFrame, columns: tuple[str, ...], truth: Array, value: Array) -> Ranges:
    """Fit to labelled rows of several cutoffs.

    Args:
        panel: The rows.
        columns: What the trees see.
        truth: Levelled revenue.
        value: What the model expects of it.
    """
    apart = _left_out(panel["customer_id"])
    log_truth, learned = np.log1p(truth), np.flatnonzero(~apart)
    learned = learned[:: boosting.every(len(learned))]
    trees, target = tree_matrix(panel.iloc[learned], columns), log_truth[learned]
    count = len(learned)
    boosted = Ranges(
        columns,
        tuple(
            boosting.regressor(count, loss="quantile", quantile=share).fit(trees, target)
            for share in SHARES
        ),
        boosting.classifier(count).fit(trees, truth[learned] <= 0),
        np.empty(0),
        np.zeros(1),
    )
    return _conformalise(boosted, panel[apart], log_truth[apart], value[apart])


def _put(found: Array, rows: npt.NDArray[np.bool_], model: Any, trees: Array) -> None:
    """What a model says of some rows, which is at least 0."""
    if rows.any():
        found[rows] = np.maximum(model.predict(trees[rows]), 0)


def _conformalise(ranges: Ranges, rows: pd.DataFrame, log_truth: Array, value: Array) -> Ranges:
    """Stretch each fifth to the level; only customers count for whom buying is an open question."""
    is_open = rows["btyd_quiet"].to_numpy(np.float64) < MOSTLY_ZERO
    if is_open.sum() < FIFTHS * MIN_CALIBRATION_ROWS:
        return ranges
    misses = ranges.misses(rows[is_open], log_truth[is_open])
    edges = np.quantile(value[is_open], np.arange(1, FIFTHS) / FIFTHS)
    fifth = np.searchsorted(edges, value[is_open])
    stretch = [_level_of(misses[fifth == place]) for place in range(FIFTHS)]
    return Ranges(ranges.columns, ranges.quantiles, ranges.nothing, edges, np.array(stretch))


def _level_of(misses: Array) -> float:
    """The conformal quantile: as many misses lie below it as the level says."""
    if len(misses) < MIN_CALIBRATION_ROWS:
        return 0.0
    return float(np.quantile(misses, min(LEVEL * (1 + 1 / len(misses)), 1.0), method="higher"))


def _left_out(customers: pd.Series) -> npt.NDArray[np.bool_]:
    """Whole customers, by hash: the same ones at every cutoff and in every training."""
    names, codes = np.unique(customers.astype(str).to_numpy(), return_inverse=True)
    digests = (hashlib.md5(name.encode(), usedforsecurity=False).digest() for name in names)
    hashes = np.array([int.from_bytes(digest[-4:]) for digest in digests])
    return np.asarray(hashes[codes] < CALIBRATION_SHARE * 256**4)
