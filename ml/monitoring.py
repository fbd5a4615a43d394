"""Predictions held against what came, and what is scored against what was learned from.

Of each month the first scores of a model are judged once their horizon is over, with the metrics
it was judged with at training; and scores and features are compared with how they were spread at
training. Large shops are judged by the customers with the lowest hashes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import registry
from ml.errors import UnusableModel
from ml.features import FEATURES
from ml.outcomes import drifted, judge
from ml.reading import fetch
from ml.reference import Spread, spread
from ml.settings import Monitoring, load_monitoring, load_settings
from patron.shop import Shop, find_shop

if TYPE_CHECKING:
    from sqlmesh import ExecutionContext

Array = npt.NDArray[np.float64]

SCORES = {
    "clv": ("predicted_clv", "horizon_days", "predicted_clv_lower", "predicted_clv_upper"),
    "churn": ("churn_probability", "horizon_days", "NULL", "NULL"),
    "next_order": ("order_probability_30d", "30", "NULL", "NULL"),
}
"""Of each task: the score, the days it looks ahead, and the ends of its range."""


def monitored(context: ExecutionContext) -> Iterator[pd.DataFrame]:
    """The rows of `ml.prediction_monitoring`."""
    shop, limits, sample = find_shop(), load_monitoring(), load_settings().training_customers
    rows: list[dict[str, Any]] = []
    now = _features_now(context, sample)
    for task in registry.TASKS:
        first: dict[str, Spread] = {}
        for scored in _scored_months(context, task, limits.months):
            version = scored["model_version"]
            card = _card(shop, task, version)
            frame = _outcomes(
                context, task, scored["scoring_date"], _hash_bound(scored["customer_count"], sample)
            )
            base = {
                "task": task,
                "model_version": version,
                "scoring_month": scored["scoring_date"].replace(day=1),
                "scoring_date": scored["scoring_date"],
                "customer_count": len(frame),
            }
            found = judge(task, frame, card, limits, first.get(version))
            rows += [base | vars(one) for one in found]
            first.setdefault(version, spread(frame["score"].to_numpy(np.float64)))
        rows += _feature_rows(shop, task, now, limits)
    if rows:
        yield _with_latest(pd.DataFrame(rows))


def _scored_months(context: ExecutionContext, task: str, months: int) -> list[dict[str, Any]]:
    """The first scores of each model in each of the last months."""
    found = fetch(
        context,
        f"""
        WITH days AS (
            SELECT scoring_date, model_version, COUNT(*) AS customer_count
            FROM {{ml.{task}_predictions}} GROUP BY scoring_date, model_version
        )
        SELECT MIN(scoring_date) AS scoring_date, model_version,
            MAX(customer_count) AS customer_count
        FROM days GROUP BY DATE_TRUNC('MONTH', scoring_date), model_version
        ORDER BY scoring_date, model_version
        """,
    )
    found["scoring_date"] = pd.to_datetime(found["scoring_date"]).dt.date
    kept = sorted({day.replace(day=1) for day in found["scoring_date"]})[-months:]
    rows = [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]
    return [row for row in rows if row["scoring_date"].replace(day=1) in kept]


def _outcomes(
    context: ExecutionContext, task: str, scoring_date: date, hash_bound: str
) -> pd.DataFrame:
    """The scores of a day with the orders of the days from the cutoff on."""
    score, horizon, low, high = SCORES[task]
    return fetch(
        context,
        f"""
        WITH scores AS (
            SELECT customer_id, cutoff_date, {score}::DOUBLE AS score, {low}::DOUBLE AS low,
                {high}::DOUBLE AS high, ({horizon})::INT AS horizon_days
            FROM {{ml.{task}_predictions}}
            WHERE scoring_date = DATE '{scoring_date.isoformat()}'
                AND SUBSTRING(MD5(customer_id), 1, 8) < '{hash_bound}'
        ), later AS (
            SELECT scores.customer_id, SUM(days.order_count)::DOUBLE AS orders,
                SUM(days.net_revenue_amount)::DOUBLE AS revenue
            FROM scores
            INNER JOIN {{intermediate.int_customer_days}} AS days
                ON scores.customer_id = days.customer_id AND days.order_date >= scores.cutoff_date
                AND days.order_date < scores.cutoff_date + scores.horizon_days
            GROUP BY scores.customer_id
        )
        SELECT scores.customer_id, scores.score, scores.low, scores.high,
            COALESCE(later.orders, 0) AS orders, COALESCE(later.revenue, 0) AS revenue,
            scores.cutoff_date + scores.horizon_days <= as_of.as_of_date AS is_over
        FROM scores
        CROSS JOIN {{intermediate.int_as_of}} AS as_of
        LEFT JOIN later ON scores.customer_id = later.customer_id
        ORDER BY scores.customer_id
        """,
    )


def _features_now(context: ExecutionContext, sample: int) -> pd.DataFrame:
    """What scoring sees now."""
    counted = fetch(context, "SELECT COUNT(*) AS customers FROM {ml.customer_features_now}")
    bound = _hash_bound(int(counted["customers"].iloc[0]), sample)
    numbers = ", ".join(f"{name}::DOUBLE AS {name}" for name in FEATURES)
    return fetch(
        context,
        f"SELECT {numbers}, snapshot_date FROM {{ml.customer_features_now}}"
        f" WHERE SUBSTRING(MD5(customer_id), 1, 8) < '{bound}' ORDER BY customer_id",
    )


def _feature_rows(
    shop: Shop, task: str, now: pd.DataFrame, limits: Monitoring
) -> list[dict[str, Any]]:
    """The drift of the features that the scoring model sees now."""
    version = registry.scoring_version(shop, task)
    if version is None or now.empty:
        return []
    day = pd.Timestamp(now["snapshot_date"].iloc[0]).date()
    base = {
        "task": task,
        "model_version": version,
        "scoring_month": day.replace(day=1),
        "scoring_date": day,
        "customer_count": len(now),
    }
    return [base | vars(one) for one in drifted(now, _card(shop, task, version), limits)]


def _with_latest(frame: pd.DataFrame) -> pd.DataFrame:
    """Mark the newest figure of each kind, and put the columns in their order."""
    key = ["task", "kind", "subject", "metric"]
    newest = frame.groupby(key)["scoring_date"].transform("max")
    frame["is_latest"] = frame["scoring_date"] == newest
    return frame.sort_values([*key, "scoring_date", "model_version"], ignore_index=True)


def _hash_bound(customers: int, wanted: int) -> str:
    """Hashes below this are a sample of at least the wanted customers, or everybody ('g')."""
    halvings = max(0, int(np.log2(max(customers, 1) / wanted)))
    return f"{16**8 >> halvings:08x}" if halvings else "g"


def _card(shop: Shop, task: str, version: str) -> dict[str, Any]:
    try:
        return registry.read_card(shop, task, version)
    except UnusableModel:
        return {}
