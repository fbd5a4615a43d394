"""Reconciling: stale days are found whatever made them so, and built again, also after a kill."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmesh.utils.date import to_datetime
from stock import KILLED, Stock, small_project

from operate import transform
from operate.reconcile import ReconcileResult, check, mark, rebuild, reconcile
from operate.reconcile_models import intervals_of, load_production
from operate.steps import Request
from operate.steps import reconcile as reconcile_step
from patron.cli import patron
from patron.errors import PatronError
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


def test_a_failing_audit_keeps_the_rows_and_the_next_run_takes_it_up(planned: Stock) -> None:
    before = planned.tables()
    planned.execute("UPDATE source.sales SET amount = amount - 2 WHERE day = '2025-01-02'")
    with pytest.raises(PatronError, match="1 model failed"):
        reconcile(shop_of(planned), MOMENT)
    assert planned.tables() == before
    planned.execute("UPDATE source.sales SET amount = amount + 3 WHERE day = '2025-01-02'")
    assert planned.sqlmesh("2025-01-11T06:00", "run", "prod").code == 0
    assert planned.published_rows("SELECT SUM(amount) FROM marts.mart_customers") == [(920,)]


def test_a_table_that_was_left_behind_is_built_again(planned: Stock) -> None:
    """A run of staging alone leaves what reads it as it was, and nothing says so."""
    planned.execute("UPDATE source.sales SET amount = amount + 1 WHERE day = '2025-01-10'")
    day = ("2025-01-12T01:00", "run", "prod")
    assert planned.sqlmesh(*day, "--select-model", "staging.stg_sales").code == 0
    found = check(shop_of(planned), "2025-01-12T02:00:00")
    assert {one.model: one.reason for one in found.stale} == {
        "intermediate.int_days": "differs from its query",
        "intermediate.int_as_of": "older than what it reads",
        "marts.mart_customers": "older than what it reads",
    }
    reconcile(shop_of(planned), "2025-01-12T02:00:00")
    assert planned.published_rows("SELECT SUM(amount) FROM marts.mart_customers") == [(1000,)]


def test_what_was_predicted_stays(planned: Stock) -> None:
    before = planned.rows("SELECT * FROM ml.scores ORDER BY ALL")
    planned.execute(CORRECTED)
    reconcile(shop_of(planned), MOMENT)
    assert planned.rows("SELECT * FROM ml.scores ORDER BY ALL") == before


def test_rebuilding_a_day_of_predictions_leaves_other_days(planned: Stock) -> None:
    assert planned.sqlmesh("2025-01-12T01:00", "run", "prod").code == 0
    days = "SELECT scoring_date::VARCHAR, SUM(score) FROM ml.scores GROUP BY ALL ORDER BY ALL"
    before = planned.rows(days)
    planned.execute("UPDATE source.sales SET amount = 2 * amount")
    reconcile(shop_of(planned), "2025-01-12T02:00:00")
    rebuild(shop_of(planned), ["ml.scores"], date(2025, 1, 11), "2025-01-12T02:00:00")
    assert planned.rows(days) == [before[0], (before[1][0], 2 * before[1][1])]


def test_marking_leaves_rows_and_the_next_run_builds_them(planned: Stock) -> None:
    before = planned.tables()
    planned.execute(CORRECTED)
    assert mark(shop_of(planned), MOMENT).days == 1
    assert planned.tables() == before
    assert not mark(shop_of(planned), MOMENT).is_compared, "nothing was loaded since"
    assert planned.sqlmesh("2025-01-11T06:00", "run", "prod").code == 0
    assert planned.published_rows("SELECT SUM(amount) FROM marts.mart_customers") == [(920,)]
    assert reconcile(shop_of(planned), MOMENT).stale == ()


def test_the_step_is_skipped_when_nothing_happened(planned: Stock) -> None:
    request = Request(shop_of(planned), MOMENT)
    outcomes = [reconcile_step(request) for _ in range(2)]
    assert [(one.outcome, one.detail) for one in outcomes] == [
        ("skipped", "no day is stale"),
        ("skipped", "nothing happened since the last time"),
    ]
    planned.execute(
        """
        INSERT INTO raw.load_log BY NAME SELECT
          '00000001-shop-sales' AS batch_id, 'shop' AS source, 'sales' AS stream,
          1 AS rows_read, 0 AS rows_unchanged, 1 AS rows_updated, 0 AS rows_deleted
        """
    )
    planned.execute(CORRECTED)
    done = reconcile_step(request)
    assert (done.outcome, done.detail) == ("done", "1 day of 4 tables stale, 4 models built")


def test_what_is_built_weekly_keeps_its_schedule_until_somebody_asks(planned: Stock) -> None:
    (planned.project / "models" / "marts" / "mart_total.sql").write_text(
        "MODEL (name marts.mart_total, kind FULL, cron '@weekly');"
        "SELECT SUM(amount) AS amount FROM intermediate.int_days"
    )
    assert planned.sqlmesh(MOMENT, "plan", "prod", "--auto-apply").code == 0
    total = "SELECT amount FROM marts.mart_total"
    before = planned.rows(total)
    planned.execute(CORRECTED)
    assert "marts.mart_total" not in days_of(mark(shop_of(planned), MOMENT))
    assert transform.run_prod(shop_of(planned), MOMENT).models
    done = reconcile(shop_of(planned), MOMENT, only_if_changed=True)
    assert (done.is_compared, done.stale) == (True, ())
    assert planned.rows(total) == before
    found = reconcile(shop_of(planned), MOMENT)
    assert [(one.model, one.reason) for one in found.stale] == [
        ("marts.mart_total", "older than what it reads")
    ]
    assert planned.rows(total) == [(before[0][0] + 20,)]


def test_a_shop_that_was_never_built_has_nothing_to_reconcile(fresh: Stock) -> None:
    assert not reconcile(shop_of(fresh), MOMENT).is_compared
    assert not check(shop_of(fresh), MOMENT).is_compared


def test_the_command_looks_builds_and_tells_machines(planned: Stock) -> None:
    at = ("reconcile", "--execution-time", MOMENT)
    calm = call(planned.shop, *at, "--check")
    assert (calm.exit_code, calm.stdout) == (
        0,
        "every table is as a build from scratch would make it\n",
    )
    planned.execute(CORRECTED)
    looked = call(planned.shop, *at, "--check", "--json")
    assert looked.exit_code == 1
    (first, *_) = json.loads(looked.stdout)["stale"]
    assert first == {
        "model": "staging.stg_sales",
        "reason": "differs from its query",
        "days": ["2025-01-03"],
        "rows_stored": 20,
        "rows_expected": 20,
    }
    done = call(planned.shop, *at)
    assert done.exit_code == 0, done.output
    assert "staging.stg_sales" in done.stdout
    assert call(planned.shop, *at, "--check").exit_code == 0


@pytest.mark.slow
def test_killed_anywhere_a_plain_run_finishes_the_work(planned: Stock, tmp_path: Path) -> None:
    planned.execute(CORRECTED)
    planned.execute("DELETE FROM source.sales WHERE sale_id = 9")
    undisturbed = planned.copy(tmp_path / "undisturbed")
    command = ("2025-01-11T05:00", "patron", "--shop", str(undisturbed.shop), "reconcile")
    done = undisturbed.sqlmesh(*command)
    assert done.code == 0, done.out + done.err
    expected = _without_records(undisturbed)
    assert expected != _without_records(planned)
    for number in range(1, 6):
        killed = planned.copy(tmp_path / f"killed{number}")
        at = ("2025-01-11T05:00", "patron", "--shop", str(killed.shop), "reconcile")
        statement = done.statements * number // 6
        assert killed.sqlmesh(*at, kill_before=statement).code == KILLED
        forgotten = _without_records(killed) != _without_records(planned)
        ended = killed.sqlmesh("2025-01-11T06:00", "run", "prod")
        assert ended.code == 0, ended.out + ended.err
        if _without_records(killed) != expected:
            assert not forgotten, f"half of the work was lost before statement {statement}"
            again = ("2025-01-11T07:00", *at[1:])
            assert killed.sqlmesh(*again).code == 0
            assert _without_records(killed) == expected, statement


def test_intervals_are_few_wide_and_begin_the_lookback_before(planned: Stock) -> None:
    with transform.open_context(shop_of(planned)) as context:
        production = load_production(context, MOMENT)
        assert production is not None
        sales = production.named("staging.stg_sales")

    def days(*numbers: int) -> list[tuple[str, str]]:
        found = intervals_of(sales, [date(2025, 1, 1) + timedelta(days=n) for n in numbers])
        return [tuple(str(to_datetime(moment).date()) for moment in one) for one in found]

    assert days(0) == [("2025-01-01", "2025-01-02")], "not before the first day that was built"
    assert days(9, 8) == [("2025-01-07", "2025-01-11")]
    assert days(5, 39) == [("2025-01-04", "2025-02-10")]
    assert days(5, 40) == [("2025-01-04", "2025-01-07"), ("2025-02-08", "2025-02-11")]
    assert len(days(*range(0, 1000, 100))) == 4
