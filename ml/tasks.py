"""The prediction tasks: how each is fitted, and how it is judged beside its baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import metrics
from ml.churn import churned, fit_churn
from ml.clv import fit_clv
from ml.features import MOSTLY_ZERO, amount_from_repeats, previous_period
from ml.metrics import Array, Metric
from ml.next_order import SOON_DAYS, fit_next_order
from ml.settings import Settings

MORE_IS_BETTER = {"gini", "spearman", "roc_auc", "pr_auc", "accuracy", "top_decile_share"}


@dataclass(frozen=True)
class Judged:
    """What was true and what was predicted, on the rows that count for a set of metrics.

    Attributes:
        truth: The true values.
        predictions: By name of the predictor; "model" is the one that may be promoted.
        customers: Whose rows these are, for the bootstrap.
        metrics: What is measured.
        facts: Figures without an interval, such as the coverage of a range.
    """

    truth: Array
    predictions: Mapping[str, Array]
    customers: npt.NDArray[np.object_]
    metrics: Mapping[str, Metric]
    facts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Deciding:
    """A metric that decides about promotion."""

    subject: str
    metric: str

    @property
    def more_is_better(self) -> bool:
        """Whether a greater value is the better one; the others are errors."""
        return self.metric in MORE_IS_BETTER


@dataclass(frozen=True)
class Task:
    """One thing to predict.

    Attributes:
        name: As in the registry and the tables, such as "next_order".
        title: For people.
        horizons: The horizons to try, best first.
        fit: From labelled rows and horizon to a model.
        judge: From a model and held-out rows to the subjects judged, such as all customers and
            those active lately.
        deciding: A challenger must be better in one of these and worse in none.
    """

    name: str
    title: str
    horizons: Callable[[Settings], tuple[int, ...]]
    fit: Callable[[pd.DataFrame, int], Any]
    judge: Callable[[Any, pd.DataFrame], dict[str, Judged]]
    deciding: tuple[Deciding, ...]


ACTIVE_DAYS = 180
AMOUNT_METRICS: Mapping[str, Metric] = {
    "gini": metrics.gini,
    "spearman": metrics.spearman,
    "mae": metrics.mae,
    "rmse": metrics.rmse,
    "top_decile_share": metrics.top_decile_share,
    "total_bias": metrics.total_bias,
}
PROBABILITY_METRICS: Mapping[str, Metric] = {
    "roc_auc": metrics.roc_auc,
    "pr_auc": metrics.pr_auc,
    "brier": metrics.brier,
    "accuracy": metrics.accuracy,
    "calibration_error": metrics.calibration_error,
    "top_decile_lift": metrics.top_decile_lift,
}
RANKING_METRICS: Mapping[str, Metric] = {
    name: PROBABILITY_METRICS[name] for name in ("roc_auc", "pr_auc", "top_decile_lift")
}


def judge_clv(model: Any, holdout: pd.DataFrame) -> dict[str, Judged]:
    """Net revenue over the horizon, beside BG/NBD + Gamma-Gamma and the period before."""
    value, low, high = (np.empty(len(holdout)) for _ in range(3))
    as_published = np.empty(len(holdout))
    for cutoff, rows in holdout.groupby("cutoff_date", sort=True):
        predicted = model.predict(rows, cutoff)
        value[rows.index], low[rows.index], high[rows.index] = (
            predicted.value,
            predicted.low,
            predicted.high,
        )
        amount = amount_from_repeats(rows)
        as_published[rows.index] = rows["btyd_orders"].to_numpy(np.float64) * amount
    truth = holdout["label_revenue"].to_numpy(np.float64)
    open_cases = holdout["btyd_quiet"].to_numpy() < MOSTLY_ZERO
    some = (truth[open_cases], low[open_cases], high[open_cases])
    quintiles = metrics.quintile_coverage(*some, value[open_cases])
    facts = {
        **{
            f"coverage_80_of_likely_buyers_quintile_{place}": share
            for place, share in enumerate(quintiles, 1)
        },
        "coverage_80": metrics.coverage(truth, low, high),
        "coverage_80_of_likely_buyers": metrics.coverage(*some),
        "winkler_80_of_likely_buyers": metrics.winkler(*some),
        "mean_width_of_likely_buyers": float(np.mean(some[2] - some[1])) if len(some[0]) else 0.0,
    }
    predictions = {
        "model": value,
        "bg_nbd_gamma_gamma": as_published,
        "bg_nbd_gamma_gamma_all_orders": holdout["btyd_spend"].to_numpy(np.float64),
        "previous_period": previous_period(holdout, model.horizon_days),
    }
    customers = holdout["customer_id"].to_numpy()
    return {"revenue": Judged(truth, predictions, customers, AMOUNT_METRICS, facts)}


def _by_cutoff(predict: Callable[[pd.DataFrame, date], Array], rows: pd.DataFrame) -> Array:
    """Predictions for rows of several cutoffs, each told its own."""
    predicted = np.empty(len(rows))
    cutoffs: list[date] = sorted(set(rows["cutoff_date"]))
    for cutoff in cutoffs:
        own = (rows["cutoff_date"] == cutoff).to_numpy()
        predicted[own] = predict(rows[own], cutoff)
    return predicted


def judge_churn(model: Any, holdout: pd.DataFrame) -> dict[str, Judged]:
    """P(no order), for all customers and for those active lately, beside three baselines."""
    truth = churned(holdout)
    predictions = {
        "model": _by_cutoff(model.predict, holdout),
        "logistic_regression": model.linear_probability(holdout),
        "bg_nbd": holdout["btyd_quiet"].to_numpy(np.float64),
        "recency": holdout["recency_days"].to_numpy(np.float64),
    }
    active = holdout["recency_days"].to_numpy() <= ACTIVE_DAYS
    judged = {}
    for subject, rows in (("all_customers", np.ones_like(active)), ("active_customers", active)):
        if not rows.any():
            continue
        own = predictions["model"][rows]
        facts = {
            "churned_share": float(truth[rows].mean()),
            "accuracy_of_the_majority_class": float(
                max(truth[rows].mean(), 1 - truth[rows].mean())
            ),
            "calibration_error_of_a_perfect_model": metrics.calibration_floor(own),
        }
        judged[subject] = Judged(
            truth[rows],
            {name: values[rows] for name, values in predictions.items()},
            holdout["customer_id"].to_numpy()[rows],
            PROBABILITY_METRICS,
            facts,
        )
    return judged


def judge_next_order(model: Any, holdout: pd.DataFrame) -> dict[str, Judged]:
    """Days to the next order of those who ordered, and P(order within 30 days) of all."""
    days = holdout["label_days_to_next"].to_numpy(np.float64)
    ordered = ~np.isnan(days)
    rows = holdout[ordered]
    low, middle, high = np.sort(model.days_if_ordering(rows), axis=0)
    constant = np.full(len(rows), float(np.median(days[ordered])))
    gap = (rows["mean_gap_days"] - rows["recency_days"]).to_numpy(np.float64)
    by_gap = np.clip(np.where(np.isnan(gap), constant, gap), 0, model.horizon_days - 1)
    facts = {"coverage_80": metrics.coverage(days[ordered], np.floor(low), np.ceil(high))}
    soon = model.predict(holdout).probability_soon
    recent = -holdout["recency_days"].to_numpy(np.float64)
    return {
        "days_to_next_order": Judged(
            days[ordered],
            {"model": middle, "constant": constant, "mean_gap": by_gap},
            rows["customer_id"].to_numpy(),
            {"mae": metrics.mae, "pinball_50": metrics.pinball(0.5)},
            facts,
        ),
        f"order_within_{SOON_DAYS}_days": Judged(
            (ordered & (days < SOON_DAYS)).astype(np.float64),
            {"model": soon, "recency": recent},
            holdout["customer_id"].to_numpy(),
            PROBABILITY_METRICS,
        ),
    }


TASKS: Mapping[str, Task] = {
    task.name: task
    for task in (
        Task(
            "clv",
            "customer lifetime value",
            lambda settings: tuple(
                days
                for days in sorted(settings.label_horizons_days, reverse=True)
                if days <= settings.clv_horizon_days
            ),
            fit_clv,
            judge_clv,
            (Deciding("revenue", "gini"), Deciding("revenue", "mae")),
        ),
        Task(
            "churn",
            "churn",
            lambda settings: (settings.churn_horizon_days,),
            fit_churn,
            judge_churn,
            (Deciding("all_customers", "brier"),),
        ),
        Task(
            "next_order",
            "next order",
            lambda settings: (settings.next_order_horizon_days,),
            fit_next_order,
            judge_next_order,
            (
                Deciding("days_to_next_order", "mae"),
                Deciding(f"order_within_{SOON_DAYS}_days", "brier"),
            ),
        ),
    )
}
