"""Scoring in the DAG: a real SQLMesh project of models/ml over customers' days."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml
from definitions import variables
from hooks import remove_hooks
from prediction_data import DAYS_COLUMNS, buying_days, with_days
from sqlmesh import Context
from sqlmesh.utils.date import to_timestamp

from ml import registry
from operate.reconcile_models import DAY_MS
from operate.restatement import forget
from patron.shop import SHOP_VARIABLE, Shop, find_project

PROJECT = find_project()
PREDICTIONS = tuple(f"ml.{task}_predictions" for task in registry.TASKS)
RECORDS = (
    "model_registry",
    "model_metrics",
    "model_importance",
    "model_deciles",
    "prediction_monitoring",
)
DAY = date(2026, 3, 14)
# Each customer buys of one of two groups of ten products; some rows must not count.
ITEMS = """
CREATE TABLE intermediate.int_order_items AS
SELECT customer_id, ASCII(MD5(customer_id)) % 2 || '-' || (ASCII(MD5(customer_id || item
    || order_date::TEXT)) + item) % 10 AS product_id, customer_id || order_date AS order_id,
    TRUE AS is_valid_sale, FALSE AS is_guest, order_date
FROM intermediate.int_customer_days CROSS JOIN (SELECT UNNEST(RANGE(2)) AS item) AS items
UNION ALL
SELECT customer_id, 'cancelled', 'c', FALSE, FALSE, order_date FROM intermediate.int_customer_days
UNION ALL
SELECT customer_id, 'future', 'f', TRUE, FALSE, DATE '2026-03-15'
FROM intermediate.int_customer_days
"""


def project(folder: Path, days: pd.DataFrame) -> Context:
    """A project with the real models/ml, its inputs declared as external tables."""
    shutil.copytree(PROJECT / "models" / "ml", folder / "models" / "ml")
    shutil.copytree(PROJECT / "macros", folder / "macros")
    (folder / "audits").mkdir()
    for path in (PROJECT / "audits").glob("*_equal_customer_days.sql"):
        shutil.copy(path, folder / "audits")
    warehouse = folder / "warehouse.duckdb"
    connection = {"type": "duckdb", "catalogs": {"w": str(warehouse)}}
    kept = {
        "gateways": {"local": {"connection": connection}},
        "model_defaults": {"dialect": "duckdb", "start": "2000-01-01", "cron": "@daily"},
        "disable_anonymized_analytics": True,
        "cache_dir": str(folder / "cache"),
        "variables": variables(),
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(kept))
    columns = dict(part.split(" ", 1) for part in DAYS_COLUMNS.replace(", 2", ";2").split(", "))
    inputs = {
        "int_customer_days": {name: kind.replace(";", ",") for name, kind in columns.items()},
        "int_as_of": dict.fromkeys(("as_of_date", "last_order_date", "first_order_date"), "DATE"),
    }
    inputs["int_order_items"] = {
        **dict.fromkeys(("customer_id", "product_id", "order_id"), "TEXT"),
        **dict.fromkeys(("is_valid_sale", "is_guest"), "BOOLEAN"),
        "order_date": "DATE",
    }
    declared = [
        {"name": f"intermediate.{name}", "columns": types} for name, types in inputs.items()
    ]
    (folder / "external_models.yaml").write_text(yaml.safe_dump(declared))
    source = with_days(days, date(2026, 3, 15))
    source.execute(ITEMS)
    source.execute(f"ATTACH '{warehouse}' AS w; CREATE SCHEMA w.intermediate")
    for name in inputs:
        source.execute(f"CREATE TABLE w.intermediate.{name} AS FROM intermediate.{name}")
    source.close()
    remove_hooks()
    return Context(paths=[str(folder)])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """Everything up to the features built, scored while there was no model yet."""
    folder = tmp_path_factory.mktemp("project")
    before = os.environ.get(SHOP_VARIABLE)
    os.environ[SHOP_VARIABLE] = str(tmp_path_factory.mktemp("no_model"))
    os.environ["MAX_FORK_WORKERS"] = "1"
    context = project(folder, buying_days(900, 460))
    context.plan("prod", auto_apply=True, no_prompts=True, skip_tests=True)
    if before is None:
        del os.environ[SHOP_VARIABLE]
    else:
        os.environ[SHOP_VARIABLE] = before
    yield context
    context.close()


def rescore(context: Context, end: str = "2026-03-14", start: str | None = None) -> None:
    """Score days again as `patron train` does: a restatement would refuse to touch records."""
    scored = (to_timestamp(start or end), to_timestamp(end) + DAY_MS)
    found = context.state_reader.get_snapshots(
        context.state_reader.get_environment("prod").snapshots
    ).values()
    by_name = {one.model.view_name: one for one in found if one.is_model}
    missing = {by_name[table.removeprefix("ml.")]: [scored] for table in PREDICTIONS}
    for table in RECORDS:
        latest = by_name[table].intervals[-1][1]
        missing[by_name[table]] = [(latest - DAY_MS, latest)]
    forget(context.state_sync, missing)
    context.run("prod")


def frame(context: Context, table: str) -> pd.DataFrame:
    return context.fetchdf(f"SELECT * FROM {table} ORDER BY ALL")


def test_without_a_model_there_are_no_rows(built: Context, untrained: Shop) -> None:
    rescore(built)
    for table in (*PREDICTIONS, "ml.model_registry", "ml.model_metrics"):
        assert frame(built, table).empty
    assert len(frame(built, "ml.customer_features_now")) > 500


def test_customers_are_scored_by_the_champions(built: Context, trained: Shop) -> None:
    rescore(built)
    customers = set(frame(built, "ml.customer_features_now")["customer_id"])
    for task, table in zip(registry.TASKS, PREDICTIONS, strict=True):
        scores = frame(built, table)
        assert set(scores["customer_id"]) == customers
        assert DAY in set(scores["scoring_date"].dt.date)
        assert set(scores["cutoff_date"].dt.date) == {date(2026, 3, 15)}
        champion = registry.champion(trained, task)
        assert champion is not None
        assert set(scores["model_version"]) == {champion.version}
    value = frame(built, "ml.clv_predictions")
    assert (value["predicted_clv_lower"] <= value["predicted_clv"]).all()
    assert (value["predicted_clv"] <= value["predicted_clv_upper"]).all()
    months = value[[f"predicted_clv_month_{month}" for month in (1, 2, 3)]]
    assert months.sum(axis=1).to_numpy() == pytest.approx(value["predicted_clv"].to_numpy())
    assert value["predicted_clv_month_4"].isna().all()
    share = value["predicted_margin"].sum() / value["predicted_clv"].sum()
    assert share == pytest.approx(0.4, abs=0.01)
    assert value["reason_1"].str.contains(r"\((?:raises|lowers) the value\)$").all()
    churn = frame(built, "ml.churn_predictions")["churn_probability"]
    assert churn.between(0, 1).all()
    assert churn.std() > 0.1
    assert set(frame(built, "ml.model_registry")["is_champion"]) == {True}
    assert len(frame(built, "ml.model_metrics")) > 50


def test_scoring_again_gives_the_same_rows(built: Context, trained: Shop) -> None:
    rescore(built)
    before = [frame(built, table) for table in PREDICTIONS]
    rescore(built)
    for table, rows in zip(PREDICTIONS, before, strict=True):
        pd.testing.assert_frame_equal(frame(built, table), rows, check_exact=True)


def test_the_same_customer_scores_alike_in_training_and_serving(
    built: Context, trained: Shop
) -> None:
    """What the model says of the published features is what the DAG stores."""
    from ml.boosting import one_thread
    from ml.features import FEATURES, fit_buying

    rescore(built)
    bundle = registry.load_champion(trained, "churn")
    assert bundle is not None
    with duckdb.connect(str(trained.published), read_only=True) as connection:
        numbers = ", ".join(f"{name}::DOUBLE AS {name}" for name in ("purchase_days", *FEATURES))
        features = connection.execute(
            f"SELECT customer_id, {numbers} FROM ml.customer_features_now ORDER BY customer_id"
        ).df()
    with one_thread():
        described = fit_buying(features).describe(features, bundle.final.horizon_days)
        expected = bundle.final.predict(described, date(2026, 3, 15))
    stored = frame(built, "ml.churn_predictions").sort_values("customer_id")
    assert stored["churn_probability"].to_numpy() == pytest.approx(expected, abs=0)


@pytest.mark.parametrize(
    ("damage", "day"), [("truncated", "2026-03-16"), ("other libraries", "2026-03-17")]
)
def test_an_unusable_champion_means_no_rows_and_the_run_goes_on(
    built: Context, trained: Shop, damage: str, day: str, caplog: pytest.LogCaptureFixture
) -> None:
    (version,) = registry.versions(trained, "churn")
    folder = registry.task_folder(trained, "churn") / version
    if damage == "truncated":
        os.truncate(folder / "model.joblib", 10)
    else:
        card = (folder / "card.json").read_text().replace('"numpy": "', '"numpy": "0.')
        (folder / "card.json").write_text(card)
    with caplog.at_level(logging.WARNING, logger="ml.scoring"):
        rescore(built, end=day)
    scored = {
        table: set(frame(built, table)["scoring_date"].dt.date)
        for table in ("ml.churn_predictions", "ml.clv_predictions")
    }
    assert date.fromisoformat(day) not in scored["ml.churn_predictions"]
    assert date.fromisoformat(day) in scored["ml.clv_predictions"]
    assert "No churn scores: no champion can be used" in caplog.text
    row: Any = frame(built, "ml.model_registry").set_index("task").loc["churn"]
    assert not row["is_usable"]
    assert not row["is_scoring"]
    assert row["problem"]


def test_the_last_good_champion_goes_on_scoring(
    built: Context, trained: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    (good,) = registry.versions(trained, "churn")
    folder = registry.task_folder(trained, "churn")
    shutil.copytree(folder / good, folder / "churn-newer")
    card = json.loads((folder / good / "card.json").read_text()) | {"version": "churn-newer"}
    (folder / "churn-newer" / "card.json").write_text(json.dumps(card))
    registry.promote(trained, "churn", "churn-newer")
    os.truncate(folder / "churn-newer" / "model.joblib", 10)
    with caplog.at_level(logging.WARNING, logger="ml.scoring"):
        rescore(built, end="2026-03-18")
    scores = frame(built, "ml.churn_predictions").set_index("scoring_date")
    assert set(scores.loc["2026-03-18", "model_version"]) == {good}
    assert "The champion of churn cannot be used: churn-newer" in caplog.text
    assert f"Scored churn with {good}, a champion before it" in caplog.text
    rows = frame(built, "ml.model_registry").set_index("version")
    assert rows.loc["churn-newer", ["is_champion", "is_usable", "is_scoring"]].tolist() == [
        True,
        False,
        False,
    ]
    assert rows.loc[good, ["is_champion", "is_usable", "is_scoring"]].tolist() == [
        False,
        True,
        True,
    ]


def test_the_cards_are_tables(built: Context, trained: Shop) -> None:
    rescore(built)
    importance = frame(built, "ml.model_importance")
    deciles = frame(built, "ml.model_deciles")
    assert set(importance["task"]) == set(deciles["task"]) == set(registry.TASKS)
    first = importance[importance["place"] == 1].set_index("task")["importance"]
    assert (first > 0).all()
    tenths = deciles[deciles["subject"] == "revenue"].sort_values("decile")
    assert len(tenths) == 10
    assert tenths["predicted_mean"].is_monotonic_decreasing
    assert tenths["actual_mean"].iloc[0] > 3 * tenths["actual_mean"].iloc[-1]
    measures = frame(built, "ml.model_metrics")
    assert set(measures.loc[measures["metric"] == "roc_auc", "metric_name"]) == {"ROC AUC"}
    assert set(measures.loc[measures["predictor"] == "bg_nbd", "predictor_name"]) == {"BG/NBD"}
    models = frame(built, "ml.model_registry").set_index("task")
    assert "looks 90 days ahead, not 365" in models.loc["clv", "limits"]
    assert "looks" not in models.loc["churn", "limits"]
    assert models.loc["clv", "feature_count"] == importance["task"].eq("clv").sum()


PLANTED = """
INSERT INTO {table} BY NAME
WITH customers AS (
    SELECT customer_id, COALESCE(SUM(net_revenue_amount)
            FILTER (order_date BETWEEN DATE '2025-11-01' AND DATE '2025-11-30'), 0) AS revenue
    FROM intermediate.int_customer_days GROUP BY customer_id
    HAVING MIN(order_date) < DATE '2025-11-01'
)
SELECT DATE '2025-10-31' AS scoring_date, DATE '2025-11-01' AS cutoff_date, customer_id,
    'planted' AS model_version, {columns}
