"""Queries of a few days are planned otherwise than those of history, and nothing else is."""

from __future__ import annotations

import pytest
from stock import Stock

COMPRESSION = "compressed_materialization"
MODEL = """
MODEL (name intermediate.{name}, kind {kind}, start '{start}', grain (day));

SELECT
  day, ANY_VALUE(CURRENT_SETTING('disabled_optimizers'))::TEXT AS planned_without,
  SUM({amount})::DOUBLE AS amount
FROM {table}
{days}
GROUP BY day
"""
BY_DAY = "INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y-%m-%d'))"
DAYS = "WHERE day BETWEEN @start_ds AND @end_ds"
MODELS = {
    "int_january": ("staging.stg_sales", BY_DAY, "2025-01-01", DAYS),
    "int_winter": ("staging.stg_sales", BY_DAY, "2024-11-01", DAYS),
    # Not of staging, so that it comes after these
    "int_whole": ("intermediate.int_days", "FULL", "2025-01-01", ""),
}


def write(stock: Stock, amount: str = "amount") -> None:
    for name, (table, kind, start, days) in MODELS.items():
        given = amount if kind == BY_DAY else "amount"
        text = MODEL.format(name=name, table=table, kind=kind, start=start, days=days, amount=given)
        (stock.project / "models" / "intermediate" / f"{name}.sql").write_text(text)


def planned_without(stock: Stock) -> dict[str, str]:
    """What the queries of each model's latest day were planned without."""
    query = "SELECT planned_without FROM intermediate.{} ORDER BY day DESC LIMIT 1"
    return {name: str(stock.rows(query.format(name))[0][0]) for name in MODELS}


def test_only_batches_of_a_few_days_are_planned_for_them(planned: Stock) -> None:
    write(planned)
    assert planned.sqlmesh("2025-01-11T02:00", "plan", "prod", "--auto-apply").code == 0
    history = {"int_january": COMPRESSION, "int_winter": "", "int_whole": ""}
    assert planned_without(planned) == history
    assert planned.sqlmesh("2025-01-12T02:00", "run", "prod").code == 0
    assert planned_without(planned) == history | {"int_winter": COMPRESSION}


@pytest.mark.parametrize("chosen", ["join_order", "join_order,unused_columns"])
def test_what_a_shop_turned_off_stays_off(planned: Stock, chosen: str) -> None:
    config = planned.project / "config.yaml"
    text = config.read_text()
    setting = f"      connector_config: {{disabled_optimizers: '{chosen}'}}\n"
    config.write_text(text.replace("      concurrent_tasks", f"{setting}      concurrent_tasks"))
    write(planned)
    assert planned.sqlmesh("2025-01-11T02:00", "plan", "prod", "--auto-apply").code == 0
    found = {name: set(told.split(",")) for name, told in planned_without(planned).items()}
    kept = set(chosen.split(","))
    january = kept | {COMPRESSION}
    assert found == {"int_january": january, "int_winter": kept, "int_whole": kept}


def test_after_a_batch_that_failed_queries_are_planned_as_before(planned: Stock) -> None:
    write(planned, amount="CASE WHEN day = '2025-01-11' THEN ERROR('no sum') ELSE amount END")
    assert planned.sqlmesh("2025-01-11T02:00", "plan", "prod", "--auto-apply").code == 0
    assert planned.sqlmesh("2025-01-12T02:00", "run", "prod").code == 1
    assert outcomes(planned)[-2:] == ["failed", "succeeded"]
    assert planned_without(planned)["int_whole"] == ""


def outcomes(stock: Stock) -> list[str]:
    """Those of the batches of a failing model and of the one that is made whole, in their order."""
    found = stock.rows(
        "SELECT outcome FROM quality.model_runs WHERE model IN"
        " ('intermediate.int_january', 'intermediate.int_whole') ORDER BY batch_number"
    )
    return [outcome for (outcome,) in found]
