"""Numbers that move raise their alerts: customers, metrics, predictions, quality."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from sqlglot import exp

from ml.monitoring import judge
from ml.reference import spread
from ml.settings import load_monitoring
from operate.monitor.watch import watch
from patron.shop import Shop
from tests.support.built_shop import BuiltShop, model_named, simulated
from tests.support.python_models import is_python, python_model

MORNING = datetime.fromisoformat("2026-03-01T06:00")
PREDICTIONS = "intermediate.int_customer_predictions"
LOOKED_AT = ("marts.mart_customer_analytics", "marts.mart_kpis", "quality.metric_definitions")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltShop:
    """A simulated shop with the numbers that the monitor looks at."""
    size = ("--customers", "300", "--orders", "3000", "--days", "400")
    shop = simulated(tmp_path_factory.mktemp("business"), *size)
    types = model_named(PREDICTIONS).columns_to_types or {}
    columns = ", ".join(f"{name} {kind.sql('duckdb')}" for name, kind in types.items())
    shop.connection.execute(f"CREATE TABLE {PREDICTIONS} ({columns})")
    shop.built.add(PREDICTIONS)
    shop.build(*LOOKED_AT)
    return shop


def parents(name: str) -> set[str]:
    if is_python(name):
        return set(python_model(name).parents)
    tables = (exp.to_table(one, dialect="duckdb") for one in model_named(name).depends_on)
    return {f"{table.db}.{table.name}" for table in tables}


def reading(built: BuiltShop, changed: str) -> list[str]:
    """The models that are made of a table, by one step or many."""
    above = {name: parents(name) for name in built.built if name != PREDICTIONS}
    found = {changed}
    while more := {name for name in above if name not in found and above[name] & found}:
        found |= more
    return sorted(found - {changed})


def change(built: BuiltShop, table: str, sql: str) -> None:
    """Change the rows of a raw table, and build again all that is made of them."""
    built.connection.execute(sql)
    built.rebuild(*reading(built, table))


def publish(shop: Shop, built: BuiltShop) -> None:
    """The tables as readers have them."""
    shop.published.unlink(missing_ok=True)
    built.connection.execute(f"ATTACH '{shop.published}' AS copy; CREATE SCHEMA copy.marts;"
                             " CREATE SCHEMA copy.quality; CREATE SCHEMA copy.ml")  # fmt: skip
    for name in LOOKED_AT:
        built.connection.execute(f"CREATE TABLE copy.{name} AS FROM {name}")
    built.connection.execute("DETACH copy")


def put(shop: Shop, table: str, frame: pd.DataFrame) -> None:
    """A table of the published copy."""
    with duckdb.connect(str(shop.published)) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS quality; CREATE SCHEMA IF NOT EXISTS ml")
        connection.register("frame", frame)
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM frame")


def events(shop: Shop) -> set[str]:
    """What people are told now."""
    report = watch(shop, MORNING)
    return {f"{one.event} {one.alert['alert_key']}" for one in report.events}


def test_a_metric_that_misses_its_target_and_reaches_it_again(shop: Shop, built: BuiltShop) -> None:
    publish(shop, built)
    assert "raised kpi:on_time_rate" not in events(shop)
    late = "UPDATE raw.shipments SET delivered_at = delivered_at {} INTERVAL 30 DAY"
    change(built, "raw.shipments", late.format("+"))
    publish(shop, built)
    assert "raised kpi:on_time_rate" in events(shop)
    assert events(shop) == set(), "once"
    change(built, "raw.shipments", late.format("-"))
    publish(shop, built)
    assert "cleared kpi:on_time_rate" in events(shop)


def test_customers_who_leave_and_come_back(shop: Shop, built: BuiltShop) -> None:
    publish(shop, built)
    assert {"raised kpi:high_risk_share", "raised kpi:customer_health"} <= events(shop)
    # Everybody orders again on the last day, and often.
    back = """
        INSERT INTO raw.orders BY NAME
        WITH last_orders AS (
          FROM raw.orders
          QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered_at, order_id) = 1
        )
        SELECT * EXCLUDE (n) REPLACE (
          order_id || '-' || n AS order_id, 'delivered' AS order_status, 500 AS order_amount,
          TIMESTAMP '2026-02-28 10:00' + TO_MINUTES(n) AS ordered_at
        )
        FROM last_orders CROSS JOIN (SELECT range AS n FROM range(12))
    """
    change(built, "raw.orders", back)
    publish(shop, built)
    assert {"cleared kpi:high_risk_share", "cleared kpi:customer_health"} <= events(shop)


def monitored(score: Any, ordered: Any, known: dict[str, Any]) -> pd.DataFrame:
    """How predictions of churn turned out, as ml.prediction_monitoring has it."""
    frame = pd.DataFrame({"score": score, "low": np.nan, "high": np.nan, "orders": ordered,
                          "revenue": 0.0, "is_over": True})  # fmt: skip
    found = judge("churn", frame, known, load_monitoring(), known["first"])
    rows = [asdict(one) for one in found]
    return pd.DataFrame(rows).assign(task="churn", is_latest=True, scoring_date=date(2026, 1, 1))


def test_scores_that_drift_and_promise_too_much(shop: Shop) -> None:
    generator = np.random.default_rng(4)
    score = generator.beta(1.5, 1.5, 4000)
    ordered = (generator.random(4000) > score).astype(float)
    known = {"first": spread(score), "metrics": {}}
    put(shop, "ml.prediction_monitoring", monitored(score, ordered, known))
    assert events(shop) == set()
    put(shop, "ml.prediction_monitoring", monitored(score * 0.6, ordered, known))
    told = {"prediction:churn calibration", "prediction:churn score_drift"}
    assert events(shop) == {f"raised {key}" for key in told}
    put(shop, "ml.prediction_monitoring", monitored(score, ordered, known))
    assert events(shop) == {f"cleared {key}" for key in told}


@pytest.mark.parametrize(
    ("table", "good", "bad", "key"),
    [
        (
            "quality.quality_scores",
            {"table_name": "raw.orders", "score": 99.0},
            {"table_name": "raw.orders", "score": 80.0},
            "quality_score:raw.orders",
        ),
        (
            "quality.model_health",
            {"model": "marts.x", "is_failing": False, "runs": 40, "failures": 1,
             "failure_share": 0.025, "recommended_action": None},
            {"model": "marts.x", "is_failing": True, "runs": 40, "failures": 9,
             "failure_share": 0.225, "recommended_action": "Correct it."},
            "model_health:marts.x",
        ),
        (
            "quality.control_charts",
            {"table_name": "raw.orders", "metric": "row_count", "status": "in_control",
             "impact_level": "none", "recommended_action": None, "value": 100.0,
             "centre_line": 100.0, "lower_limit": 80.0, "upper_limit": 120.0,
             "date_day": date(2026, 2, 28)},
            {"table_name": "raw.orders", "metric": "row_count", "status": "out_of_control",
             "impact_level": "high", "recommended_action": "Look at the till.", "value": 20.0,
             "centre_line": 100.0, "lower_limit": 80.0, "upper_limit": 120.0,
             "date_day": date(2026, 2, 28)},
            "control_chart:raw.orders row count",
        ),
    ],
)  # fmt: skip
def test_what_the_quality_tables_say_is_told(
    shop: Shop, table: str, good: dict[str, Any], bad: dict[str, Any], key: str
) -> None:
    assert events(shop) == set(), "not there yet: not measured, and no alert"
    for rows, expected in (
        (good, set()),
        (bad, {f"raised {key}"}),
        (bad, set()),
        (good, {f"cleared {key}"}),
    ):
        put(shop, table, pd.DataFrame([rows]))
        assert events(shop) == expected


def test_the_columns_that_the_monitor_reads_are_those_of_the_models() -> None:
    """The rows above have the columns of the real tables."""
    read = {
        "quality.quality_scores": {"table_name", "score"},
        "quality.model_health": {"model", "is_failing", "runs", "failures", "failure_share"},
        "quality.control_charts": {"table_name", "metric", "impact_level", "value", "date_day"},
    }
    for name, columns in read.items():
        assert columns <= set(model_named(name).columns_to_types or {}), name
