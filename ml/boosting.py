"""The boosted trees of all tasks: one set of parameters, fixed seed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

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


def _parameters(rows: int) -> dict[str, Any]:
    """Small panels get smaller leaves."""
    leaf = min(PARAMETERS["min_samples_leaf"], max(20, int(rows * LEAF_SHARE)))
    return {**PARAMETERS, "min_samples_leaf": leaf}
