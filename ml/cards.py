"""The model card: what a model learned from, how it was judged, and beside which baselines."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml import boosting
from ml.features import FEATURES, MODEL_FEATURES
from ml.metrics import SEED, Metric, customer_weights, measure, with_intervals
from ml.panel import Panel, Split
from ml.reference import deciles, spread
from ml.tasks import RANKING_METRICS, Judged, Task

IMPORTANCE_ROWS = 2_000
RANKERS = ("recency",)
"""Baselines that only rank: their values are not probabilities."""


def build_card(
    task: Task, panel: Panel, split: Split, model: Any, now: pd.DataFrame
) -> dict[str, Any]:
    """Judge a model on the held-out cutoffs and write down what it is.

    Args:
        task: What it predicts.
        panel: Everything that was read.
        split: What of it was learned from and what was held out.
        model: The model that has not seen the held-out cutoffs.
        now: The features of the day of training: what later days are compared with. Past cutoffs
            will not do, since a shop's customers grow older and fall silent in any case.
    """
    holdout = panel.at(split.holdout)
    judged = task.judge(model, holdout)
    training = panel.at(split.training)
    return {
        "task": task.name,
        "horizon_days": split.horizon_days,
        "data": {
            "training_cutoffs": _days(split.training),
            "holdout_cutoffs": _days(split.holdout),
            "final_cutoffs": _days(split.final),
            "training_rows": len(training),
            "training_customers": int(training["customer_id"].nunique()),
            "holdout_rows": len(holdout),
            "fingerprint": panel.fingerprint,
        },
        "features": list(model.columns),
        "parameters": {"boosting": boosting.PARAMETERS},
        "metrics": {subject: _measured(one) for subject, one in judged.items()},
        "facts": {subject: dict(one.facts) for subject, one in judged.items()},
        "importance": permutation_importance(task, model, holdout),
        "deciles": {
            subject: deciles(one.truth, np.asarray(one.predictions["model"]))
            for subject, one in judged.items()
        },
        "reference": {"features": _spreads(now, model.columns)},
    }


def permutation_importance(task: Task, model: Any, holdout: pd.DataFrame) -> dict[str, float]:
    """How much the first deciding metric suffers on the newest cutoff when a column is shuffled."""
    newest = holdout["cutoff_date"] == max(holdout["cutoff_date"])
    found = holdout[newest]
    rows = found.iloc[:: -(-len(found) // IMPORTANCE_ROWS)].reset_index(drop=True)
    deciding = task.deciding[0]
    sign = 1.0 if deciding.more_is_better else -1.0
    shuffled = np.random.default_rng(SEED).permutation(len(rows))

    def loss(frame: pd.DataFrame) -> float:
        judged = task.judge(model, frame)[deciding.subject]
        metric = judged.metrics[deciding.metric]
        return -sign * measure(metric, judged.truth, np.asarray(judged.predictions["model"]))

    base = loss(rows)
    columns = [name for name in MODEL_FEATURES if name in model.columns]
    importance = {
        name: loss(rows.assign(**{name: rows[name].to_numpy()[shuffled]})) - base
        for name in columns
    }
    return dict(sorted(importance.items(), key=lambda item: -item[1]))


def git_commit(project: Path) -> str | None:
    """The commit of the project, where it is a git clone."""
    if not shutil.which("git"):
        return None
    found = subprocess.run(
        ["git", "-C", str(project), "rev-parse", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or None


def _spreads(frame: pd.DataFrame, columns: tuple[str, ...]) -> dict[str, dict[str, list[float]]]:
    known = [name for name in FEATURES if name in columns]
    return {name: spread(frame[name].to_numpy(np.float64)) for name in known}


def _measured(judged: Judged) -> dict[str, dict[str, dict[str, float]]]:
    weights = list(customer_weights(judged.customers))
    result = {}
    for name, prediction in judged.predictions.items():
        metrics: Mapping[str, Metric] = judged.metrics
        if name in RANKERS:
            metrics = {key: metrics[key] for key in RANKING_METRICS if key in metrics}
        measured = with_intervals(metrics, judged.truth, np.asarray(prediction), weights)
        result[name] = {key: asdict(interval) for key, interval in measured.items()}
    return result


def _days(cutoffs: tuple[Any, ...]) -> list[str]:
    return [cutoff.isoformat() for cutoff in cutoffs]
