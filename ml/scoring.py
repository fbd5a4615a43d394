"""Scoring inside the DAG: what the Python models `ml.*_predictions` return.

The champion is taken at run time. Where it cannot be used, the last one before it that can takes
its place, and the log says why. Without any there are no rows, and the marts fall back to rules.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import logit

from ml import gate, registry
from ml.boosting import one_thread
from ml.features import FEATURES, fit_buying
from ml.next_order import NextOrderPrediction
from ml.reading import fetch
from ml.reasons import effects_of_many, phrase
from ml.settings import load_settings
from patron.shop import find_shop

if TYPE_CHECKING:
    from sqlmesh import ExecutionContext

logger = logging.getLogger(__name__)

MAX_LAG_DAYS = 7
BATCH_ROWS = 100_000
PATH_MONTHS = 12
FEATURES_NOW = "{ml.customer_features_now}"
Rows = Callable[[Any, pd.DataFrame, date], pd.DataFrame]


def clv_rows(model: Any, frame: pd.DataFrame, cutoff: date) -> pd.DataFrame:
    """Expected orders and net revenue over the horizon, with range and reasons."""
    predicted = model.predict(frame, cutoff)
    values = pd.DataFrame(
        {
            "horizon_days": model.horizon_days,
            "expected_orders": predicted.orders,
            "predicted_clv": predicted.value,
            "predicted_clv_lower": predicted.low,
            "predicted_clv_upper": predicted.high,
            "predicted_margin": predicted.margin,
            **_path(predicted.monthly),
        },
        index=frame.index,
    )

    def score(rows: pd.DataFrame) -> Any:
        return np.log(np.maximum(model.members(rows), 1e-9))

    return values.join(_reasons(frame, score, "raises the value", "lowers the value"))


def _path(monthly: Any) -> dict[str, Any]:
    """The expected revenue of each of twelve months; none beyond the horizon."""
    known = monthly.shape[1]
    return {
        f"predicted_clv_month_{month}": monthly[:, month - 1] if month <= known else np.nan
        for month in range(1, PATH_MONTHS + 1)
    }


def churn_rows(model: Any, frame: pd.DataFrame, cutoff: date) -> pd.DataFrame:
    """P(no order within the horizon), with reasons."""
    values = pd.DataFrame(
        {"horizon_days": model.horizon_days, "churn_probability": model.predict(frame, cutoff)},
        index=frame.index,
    )

    def score(rows: pd.DataFrame) -> Any:
        return logit(model.unshifted(rows))

    return values.join(_reasons(frame, score, "raises the risk", "lowers the risk"))


def next_order_rows(model: Any, frame: pd.DataFrame, cutoff: date) -> pd.DataFrame:
    """The day of the next order with its range, and P(order within 30 days)."""
    predicted: NextOrderPrediction = model.predict(frame)
    return pd.DataFrame(
        {
            "expected_next_order_date": _days_after(cutoff, np.round(predicted.days)),
            "next_order_from": _days_after(cutoff, np.floor(predicted.first_days)),
            "next_order_to": _days_after(cutoff, np.ceil(predicted.last_days)),
            "order_probability_30d": predicted.probability_soon,
        },
        index=frame.index,
    )


ROWS: dict[str, Rows] = {"clv": clv_rows, "churn": churn_rows, "next_order": next_order_rows}


def predictions(
    context: ExecutionContext, task: str, start: datetime, end: datetime
) -> Iterator[pd.DataFrame]:
    """The rows of a predictions model for an interval, in batches sorted by customer."""
    last = _newest_cutoff(context)
    scoring_date = scoring_day(last, start.date(), end.date())
    if last is None or scoring_date is None:
        return
    bundle = _scoring_model(task)
    if bundle is None:
        return
    with one_thread():
        frame = _features(context)
        verdict = gate.judge(
            len(frame),
            int(frame["tenure_days"].max()),
            int((frame["order_count"] >= 3).sum()),
            load_settings(),
        )
        if not verdict.passed:
            logger.warning("No %s scores: %s", task, "; ".join(verdict.reasons))
            return
        described = fit_buying(frame).describe(frame, bundle.final.horizon_days)
        scored = ROWS[task](bundle.final, described, last)
    scored.insert(0, "scoring_date", scoring_date)
    scored.insert(1, "customer_id", frame["customer_id"])
    scored.insert(2, "cutoff_date", last)
    scored.insert(3, "model_version", bundle.version)
    for first in range(0, len(scored), BATCH_ROWS):
        yield scored.iloc[first : first + BATCH_ROWS]


def scoring_day(cutoff: date | None, start: date, end: date) -> date | None:
    """The day under which scores of now are kept, or None for an interval long past or ahead.

    Scores belong to the last day with data; when the data is late by up to a week they are kept
    under the last day of the interval being processed.
    """
    if cutoff is None:
        return None
    last = cutoff - timedelta(days=1)
    if start <= last <= end:
        return last
    if timedelta(0) < start - last <= timedelta(days=MAX_LAG_DAYS):
        return end
    return None


def _scoring_model(task: str) -> registry.Bundle | None:
    """The champion, or the last one before it that can be used; the log says why."""
    bundle, problems = registry.load_scoring(find_shop(), task)
    for version, problem in problems.items():
        logger.warning("The champion of %s cannot be used: %s: %s", task, version, problem)
    if bundle and problems:
        logger.warning("Scored %s with %s, a champion before it", task, bundle.version)
    elif problems:
        logger.warning("No %s scores: no champion can be used", task)
    elif bundle is None:
        logger.warning("No %s scores: no model trained yet. Train one with 'patron train'.", task)
    return bundle


def _newest_cutoff(context: ExecutionContext) -> date | None:
    found = fetch(context, f"SELECT MAX(cutoff_date) AS cutoff_date FROM {FEATURES_NOW}")
    value = found["cutoff_date"].iloc[0]
    return None if pd.isna(value) else pd.Timestamp(value).date()


def _features(context: ExecutionContext) -> pd.DataFrame:
    numbers = ", ".join(f"{name}::DOUBLE AS {name}" for name in ("purchase_days", *FEATURES))
    frame = fetch(
        context, f"SELECT customer_id, {numbers} FROM {FEATURES_NOW} ORDER BY customer_id"
    )
    return frame.sort_values("customer_id", ignore_index=True)


def _reasons(
    frame: pd.DataFrame, score: Callable[[pd.DataFrame], Any], raises: str, lowers: str
) -> pd.DataFrame:
    """What is typical is taken from all customers."""
    typical = frame.select_dtypes("number").median()
    return phrase(frame, effects_of_many(frame, score, typical), raises, lowers)


def _days_after(cutoff: date, days: Any) -> list[date | None]:
    return [None if np.isnan(day) else cutoff + timedelta(days=int(day)) for day in days.tolist()]
