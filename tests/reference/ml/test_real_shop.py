"""Predictions on a real shop: Online Retail II, two years of a wholesaler of gifts."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from prediction_data import build, with_days

from ml import metrics
from ml.boosting import one_thread
from ml.panel import PanelReader, Split, labelled_cutoffs, split_cutoffs
from ml.tasks import TASKS

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

DAYS = """
WITH invoices AS (
    SELECT Invoice, MIN(SPLIT_PART("Customer ID", '.', 1)) AS customer_id,
        MIN(InvoiceDate::TIMESTAMP)::DATE AS order_date, COUNT(*) AS lines,
        SUM(Quantity::INT) AS units,
        SUM((Quantity::INT * Price::DECIMAL(18, 2))::DECIMAL(18, 2)) AS amount
    FROM (SELECT DISTINCT * FROM READ_CSV('{path}', header = TRUE, all_varchar = TRUE))
    WHERE "Customer ID" IS NOT NULL AND REGEXP_MATCHES(Invoice, '^[0-9]')
        AND REGEXP_MATCHES(StockCode, '^[0-9]{{5}}') AND Quantity::INT > 0
        AND Price::DECIMAL(18, 2) > 0
    GROUP BY Invoice
)
SELECT customer_id, order_date, COUNT(*) AS order_count, SUM(lines) AS line_count,
    SUM(units) AS item_count, 0 AS discounted_order_count, SUM(amount) AS net_revenue_amount,
    NULL AS gross_margin_amount
FROM invoices GROUP BY customer_id, order_date
"""


@pytest.fixture(scope="module")
def real_shop(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> duckdb.DuckDBPyConnection:
    folder = tmp_path_factory.mktemp("online_retail_2")
    with zipfile.ZipFile(real_data / "online_retail_II_csv.zip") as archive:
        (name,) = archive.namelist()
        archive.extract(name, folder)
    connection = with_days(DAYS.format(path=folder / name))
    build(connection)
    return connection


def split(connection: duckdb.DuckDBPyConnection, horizon: int) -> Split:
    found = split_cutoffs(labelled_cutoffs(connection, horizon), horizon)
    assert found is not None
    return found


def test_value_over_90_days_beats_bg_nbd_with_gamma_gamma(
    real_shop: duckdb.DuckDBPyConnection,
) -> None:
    task, chosen = TASKS["clv"], split(real_shop, 90)
    panel = PanelReader(real_shop).read(chosen)
    with one_thread():
        model = task.fit(panel.at(chosen.training), 90)
        judged = task.judge(model, panel.at(chosen.holdout))["revenue"]
    weights = list(metrics.customer_weights(judged.customers))

    def against(baseline: str, metric: metrics.Metric) -> metrics.Interval:
        ours, theirs = judged.predictions["model"], judged.predictions[baseline]
        return metrics.difference(metric, judged.truth, ours, theirs, weights)

    published = "bg_nbd_gamma_gamma"
    assert against(published, metrics.gini).value > 0
    assert against(published, metrics.mae).value < 0
    assert against("previous_period", metrics.gini).low > 0.02
    bias = {
        name: metrics.measure(metrics.total_bias, judged.truth, np.asarray(prediction))
        for name, prediction in judged.predictions.items()
    }
    assert abs(bias["model"]) < 0.05 < abs(bias[published])
    assert 0.8 <= judged.facts["coverage_80_of_likely_buyers"] <= 0.95


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
