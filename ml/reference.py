"""How values were spread at training, and how far they have moved since."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Spread = dict[str, list[float]]

BINS = 10
MIN_SHARE = 1e-4
"""Counts for an empty bin, so that the index stays finite."""


def spread(values: Array) -> Spread:
    """Bins of about equal size, and the share of rows in each; the last is of unknown values."""
    known = values[~np.isnan(values)]
    inner = np.linspace(0, 1, BINS + 1)[1:-1]
    edges = np.unique(np.quantile(known, inner, method="lower")) if len(known) else np.empty(0)
    return {"edges": edges.tolist(), "shares": _shares(edges, values).tolist()}


def stability_index(reference: Spread, values: Array) -> float:
    """The population stability index: 0 where nothing moved, above .25 where much did."""
    before = np.maximum(np.asarray(reference["shares"]), MIN_SHARE)
    now = np.maximum(_shares(np.asarray(reference["edges"]), values), MIN_SHARE)
    return float(np.sum((now - before) * np.log(now / before)))


def deciles(truth: Array, prediction: Array) -> list[dict[str, Any]]:
    """What was predicted and what came, in tenths by prediction, the highest first."""
    order = np.argsort(-prediction, kind="stable")
    return [
        {
            "decile": place,
            "row_count": len(rows),
            "predicted_mean": float(prediction[rows].mean()),
            "actual_mean": float(truth[rows].mean()),
        }
        for place, rows in enumerate(np.array_split(order, BINS), start=1)
        if len(rows)
    ]


def _shares(edges: Array, values: Array) -> Array:
    """The share of rows in each bin, upper edges included, and last of those without a value."""
    known = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(edges, known), minlength=len(edges) + 1)
    shares: Array = np.append(counts, len(values) - len(known)) / max(len(values), 1)
    return shares
