"""Alerts about models, promised tables and predictions: told once, cleared with their cause."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pandas as pd
from operated import CONTRACT, Operated
from stock import CLONE

from ml import registry
from operate.cycle import run_cycle
from operate.steps import Request
from patron.shop import Shop

PACED = '''
"""Takes as long as the source says."""
import time

import pandas as pd
from sqlmesh import model
from sqlmesh.core.model.kind import ModelKindName


@model(
    "intermediate.paced",
    kind={"name": ModelKindName.INCREMENTAL_BY_TIME_RANGE, "time_column": "day", "batch_size": 1},
    columns={"day": "date"},
)
def execute(context, start, end, **kwargs):
    time.sleep(float(context.fetchdf("SELECT seconds FROM source.pace")["seconds"][0]))
    yield pd.DataFrame({"day": [start.date()]})
'''


def test_a_model_that_becomes_slow_is_told(operated: Operated) -> None:
    operated.stock.execute("CREATE TABLE source.pace AS SELECT 0 AS seconds")
    (operated.stock.project / "models" / "intermediate" / "paced.py").write_text(PACED)
    with operated.later(1):
        run_cycle(
            Request(operated.shop, apply_changes=True), ("transform", "monitor"), 0, lambda _: None
        )
    assert "paced" not in operated.told
    operated.stock.execute("UPDATE source.pace SET seconds = 0.8")
    operated.cycle(hours=24)
    assert "Warning: intermediate.paced takes longer than usual" in operated.told
    operated.stock.execute("UPDATE source.pace SET seconds = 0")
    operated.cycle(hours=24)
    assert "Cleared: intermediate.paced takes longer than usual" in operated.told


def test_a_model_that_fails_again_and_again_is_told_until_it_is_long_ago(
    operated: Operated,
) -> None:
    operated.settings(quality_history_days=2)
    add_model_health(operated.stock.project)
    request = Request(operated.shop, apply_changes=True)
    with operated.later(1):
        assert run_cycle(request, ("transform", "monitor"), 0, lambda _: None).error is None
    assert "fails often" not in operated.told
    operated.stock.execute("INSERT INTO source.sales VALUES (9001, '2025-01-11', 3, -5)")
    operated.cycle(hours=24)
    operated.cycle()
    operated.stock.execute("UPDATE source.sales SET amount = 5 WHERE sale_id = 9001")
    operated.cycle()
    title = "staging.stg_sales fails often"
    assert operated.told.splitlines().count(f"Warning: {title}") == 1
    operated.stock.execute("INSERT INTO source.sales VALUES (9002, '2025-01-14', 3, 5)")
    operated.cycle(hours=72)
    assert f"Cleared: {title}" in operated.told


def add_model_health(project: Path) -> None:
    """The models of the clone that say how models do."""
    for name in ("quality/model_health.sql", "quality/model_complexity.py",
                 "seeds/model_advice.sql"):  # fmt: skip
        target = project / "models" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(CLONE / "models" / name, target)
    shutil.copy(CLONE / "seeds" / "model_advice.csv", project / "seeds")
    shutil.copy(CLONE / "macros" / "safe_divide.py", project / "macros")
    (project / "external_models").mkdir()
    shutil.copy(CLONE / "external_models" / "records.yaml", project / "external_models")


def test_a_table_that_is_not_as_accurate_as_promised_is_told(operated: Operated) -> None:
    contract = CONTRACT.replace("mart_customers", "mart_days").replace(
        "forall", "not_null_non_blocking"
    )
    contract = contract.replace("customer_id", "day").replace("type: BIGINT, r", "type: DATE, r")
    path = operated.stock.project / "contracts" / "mart_days.yaml"
    path.write_text(contract, encoding="utf-8")
    title = "marts.mart_days does not keep its promise of accuracy"
    operated.watch()
    assert operated.told == f"Warning: {title}"
    with (operated.stock.project / "seeds" / "regions.csv").open("a", encoding="utf-8") as file:
        file.write("6,south\n")
    request = Request(operated.shop, apply_changes=True)
    with operated.later(1):
        run_cycle(request, ("transform", "monitor"), 0, lambda _: None)
    told = operated.told
    assert f"Cleared: {title}" in told
    assert "Cleared: The audit not_null_non_blocking of marts.mart_days found something" in told


def test_a_promised_table_that_readers_do_not_find_is_told(operated: Operated) -> None:
    with duckdb.connect(str(operated.shop.published)) as connection:
        connection.execute("ALTER TABLE marts.mart_customers RENAME COLUMN sales TO sold")
    report = operated.watch()
    assert (
        "Critical: marts.mart_customers does not keep its promise of availability" in operated.told
    )
    (alert,) = [one for one in report.open_alerts if one["kind"] == "contract"]
    assert alert["detail"].endswith("readers do not find column sales")
    operated.stock.execute("INSERT INTO source.sales VALUES (9002, '2025-01-11', 3, 5)")
    operated.cycle(hours=24)
    assert "Cleared: marts.mart_customers does not keep" in operated.told


def test_a_champion_whose_file_is_damaged_is_told(operated: Operated) -> None:
    shop = operated.shop
    card = {"task": "churn", "version": "one", "libraries": registry.library_versions()}
    registry.save(shop, card, "final", "judged")
    registry.promote(shop, "churn", "one")
    file = registry.task_folder(shop, "churn") / "one" / "model.joblib"
    whole = file.read_bytes()
    publish_registry(shop)
    operated.watch()
    assert operated.told == ""
    file.write_bytes(whole + b"x")
    publish_registry(shop)
    operated.watch()
    assert operated.told == "Critical: The model of churn cannot be used"
    file.write_bytes(whole)
    publish_registry(shop)
    operated.watch()
    assert operated.told == "Cleared: The model of churn cannot be used"


def publish_registry(shop: Shop) -> None:
    """What ml.model_registry says now, in the published copy."""
    from ml.tables import registered, typed

    with duckdb.connect(str(shop.published)) as connection:
        connection.register("found", pd.concat(typed(registered(shop))))
        connection.execute("CREATE OR REPLACE TABLE ml.model_registry AS FROM found")
