"""Recommending inside the DAG: what the Python model `ml.product_recommendations` returns."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.boosting import one_thread
from ml.monitoring import fetch
from ml.recommend import Places, Recommender, Scores, bought_by, fit_recommender
from ml.settings import load_settings

if TYPE_CHECKING:
    from sqlmesh import ExecutionContext

logger = logging.getLogger(__name__)

Names = npt.NDArray[np.str_]

COUNT = 5
HISTORY_DAYS = 365
HASHES = 16**8
BATCH_CUSTOMERS = 5_000


def recommendations(context: ExecutionContext) -> Iterator[pd.DataFrame]:
    """The best items of each kind for each customer who bought lately, in batches."""
    settings = load_settings()
    counted = fetch(
        context,
        f"SELECT COUNT(DISTINCT items.customer_id) AS customers FROM {_ITEMS} WHERE {_COUNTS}",
    )
    customers = int(counted["customers"].iloc[0])
    if customers < settings.min_customers:
        logger.warning(
            "No recommendations: %d customers ordered in the last %d days, %d needed",
            customers,
            HISTORY_DAYS,
            settings.min_customers,
        )
        return
    with one_thread():
        learned_from = min(1.0, settings.training_customers / customers)
        model = fit_recommender(_purchases(context, 0.0, learned_from))
        batches = -(-customers // BATCH_CUSTOMERS)
        for batch in range(batches):
            purchases = _purchases(context, batch / batches, (batch + 1) / batches)
            if len(purchases):
                yield _rows(model, purchases)


def _rows(model: Recommender, purchases: pd.DataFrame) -> pd.DataFrame:
    bought = bought_by(purchases, model.items)
    kinds = {"again": model.again(bought, COUNT), "new": model.new(bought, COUNT)}
    parts = [_kind(model, bought.customers, kind, *best) for kind, best in kinds.items()]
    return pd.concat(parts).sort_values(["customer_id", "kind", "place"], ignore_index=True)


def _kind(
    model: Recommender, customers: Names, kind: str, best: Places, score: Scores
) -> pd.DataFrame:
    """Rows of one kind; none for what has no score."""
    size = best.shape[1]
    frame = pd.DataFrame(
        {
            "customer_id": np.repeat(customers, size),
            "product_id": model.items[best.ravel()],
            "kind": kind,
            "place": np.tile(np.arange(1, size + 1), len(customers)),
            "score": score.ravel().astype(np.float64),
        }
    )
    return frame[frame["score"] > 0]


_ITEMS = "{intermediate.int_order_items} AS items CROSS JOIN {intermediate.int_as_of} AS as_of"
_COUNTS = (
    "items.is_valid_sale AND NOT items.is_guest AND items.order_date < as_of.as_of_date"
    f" AND items.order_date >= as_of.as_of_date - {HISTORY_DAYS}"
)


def _purchases(context: ExecutionContext, low: float, high: float) -> pd.DataFrame:
    """The purchases of the customers whose hash lies between two shares of all hashes."""
    bounds = [f"{min(int(share * HASHES), HASHES - 1):08x}" for share in (low, high)]
    upper = f" AND SUBSTRING(MD5(items.customer_id), 1, 8) < '{bounds[1]}'" if high < 1 else ""
    return fetch(
        context,
        "SELECT DISTINCT items.customer_id, items.product_id, items.order_id,"
        f" DATE_DIFF('DAY', items.order_date, as_of.as_of_date) AS age_days FROM {_ITEMS}"
        f" WHERE {_COUNTS} AND SUBSTRING(MD5(items.customer_id), 1, 8) >= '{bounds[0]}'{upper}"
        " ORDER BY items.customer_id, items.product_id, items.order_id",
    )
