"""The boosted trees of all tasks: one set of parameters, fixed seed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

PARAMETERS: dict[str, Any] = {
    "max_iter": 120,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 150,
    "max_features": 0.5,
    "learning_rate": 0.06,
    "early_stopping": False,
    "random_state": 7,
}
LEAF_SHARE = 0.01
MAX_ROWS = 100_000
"""More rows take longer and make such small trees no better."""

CODES = 255
Array = npt.NDArray[np.float64]


@contextmanager
def one_thread() -> Iterator[None]:
    """Fit and predict on one thread: the same sums in the same order, whatever the machine.

    Threads would also spin against those of other processes, at several times the CPU.
    """
    import sklearn.ensemble  # noqa: F401 - loaded first, for the limit to reach its threads
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1):
        yield


def regressor(rows: int, **loss: Any) -> HistGradientBoostingRegressor:
    """Trees for a number."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(**_parameters(rows), **loss)


def classifier(rows: int) -> HistGradientBoostingClassifier:
    """Trees for a probability."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(**_parameters(rows))


@dataclass(frozen=True)
class CodedTrees:
    """Trees that see the place of a value among edges instead of the value.

    Where rows have weights, scikit-learn looks for its edges by weighted percentiles, one by one,
    which takes longer than all the rest.
    """

    model: Any
    edges: tuple[Array, ...]

    def predict(self, matrix: Array) -> Array:
        """Rows by columns, as values."""
        predicted: Array = self.model.predict(_coded(matrix, self.edges))
        return predicted


def fit_weighted(model: Any, matrix: Array, target: Array, weight: Array) -> CodedTrees:
    """Fit to rows with weights; each column must have a value."""
    shares = np.linspace(0, 1, CODES + 1)[1:-1]
    edges = tuple(
        np.unique(np.nanquantile(column, shares, method="inverted_cdf")) for column in matrix.T
    )
    return CodedTrees(model.fit(_coded(matrix, edges), target, weight), edges)


def _coded(matrix: Array, edges: tuple[Array, ...]) -> Array:
    """Values up to the first edge are 0, up to the next 1, and so on; unknown stays unknown."""
    codes = np.empty_like(matrix)
    for place, own in enumerate(edges):
        column = matrix[:, place]
        codes[:, place] = np.where(np.isnan(column), np.nan, np.searchsorted(own, column))
    return codes


def every(rows: int) -> int:
    """Of so many rows every how manieth is learned from."""
    return max(1, -(-rows // MAX_ROWS))


def _parameters(rows: int) -> dict[str, Any]:
    """Small panels get smaller leaves."""
    leaf = min(PARAMETERS["min_samples_leaf"], max(20, int(rows * LEAF_SHARE)))
    return {**PARAMETERS, "min_samples_leaf": leaf}
