"""Weighted choices for many at once, from uniform draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def choose_products(weights: Floats, bounds: Ints, department: Ints, draws: Floats) -> Ints:
    """One product of each given department, by weight."""
    cumulated = np.concatenate([[0.0], np.cumsum(weights)])
    low, high = cumulated[bounds[department]], cumulated[bounds[department + 1]]
    found = np.searchsorted(cumulated, low + draws * (high - low), side="right") - 1
    chosen: Ints = np.minimum(found, bounds[department + 1] - 1)
    return chosen


def choose_columns(weights: NDArray[np.floating[Any]], draws: Floats) -> Ints:
    """One column of each row, by weight."""
    cumulated = np.cumsum(weights, axis=1)
    wanted = draws.astype(cumulated.dtype) * cumulated[:, -1]
    found = (cumulated <= wanted[:, None]).sum(axis=1)
    chosen: Ints = np.minimum(found, weights.shape[1] - 1)
    return chosen


def choose_shares(shares: Sequence[float], draws: Floats) -> Ints:
    """One of several, by fixed shares that sum up to one."""
    found = np.searchsorted(np.cumsum(shares), draws, side="right")
    return np.minimum(found, len(shares) - 1)
