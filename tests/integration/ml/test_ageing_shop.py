"""A shop that grows older: what was predicted is held against what its customers then did."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from prediction_data import (
    PlainContext,
    build,
    buying_days,
    keep_predictions,
    load_days,
    set_as_of,
    with_days,
)
from sklearn.metrics import roc_auc_score

from ml import registry
from ml.monitoring import monitored
from operate.monitor.watch import watch
from patron.shop import Shop
from tests.support.receivers import team

SCORED = date(2026, 3, 15)
HORIZONS = {"clv": 90, "churn": 60, "next_order": 30}
METRICS = {
    "clv": {"gini", "total_bias", "mae", "coverage_80"},
    "churn": {"roc_auc", "brier", "calibration_error", "mean_bias"},
    "next_order": {"roc_auc", "brier", "calibration_error", "mean_bias"},
}


@pytest.fixture(scope="module")
def days() -> pd.DataFrame:
    """The days of a shop of which 460 are over when it is scored, and 120 are to come."""
    return buying_days(900, 580, seed=5, end=SCORED + timedelta(days=120))


@pytest.fixture
def shop(days: pd.DataFrame, trained: Shop) -> duckdb.DuckDBPyConnection:
    """The shop as of the day it was scored, by models of a shop whose customers are alike."""
    connection = with_days(days[days["order_date"] < SCORED], SCORED)
    build(connection)
    for task in registry.TASKS:
        assert keep_predictions(connection, task, SCORED - timedelta(days=1)) > 700
    return connection


def outcomes(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """What is known of outcomes, by task and metric."""
    context: Any = PlainContext(connection)
    (found,) = monitored(context)
    return found[found["kind"] == "outcome"].set_index(["task", "metric"])


def grow_older(connection: duckdb.DuckDBPyConnection, days: pd.DataFrame, by: int) -> None:
    """Let days pass, with the orders of them."""
    today = SCORED + timedelta(days=by)
    load_days(connection, days[days["order_date"] < today])
    set_as_of(connection, today)


def test_predictions_are_judged_as_they_mature(
    shop: duckdb.DuckDBPyConnection, days: pd.DataFrame
) -> None:
    known: dict[int, set[str]] = {}
    for age in (29, 30, 59, 60, 89, 90):
        grow_older(shop, days, age)
        known[age] = set(outcomes(shop).index.get_level_values("task"))
    assert known == {
        29: set(),
        30: {"next_order"},
        59: {"next_order"},
        60: {"next_order", "churn"},
        89: {"next_order", "churn"},
        90: {"next_order", "churn", "clv"},
    }
    found = outcomes(shop)
    assert {task: set(found.loc[task].index) for task in HORIZONS} == METRICS


def test_the_figures_are_those_of_what_customers_did(
    shop: duckdb.DuckDBPyConnection, days: pd.DataFrame, trained: Shop
) -> None:
    grow_older(shop, days, 100)
    found = outcomes(shop)

    def came(task: str) -> tuple[pd.DataFrame, pd.Series]:
        until = SCORED + timedelta(days=HORIZONS[task])
        later = days[(days["order_date"] >= SCORED) & (days["order_date"] < until)]
        scores = shop.table(f"ml.{task}_predictions").df().set_index("customer_id")
        revenue = later.groupby("customer_id")["net_revenue_amount"].sum()
        return scores, revenue.reindex(scores.index).fillna(0)

    scores, revenue = came("churn")
    probability, quiet = scores["churn_probability"], revenue == 0
    churn = found.loc["churn"]
    assert churn.loc["roc_auc", "value"] == pytest.approx(roc_auc_score(quiet, probability))
    assert churn.loc["brier", "value"] == pytest.approx(((probability - quiet) ** 2).mean())
    scores, revenue = came("clv")
    value = found.loc["clv"]
    predicted = scores["predicted_clv"]
    assert value.loc["total_bias", "value"] == pytest.approx(predicted.sum() / revenue.sum() - 1)
    assert value.loc["mae", "value"] == pytest.approx((predicted - revenue).abs().mean())
    inside = revenue.between(scores["predicted_clv_lower"], scores["predicted_clv_upper"])
    assert value.loc["coverage_80", "value"] == pytest.approx(inside.mean())
    # The models are as good as at their training, since customers are alike, and nobody is woken.
    for task, metric in (("churn", "roc_auc"), ("next_order", "roc_auc"), ("clv", "gini")):
        one = found.loc[(task, metric)]
        assert one["value"] > one["expected"] - 0.05 > 0.5, (task, metric)
    assert not found.loc["churn", "is_alert"].any()
    for task in registry.TASKS:
        (version,) = registry.versions(trained, task)
        assert set(found.loc[task, "model_version"]) == {version}
    assert np.isfinite(found["value"].to_numpy(np.float64)).all()


def test_people_are_told_of_predictions_that_do_not_come_true(
    shop: duckdb.DuckDBPyConnection,
    days: pd.DataFrame,
    trained: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look() -> set[str]:
        """What people are told 70 days after the customers were scored."""
        context: Any = PlainContext(shop)
        (found,) = monitored(context)
        with duckdb.connect(str(trained.published)) as published:
            published.register("found", found)
            published.execute("CREATE OR REPLACE TABLE ml.prediction_monitoring AS FROM found")
        watch(trained, datetime.combine(SCORED, datetime.min.time()) + timedelta(days=70))
        return {line for line in people.told() if "Predictions of churn" in line}

    title = "Predictions of churn: calibration is beyond its limit"
    with team() as people:
        people.join(trained.root, monkeypatch)
        grow_older(shop, days, 70)
        assert look() == set()
        # Nobody comes any more: far more are gone than was predicted.
        grow_older(shop, days[days["order_date"] < SCORED], 70)
        assert f"Warning: {title}" in look()
        assert look() == set(), "once"
        # Their orders had only not been delivered.
        grow_older(shop, days, 70)
        assert f"Cleared: {title}" in look()
