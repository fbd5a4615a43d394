from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ml import gate
from ml.errors import TooLittleData
from ml.settings import load_settings

SETTINGS = load_settings()


def test_enough_data_passes() -> None:
    verdict = gate.judge(500, 180, 50, SETTINGS)
    assert verdict.passed
    verdict.require()


def test_each_shortage_is_named() -> None:
    verdict = gate.judge(499, 179, 49, SETTINGS)
    assert verdict.reasons == (
        "499 customers with an order, 500 needed",
        "179 days of history, 180 needed",
        "49 customers with three orders or more, 50 needed",
    )
    with pytest.raises(TooLittleData) as caught:
        verdict.require()
    message = str(caught.value)
    assert message.startswith("too little data for predictions: 499 customers")
    assert "remedy: load more history" in message


def test_an_empty_shop_does_not_pass() -> None:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA ml")
    connection.execute(
        "CREATE TABLE ml.customer_features_now (tenure_days BIGINT, order_count BIGINT)"
    )
    verdict = gate.check(connection)
    assert (verdict.customers, verdict.history_days, verdict.repeat_customers) == (0, 0, 0)
    assert not verdict.passed


def test_settings_come_from_the_config(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "variables:\n  churn_horizon_days: \"{{ env_var('NO_SUCH_VARIABLE', '45') }}\"\n"
        "  clv_horizon_days: 180\n  next_order_horizon_days: 90\n"
        "  training_customers: 1000\n"
        "  label_horizons_days: [45, 90, 180]\n  min_customers_for_predictions: 1\n"
        "  min_history_days_for_predictions: 2\n  min_repeat_customers_for_predictions: 3\n"
        "  recommendations_per_customer: 4\n  recommendation_history_days: 200\n"
        "  min_response_model_customers: 600\n"
    )
    found = load_settings(tmp_path)
    assert (found.churn_horizon_days, found.label_horizons_days) == (45, (45, 90, 180))
    assert found.training_customers == 1000
    assert (found.min_customers, found.min_history_days, found.min_repeat_customers) == (1, 2, 3)
    assert (found.recommendations_per_customer, found.recommendation_history_days) == (4, 200)
    assert found.min_response_model_customers == 600


def test_every_horizon_has_labels() -> None:
    wanted = {
        SETTINGS.churn_horizon_days,
        SETTINGS.clv_horizon_days,
        SETTINGS.next_order_horizon_days,
    }
    assert wanted <= set(SETTINGS.label_horizons_days)