FROM customers
"""


def test_predictions_are_held_against_what_came(built: Context, trained: Shop) -> None:
    """A churn model that knows, and a value model that says twice what comes."""
    said = {
        "churn": "30 AS horizon_days, CASE WHEN revenue > 0 THEN 0.1 ELSE 0.9 END"
        " AS churn_probability",
        "clv": "30 AS horizon_days, 2 * revenue AS predicted_clv, 0 AS predicted_clv_lower,"
        " 2 * revenue AS predicted_clv_upper",
    }
    tables = {
        task: built.get_snapshot(f"ml.{task}_predictions", raise_if_missing=True).table_name()
        for task in said
    }
    adapter = built.engine_adapter
    try:
        for task, columns in said.items():
            adapter.cursor.execute(PLANTED.format(table=tables[task], columns=columns))
        rescore(built)
    finally:
        for table in tables.values():
            adapter.cursor.execute(f"DELETE FROM {table} WHERE model_version = 'planted'")
    found = frame(built, "ml.prediction_monitoring")
    planted = found[found["model_version"] == "planted"].set_index(["task", "metric"])
    assert planted.loc[("churn", "roc_auc"), "value"] == 1
    assert planted.loc[("churn", "brier"), "value"] == pytest.approx(0.01)
    assert planted.loc[("clv", "total_bias"), "value"] == pytest.approx(1)
    assert planted.loc[("clv", "coverage_80"), "value"] == 1
    alerts = planted[planted["is_alert"]]
    assert set(alerts.index) == {("clv", "total_bias"), ("churn", "calibration_error")}
    assert set(planted["scoring_month"].dt.date) == {date(2025, 10, 1)}
    scored = found[found["model_version"] != "planted"]
    # These are a model's first scores, of the day on which it was trained.
    assert set(scored["kind"]) == {"feature_drift"}
    assert scored["is_latest"].all()
    assert scored["value"].max() < 0.01


def test_products_are_recommended(built: Context) -> None:
    found = frame(built, "ml.product_recommendations")
    assert found["customer_id"].nunique() > 500
    assert set(found["kind"]) == {"again", "new"}
    assert not set(found["product_id"]) & {"cancelled", "future"}
    ranked = found.sort_values(["customer_id", "kind", "place"])
    for _, rows in ranked.groupby(["customer_id", "kind"]):
        assert rows["place"].tolist() == list(range(1, len(rows) + 1))
        assert rows["score"].is_monotonic_decreasing
    groups = found["product_id"].str[0].groupby([found["customer_id"], found["kind"]])
    # What is new is of the customer's own group, as far as they are told apart.
    own, new = groups.first().unstack()["again"], groups.first().unstack()["new"]
    assert (own == new)[new.notna()].mean() > 0.95


def test_late_data_are_scored_for_a_week(built: Context, trained: Shop) -> None:
    rescore(built)
    for day, kept in (("2026-03-21", True), ("2026-03-22", False)):
        rescore(built, end=day)
        days = set(frame(built, "ml.churn_predictions")["scoring_date"].dt.date)
        assert (date.fromisoformat(day) in days) is kept
