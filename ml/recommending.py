"""Recommending inside the DAG: what the Python model `ml.product_recommendations` returns."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.boosting import one_thread
from ml.reading import fetch
from ml.recommend import Places, Recommender, Scores, bought_by, fit_recommender
from ml.settings import load_settings

if TYPE_CHECKING:
    from sqlmesh import ExecutionContext

logger = logging.getLogger(__name__)

Names = npt.NDArray[np.str_]

HASHES = 16**8
# Customers read at once, for every reading scans all order lines, and customers scored at once.
READ_CUSTOMERS, SCORED_CUSTOMERS = 100_000, 5_000


def recommendations(context: ExecutionContext) -> Iterator[pd.DataFrame]:
    """The best items of each kind for each customer who bought lately, in batches."""
    settings = load_settings()
    days, count = settings.recommendation_history_days, settings.recommendations_per_customer
    counted = fetch(
        context,
        f"SELECT COUNT(DISTINCT items.customer_id) AS customers FROM {_lately(days)}",
    )
    customers = int(counted["customers"].iloc[0])
    if customers < settings.min_customers:
        logger.warning(
            "No recommendations: %d customers ordered in the last %d days, %d needed",
            customers,
            days,
            settings.min_customers,
        )
        return
    with one_thread():
        learned_from = min(1.0, settings.training_customers / customers)
        model = fit_recommender(_purchases(context, days, 0.0, learned_from))
        parts = -(-customers // READ_CUSTOMERS)
        for part in range(parts):
            purchases = _purchases(context, days, part / parts, (part + 1) / parts)
            for batch in _batches(purchases):
                yield _rows(model, batch, count)


def _batches(purchases: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Purchases, sorted by customer, of some customers after others."""
    number = (purchases["customer_id"] != purchases["customer_id"].shift()).cumsum() - 1
    for _, batch in purchases.groupby(number // SCORED_CUSTOMERS):
        yield batch


def _rows(model: Recommender, purchases: pd.DataFrame, count: int) -> pd.DataFrame:
    bought = bought_by(purchases, model.items)
    kinds = {"again": model.again(bought, count), "new": model.new(bought, count)}
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


def _lately(days: int) -> str:
    """The order lines that count."""
    return (
        "{intermediate.int_order_items} AS items CROSS JOIN {intermediate.int_as_of} AS as_of"
        " WHERE items.is_valid_sale AND NOT items.is_guest AND items.order_date < as_of.as_of_date"
        f" AND items.order_date >= as_of.as_of_date - {days}"
    )


def _purchases(context: ExecutionContext, days: int, low: float, high: float) -> pd.DataFrame:
    """The purchases of the customers whose hash lies between two shares of all hashes."""
    bounds = [f"{min(int(share * HASHES), HASHES - 1):08x}" for share in (low, high)]
    upper = f" AND SUBSTRING(MD5(items.customer_id), 1, 8) < '{bounds[1]}'" if high < 1 else ""
    return fetch(
        context,
        "SELECT DISTINCT items.customer_id, items.product_id, items.order_id,"
        f" DATE_DIFF('DAY', items.order_date, as_of.as_of_date) AS age_days FROM {_lately(days)}"
        f" AND SUBSTRING(MD5(items.customer_id), 1, 8) >= '{bounds[0]}'{upper}"
        " ORDER BY items.customer_id, items.product_id, items.order_id",
    )
