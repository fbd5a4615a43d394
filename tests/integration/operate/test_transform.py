"""Plans, runs and restatements from Python: the same safety, errors for people."""

from __future__ import annotations

import pytest
from sqlmesh import Context
from stock import Ended, Stock

from operate import transform
from patron.errors import PatronError
from patron.shop import Shop


def shop_of(stock: Stock) -> Shop:
    return Shop(root=stock.shop, project=stock.project)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_SHOP", "unset")


def test_first_run_plans_and_equals_the_stock_commands(fresh: Stock, planned: Stock) -> None:
    result = transform.run_prod(shop_of(fresh), "2025-01-11T01:00:00")
    assert set(result.models) >= {"staging.stg_sales", "marts.mart_customers", "ml.scores"}
    assert [(model, audit.sample_keys) for model, audit in result.warnings] == [
        ("marts.mart_days", "day=2025-01-04")
    ]
    assert fresh.tables() == planned.tables()


def test_run_builds_the_days_since_and_a_second_run_nothing(planned: Stock) -> None:
    shop = shop_of(planned)
    first = transform.run_prod(shop, "2025-01-12T01:00:00")
    assert "staging.stg_sales" in first.models
    assert not first.unapplied_changes
    days = planned.published_rows("SELECT COUNT(*), MAX(day)::VARCHAR FROM marts.mart_days")
    assert days == [(11, "2025-01-11")]
    assert transform.run_prod(shop, "2025-01-12T02:00:00").models == ()


def test_changed_files_are_told_and_applied_only_when_asked(planned: Stock) -> None:
    shop = shop_of(planned)
    model = planned.project / "models" / "marts" / "mart_customers.sql"
    model.write_text(model.read_text().replace("SUM(amount)", "SUM(amount * 2)"))
    total = "SELECT SUM(amount) FROM marts.mart_customers"
    assert transform.run_prod(shop, "2025-01-11T03:00:00").unapplied_changes
    assert planned.published_rows(total) == [(900,)]
    applied = transform.run_prod(shop, "2025-01-11T03:00:00", apply_changes=True)
    assert "marts.mart_customers" in applied.models
    assert not applied.unapplied_changes
    assert planned.published_rows(total) == [(1800,)]


def test_a_column_added_to_a_table_that_stays_is_in_it_after_the_plan(planned: Stock) -> None:
    model = planned.project / "models" / "intermediate" / "int_days.sql"
    kept = model.read_text().replace("lookback 2)", "lookback 2, forward_only true)")
    model.write_text(kept)
    shop = shop_of(planned)
    transform.run_prod(shop, "2025-01-11T03:00:00", apply_changes=True)
    model.write_text(kept.replace("SELECT day,", "SELECT day, MAX(amount)::DOUBLE AS highest,"))
    transform.run_prod(shop, "2025-01-11T04:00:00", apply_changes=True)
    query = "SELECT COUNT(*), COUNT(highest) FROM intermediate.int_days"
    assert planned.rows(query) == [(10, 0)]
    transform.run_prod(shop, "2025-01-12T01:00:00")
    assert planned.rows(query) == [(11, 3)], "the new day and its lookback"


def restate(planned: Stock, start: str, end: str) -> Ended:
    """Build days of staging again, with everything downstream."""
    days = ("--start", start, "--end", end, "--auto-apply")
    model = ("--restate-model", "staging.stg_sales")
    return planned.sqlmesh("2025-01-11T03:00", "plan", "prod", *model, *days)


def test_restatement_builds_the_days_again(planned: Stock) -> None:
    planned.execute("UPDATE source.sales SET amount = amount + 1 WHERE day = '2025-01-03'")
    ended = restate(planned, "2025-01-03", "2025-01-03")
    assert ended.code == 0, ended.out + ended.err
    assert planned.published_rows("SELECT SUM(amount) FROM marts.mart_customers") == [(920,)]


