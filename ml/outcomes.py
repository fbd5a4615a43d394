"""One day's scores held against what came, and what is seen now against what was learned from.

The metrics are those that a model was judged with at training.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import metrics
from ml.reference import Spread, stability_index
from ml.settings import Monitoring

Array = npt.NDArray[np.float64]

SUBJECTS = {"clv": "revenue", "churn": "all_customers", "next_order": "order_within_30_days"}


@dataclass(frozen=True)
class Measured:
    """One figure.

    Attributes:
        kind: outcome, score_drift or feature_drift.
        subject: What was judged: the score, or the name of a feature.
        metric: Name of the figure.
        value: The figure.
        expected: What it was at training; NaN where nothing was.
        is_alert: It is beyond its threshold.
    """

    kind: str
    subject: str
    metric: str
    value: float
    expected: float
    is_alert: bool


def judge(
    task: str,
    frame: pd.DataFrame,
    card: Mapping[str, Any],
    limits: Monitoring,
    first: Spread | None = None,
) -> list[Measured]:
    """The figures of one day's scores: drift at once, outcomes when they are all known.

    Args:
        task: The task.
        frame: A row for each customer: score, low, high, orders, revenue, and is_over.
        card: The model's card; empty when it is gone.
        limits: The thresholds.
        first: The spread of the first scores of the same model; None for these themselves.
    """
    score = frame["score"].to_numpy(np.float64)
    found = []
    if first:
        index = stability_index(first, score)
        found.append(
            Measured("score_drift", "score", "psi", index, float("nan"), index > limits.max_psi)
        )
    if not len(frame) or not frame["is_over"].all():
        return found
    if task == "clv":
        return [*found, *_judge_value(frame, card, limits)]
    ordered = (frame["orders"].to_numpy(np.float64) > 0).astype(np.float64)
    truth = 1 - ordered if task == "churn" else ordered
    return [*found, *_judge_probability(SUBJECTS[task], truth, score, card, limits)]


def drifted(frame: pd.DataFrame, card: Mapping[str, Any], limits: Monitoring) -> list[Measured]:
    """How far each feature that the model learned from has moved since."""
    found = []
    for name, reference in card.get("reference", {}).get("features", {}).items():
        if name not in frame:
            continue
        index = stability_index(reference, frame[name].to_numpy(np.float64))
        found.append(
            Measured("feature_drift", name, "psi", index, float("nan"), index > limits.max_psi)
        )
    return found


def _judge_value(
    frame: pd.DataFrame, card: Mapping[str, Any], limits: Monitoring
) -> list[Measured]:
    truth = np.maximum(frame["revenue"].to_numpy(np.float64), 0)
    score = frame["score"].to_numpy(np.float64)
    at_training = _at_training(card, "revenue")
    gini = metrics.measure(metrics.gini, truth, score)
    bias = metrics.measure(metrics.total_bias, truth, score)
    low, high = (frame[name].to_numpy(np.float64) for name in ("low", "high"))
    covered = metrics.coverage(truth, low, high)
    expected = card.get("facts", {}).get("revenue", {}).get("coverage_80", float("nan"))
    lost = at_training("gini") - gini > limits.max_ranking_loss
    return [
        Measured("outcome", "revenue", "gini", gini, at_training("gini"), bool(lost)),
        Measured(
            "outcome",
            "revenue",
            "total_bias",
            bias,
            at_training("total_bias"),
            abs(bias) > limits.max_total_bias,
        ),
        Measured(
            "outcome",
            "revenue",
            "mae",
            metrics.measure(metrics.mae, truth, score),
            at_training("mae"),
            is_alert=False,
        ),
        Measured(
            "outcome",
            "revenue",
            "coverage_80",
            covered,
            expected,
            bool(covered < 0.8 - limits.max_coverage_loss),
        ),
    ]


def _judge_probability(
    subject: str, truth: Array, score: Array, card: Mapping[str, Any], limits: Monitoring
) -> list[Measured]:
    at_training = _at_training(card, subject)
    auc = metrics.measure(metrics.roc_auc, truth, score)
    error = metrics.measure(metrics.calibration_error, truth, score)
    lost = at_training("roc_auc") - auc > limits.max_ranking_loss
    # What a perfect model would show at that size is no alert.
    off = error - metrics.calibration_floor(score) > limits.max_calibration_error
    brier = metrics.measure(metrics.brier, truth, score)
    bias = float(score.mean() - truth.mean())
    expected = at_training("calibration_error")
    return [
        Measured("outcome", subject, "roc_auc", auc, at_training("roc_auc"), bool(lost)),
        Measured("outcome", subject, "brier", brier, at_training("brier"), is_alert=False),
        Measured("outcome", subject, "calibration_error", error, expected, bool(off)),
        Measured("outcome", subject, "mean_bias", bias, float("nan"), is_alert=False),
    ]


def _at_training(card: Mapping[str, Any], subject: str) -> Any:
    measured = card.get("metrics", {}).get(subject, {}).get("model", {})
    return lambda metric: float(measured.get(metric, {}).get("value", float("nan")))
