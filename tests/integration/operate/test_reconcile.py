"""Reconciling: stale days are found whatever made them so, and built again, also after a kill."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from stock import Stock, small_project

from operate.reconcile import ReconcileResult, check, reconcile
from patron.cli import patron
from patron.shop import Shop

MOMENT = "2025-01-11T05:00:00"
CORRECTED = "UPDATE source.sales SET amount = amount + 1 WHERE day = '2025-01-03'"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_SHOP", "unset")


def shop_of(stock: Stock) -> Shop:
    return Shop(root=stock.shop, project=stock.project)


def days_of(found: ReconcileResult) -> dict[str, list[int]]:
    """The stale days of January 2025, by model."""
    return {one.model: [day.day for day in one.days] for one in found.stale}


def call(shop: Path, *arguments: str) -> Result:
    return CliRunner().invoke(patron, ["--shop", str(shop), *arguments])


def equals_scratch(stock: Stock, folder: Path) -> bool:
    """Whether production shows what a plan of a new project over the same sales would show."""
    scratch = small_project(folder / "scratch")
    stock.execute(f"COPY (FROM source.sales) TO '{folder / 'sales.parquet'}'")
    scratch.execute(
        f"DELETE FROM source.sales; INSERT INTO source.sales FROM '{folder / 'sales.parquet'}'"
    )
    ended = scratch.sqlmesh(MOMENT, "plan", "prod", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    return _without_records(scratch) == _without_records(stock)


def _without_records(stock: Stock) -> dict[str, object]:
    return {key: rows for key, rows in stock.tables().items() if "ml.scores" not in key}


def test_nothing_is_stale_after_a_plan(planned: Stock) -> None:
    before = planned.tables()
    result = reconcile(shop_of(planned), MOMENT)
    assert (result.stale, result.models) == ((), ())
    assert result.is_compared
    assert planned.tables() == before


@pytest.mark.parametrize(
    ("change", "days", "rows"),
    [
        pytest.param(CORRECTED, [3], (20, 20), id="corrected"),
        pytest.param("DELETE FROM source.sales WHERE day = '2025-01-02'", [2], (20, 0), id="gone"),
        pytest.param(
            "INSERT INTO source.sales VALUES (901, '2025-01-01', 1, 1), (902, '2025-01-04', 1, 1)",
            [1, 4],
            (40, 42),
            id="late",
        ),
        pytest.param(
            "INSERT INTO source.sales FROM source.sales WHERE sale_id = 1",
            [2],
            (20, 21),
            id="twice",
        ),
        pytest.param(
            "UPDATE source.sales SET day = '2025-01-05' WHERE sale_id = 1",
            [2, 5],
            (40, 40),
            id="moved",
        ),
        pytest.param(
            "UPDATE source.sales SET amount = CASE sale_id WHEN 1 THEN 3 ELSE 1 END"
            " WHERE sale_id IN (1, 13)",
            [2],
            (20, 20),
            id="swapped",
        ),
        pytest.param(
            "UPDATE source.sales SET customer_id = NULL WHERE sale_id = 4", [5], (20, 20), id="null"
        ),
    ],
)
def test_stale_days_are_found_and_built_again(
    planned: Stock, tmp_path: Path, change: str, days: list[int], rows: tuple[int, int]
) -> None:
    before = planned.tables()
    planned.execute(change)
    looked = check(shop_of(planned), MOMENT)
    assert days_of(looked)["staging.stg_sales"] == days
    assert days_of(looked)["intermediate.int_days"] == days
    assert (looked.stale[0].rows_stored, looked.stale[0].rows_expected) == rows
    assert planned.tables() == before, "looking changes nothing"

    result = reconcile(shop_of(planned), MOMENT)
    assert days_of(result) == days_of(looked)
    assert {"marts.mart_customers", "intermediate.int_as_of"} <= set(result.models)
    assert equals_scratch(planned, tmp_path)
    assert reconcile(shop_of(planned), MOMENT).stale == ()
