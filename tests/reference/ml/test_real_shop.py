"""Predictions on a real shop: Online Retail II, two years of a wholesaler of gifts."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from prediction_data import build, with_days
from real_shops import online_retail_2

from ml import metrics
from ml.boosting import one_thread
from ml.panel import PanelReader, Split, labelled_cutoffs, split_cutoffs
from ml.tasks import TASKS, Judged

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def real_shop(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> duckdb.DuckDBPyConnection:
    connection = with_days(online_retail_2(real_data, tmp_path_factory.mktemp("online_retail_2")))
    build(connection)
    return connection


def split(connection: duckdb.DuckDBPyConnection, horizon: int) -> Split:
    found = split_cutoffs(labelled_cutoffs(connection, horizon), horizon)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def judged_value(real_shop: duckdb.DuckDBPyConnection) -> Judged:
    task, chosen = TASKS["clv"], split(real_shop, 90)
    panel = PanelReader(real_shop).read(chosen)
    with one_thread():
        model = task.fit(panel.at(chosen.training), 90)
        return task.judge(model, panel.at(chosen.holdout))["revenue"]


def test_value_over_90_days_beats_bg_nbd_with_gamma_gamma(judged_value: Judged) -> None:
    judged = judged_value
    weights = list(metrics.customer_weights(judged.customers))

    def against(baseline: str, metric: metrics.Metric) -> metrics.Interval:
        ours, theirs = judged.predictions["model"], judged.predictions[baseline]
        return metrics.difference(metric, judged.truth, ours, theirs, weights)

    published = "bg_nbd_gamma_gamma"
    assert against(published, metrics.gini).value > 0.007
    mae = metrics.measure(metrics.mae, judged.truth, np.asarray(judged.predictions[published]))
    assert against(published, metrics.mae).value < -0.03 * mae
    assert against("previous_period", metrics.gini).low > 0.02
    bias = {
        name: metrics.measure(metrics.total_bias, judged.truth, np.asarray(prediction))
        for name, prediction in judged.predictions.items()
    }
    assert abs(bias["model"]) < 0.03 < abs(bias[published])


def test_ranges_over_90_days_cover_80_percent_of_small_and_large_customers(
    judged_value: Judged,
) -> None:
    facts = judged_value.facts
    assert facts["coverage_80_of_likely_buyers"] == pytest.approx(0.8, abs=0.02)
    for place in range(1, 6):
        assert 0.7 <= facts[f"coverage_80_of_likely_buyers_quintile_{place}"] <= 0.9


def test_churn_within_60_days_beats_its_baselines(real_shop: duckdb.DuckDBPyConnection) -> None:
    task, chosen = TASKS["churn"], split(real_shop, 60)
    panel = PanelReader(real_shop).read(chosen)
    with one_thread():
        model = task.fit(panel.at(chosen.training), 60)
        judged = task.judge(model, panel.at(chosen.holdout))
    for subject, least in (("all_customers", 0.80), ("active_customers", 0.755)):
        one = judged[subject]
        auc = {
            name: metrics.measure(metrics.roc_auc, one.truth, np.asarray(prediction))
            for name, prediction in one.predictions.items()
        }
        assert max(auc, key=lambda name: auc[name]) == "model"
        assert auc["model"] > least
        briers = {
            name: metrics.measure(metrics.brier, one.truth, np.asarray(one.predictions[name]))
            for name in ("model", "logistic_regression", "bg_nbd")
        }
        assert min(briers, key=lambda name: briers[name]) == "model"
        missed = metrics.measure(
            metrics.calibration_error, one.truth, np.asarray(one.predictions["model"])
        )
        assert missed - one.facts["calibration_error_of_a_perfect_model"] < 0.03


def test_the_next_order_beats_a_constant_and_the_mean_gap(
    real_shop: duckdb.DuckDBPyConnection,
) -> None:
    task, chosen = TASKS["next_order"], split(real_shop, 90)
    panel = PanelReader(real_shop).read(chosen)
    with one_thread():
        model = task.fit(panel.at(chosen.training), 90)
        judged = task.judge(model, panel.at(chosen.holdout))["days_to_next_order"]
    mae = {
        name: metrics.measure(metrics.mae, judged.truth, np.asarray(prediction))
        for name, prediction in judged.predictions.items()
    }
    assert mae["model"] < 0.95 * min(mae["constant"], mae["mean_gap"])
    assert judged.facts["coverage_80"] == pytest.approx(0.8, abs=0.05)