def test_restatement_with_an_end_rebuilds_cumulative_models_to_the_latest_day(
    planned: Stock,
) -> None:
    (planned.project / "models" / "intermediate" / "int_running.sql").write_text(_RUNNING)
    (planned.project / "models" / "marts" / "mart_running.sql").write_text(_RUNNING_MART)
    ended = planned.sqlmesh("2025-01-11T02:00", "plan", "prod", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    query = "SELECT day::VARCHAR, amount::BIGINT FROM marts.mart_running ORDER BY day"
    before = planned.published_rows(query)
    planned.execute("UPDATE source.sales SET amount = amount + 1 WHERE day = '2025-01-03'")
    assert restate(planned, "2025-01-03", "2025-01-03").code == 0
    assert planned.published_rows(query) == [
        (shown, amount + (20 if shown >= "2025-01-03" else 0)) for shown, amount in before
    ]
    assert len(before) == 10
    assert transform.run_prod(shop_of(planned), "2025-01-11T04:00:00").models == ()


def test_failed_restatement_keeps_rows_and_the_next_run_takes_it_up(planned: Stock) -> None:
    before = planned.tables()
    planned.execute("UPDATE source.sales SET amount = amount - 2 WHERE day = '2025-01-02'")
    ended = restate(planned, "2025-01-01", "2025-01-04")
    assert ended.code == 1
    assert "staging.stg_sales: audit 'forall'" in ended.out + ended.err
    assert "sale_id=1 " in ended.out + ended.err
    assert planned.tables() == before
    planned.execute("UPDATE source.sales SET amount = amount + 3 WHERE day = '2025-01-02'")
    assert planned.sqlmesh("2025-01-11T04:00", "run", "prod").code == 0
    assert planned.published_rows("SELECT SUM(amount) FROM marts.mart_customers") == [(920,)]


def test_failing_model_is_an_error_without_traceback(planned: Stock) -> None:
    planned.execute("ALTER TABLE source.sales RENAME COLUMN amount TO total")
    with pytest.raises(PatronError) as caught:
        transform.run_prod(shop_of(planned), "2025-01-12T01:00:00")
    assert caught.value.what.startswith("1 model failed; what failed was undone")
    assert "staging.stg_sales: Binder Error" in str(caught.value)
    assert caught.value.remedy == "correct the model or what it reads, then run again"


def test_broken_model_file_is_an_error_with_its_name(planned: Stock) -> None:
    (planned.project / "models" / "broken.sql").write_text("MODEL (name marts.broken); SELEC 1")
    with pytest.raises(PatronError) as caught:
        transform.run_prod(shop_of(planned), "2025-01-12T01:00:00")
    assert "broken.sql" in str(caught.value)


def test_plan_killed_while_promoting_is_planned_again(planned: Stock) -> None:
    model = planned.project / "models" / "staging" / "stg_sales.sql"
    model.write_text(model.read_text().replace("customer_id, amount FROM", _DOUBLED))
    arguments = ("2025-01-11T03:00", "plan", "prod", "--auto-apply")
    undisturbed = planned.copy(planned.project.parent / "undisturbed")
    count = undisturbed.sqlmesh(*arguments).statements
    assert planned.sqlmesh(*arguments, kill_before=int(count * 0.6)).code == -9
    stuck = planned.sqlmesh("2025-01-11T04:00", "run", "prod")
    assert stuck.code == 1
    assert "is being updated by plan" in stuck.out
    transform.run_prod(shop_of(planned), "2025-01-11T04:00:00")
    assert planned.tables() == undisturbed.tables()


_DOUBLED = "customer_id, (amount * 2)::DECIMAL(12, 2) AS amount FROM"

_RUNNING = """
MODEL (
  name intermediate.int_running,
  kind INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y-%m-%d'), batch_size 1),
  grain (day),
  tags (cumulative)
);

SELECT days.day, SUM(sales.amount)::DECIMAL(18, 2) AS amount
FROM intermediate.int_days AS days
JOIN staging.stg_sales AS sales ON sales.day <= days.day
WHERE days.day BETWEEN @start_ds AND @end_ds
GROUP BY days.day
"""
_RUNNING_MART = """
MODEL (
  name marts.mart_running,
  kind INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y-%m-%d')),
  grain (day)
);

SELECT day, amount FROM intermediate.int_running WHERE day BETWEEN @start_ds AND @end_ds
"""


def test_a_failing_model_in_python_is_told_by_its_exception_not_its_code(planned: Stock) -> None:
    model = planned.project / "models" / "ml" / "scores.py"
    broken = model.read_text().replace(
        "    if frame.empty:", "    frame['nothing']\n    if frame.empty:"
    )
    model.write_text(broken)
    with pytest.raises(PatronError, match=r"ml\.scores: KeyError: 'nothing'"):
        transform.run_prod(shop_of(planned), "2025-01-12T03:00:00", apply_changes=True)


def test_files_that_did_not_change_are_not_read_again(
    planned: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop_of(planned)
    transform.run_prod(shop, "2025-01-11T03:00:00")
    with monkeypatch.context() as patched:
        patched.setattr(Context, "load", _refuse)
        assert transform.run_prod(shop, "2025-01-12T03:00:00").models
        patched.setenv("PATRON_TIMEZONE", "Europe/Berlin")
        with pytest.raises(AssertionError, match="the project is read"):
            transform.run_prod(shop, "2025-01-12T03:00:00")
    model = planned.project / "models" / "marts" / "mart_customers.sql"
    model.write_text(model.read_text().replace("SUM(amount)", "SUM(amount * 2)"))
    assert transform.run_prod(shop, "2025-01-12T03:00:00").unapplied_changes
    # Told again by every run until it is applied
    assert transform.run_prod(shop, "2025-01-12T04:00:00").unapplied_changes


def test_a_file_that_changes_during_a_run_is_told_by_the_next(
    planned: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = planned.project / "models" / "marts" / "mart_customers.sql"
    run_due = transform.run_due

    def edited_meanwhile(*arguments: object) -> object:
        model.write_text(model.read_text().replace("SUM(amount)", "SUM(amount * 2)"))
        return run_due(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(transform, "run_due", edited_meanwhile)
        transform.run_prod(shop_of(planned), "2025-01-11T03:00:00")
    assert transform.run_prod(shop_of(planned), "2025-01-12T03:00:00").unapplied_changes


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("the project is read")
