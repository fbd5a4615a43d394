"""Daily life with the stock `sqlmesh` command: change a mart, next day, bad rows, moved rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.clone import clone
from tests.support.command import patron_or_fail
from tests.support.nights import FIRST_NIGHT, after_first_night
from tests.support.stock import CLONE, Stock

NIGHT_TWO = "2026-03-02T06:00"
EXECUTIVE = "marts.mart_executive_financial_summary"
DISCOUNT = "COALESCE(kpis.discount_amount, 0)"


@pytest.fixture
def stock(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Stock:
    """The project, and a shop of this test that was built on the night after its last day."""
    shutil.copytree(after_first_night(tmp_path_factory), tmp_path / "shop")
    return Stock(CLONE, tmp_path / "shop")


def written(stock: Stock, environment: str) -> set[str]:
    """The models that runs of an environment wrote."""
    rows = stock.rows(
        f"SELECT DISTINCT model FROM quality.model_runs WHERE environment = '{environment}'"
    )
    return {model for (model,) in rows}


def test_changing_one_mart_builds_that_and_its_readers_in_dev_and_leaves_prod(
    stock: Stock, tmp_path: Path
) -> None:
    before = stock.tables()
    stock = Stock(clone(tmp_path / "project"), stock.shop)
    path = stock.project / "models/marts/executive/mart_executive_financial_summary.sql"
    path.write_text(path.read_text().replace(DISCOUNT, f"2 * {DISCOUNT}"))
    plan = ("plan", "dev", "--include-unmodified", "--auto-apply", "--skip-tests", "--skip-linter")
    ended = stock.sqlmesh(FIRST_NIGHT, *plan)
    assert ended.code == 0, ended.out + ended.err
    assert written(stock, "dev") == {EXECUTIVE, "marts.mart_kpis"}
    ((dev, prod),) = stock.rows(
        "SELECT (SELECT SUM(discount_amount) FROM marts__dev.mart_executive_financial_summary),"
        f" (SELECT SUM(discount_amount) FROM {EXECUTIVE})"
    )
    assert prod > 0
    assert dev == 2 * prod
    after = {name: rows for name, rows in stock.tables().items() if "__dev" not in name}
    ours = {name for name in before if not name.startswith("warehouse.quality.")}
    assert {name: after[name] for name in ours} == {name: before[name] for name in ours}
    check_that_people_are_masked(stock)


def check_that_people_are_masked(stock: Stock) -> None:
    shown = "email, last_name, birth_date, city"
    dev = stock.rows(f"SELECT DISTINCT {shown} FROM staging__dev.stg_customers ORDER BY ALL")
    prod = stock.rows(f"SELECT {shown} FROM staging.stg_customers")
    assert any(email and "@" in email and birth for email, _, birth, _ in prod)
    assert {(email, name, birth) for email, name, birth, _ in dev} <= {
        (email, name, None) for email in ("***", None) for name in ("***", None)
    }
    assert {city for *_, city in dev} == {city for *_, city in prod}


def test_the_next_day_runs_its_interval_and_a_second_run_does_nothing(stock: Stock) -> None:
    patron_or_fail(stock.shop, "simulate", "advance", "--days", "1")
    patron_or_fail(stock.shop, "ingest")
    ((before,),) = stock.rows("SELECT COUNT(*) FROM quality.model_runs")
    ended = stock.sqlmesh(NIGHT_TWO, "run", "prod")
    assert ended.code == 0, ended.out + ended.err
    ((first, last),) = stock.rows(
        """
        SELECT MIN(interval_start)::DATE::TEXT, MAX(interval_end)::DATE::TEXT
        FROM quality.model_runs
        WHERE model = 'staging.stg_orders' AND interval_end > TIMESTAMP '2026-03-01'
        """
    )
    assert (first, last) == ("2026-02-22", "2026-03-02"), "the day and its lookback of seven days"
    assert stock.rows("SELECT as_of_date::TEXT FROM intermediate.int_as_of") == [("2026-03-02",)]
    assert stock.published_rows(f"SELECT MAX(date_day)::TEXT FROM {EXECUTIVE}") == [("2026-03-01",)]

    ((after,),) = stock.rows("SELECT COUNT(*) FROM quality.model_runs")
    assert after > before
    again = stock.sqlmesh(NIGHT_TWO, "run", "prod")
    assert again.code == 0
    assert "No models are ready to run" in again.out
    assert stock.rows("SELECT COUNT(*) FROM quality.model_runs") == [(after,)]


def test_a_failing_audit_shows_nobody_the_bad_rows_and_names_them(stock: Stock) -> None:
    before = stock.tables()
    stock.execute(
        """
        INSERT INTO raw.orders BY NAME
        SELECT * REPLACE (
          'bad-order' AS order_id, 'lost' AS order_status,
          TIMESTAMP '2026-03-01 12:00:00' AS ordered_at
        )
        FROM raw.orders WHERE order_status = 'delivered' LIMIT 1
        """
    )
    ended = stock.sqlmesh(NIGHT_TWO, "run", "prod")
    assert ended.code != 0
    said = " ".join((ended.out + ended.err).split())
    for word in ("stg_orders", "accepted_values", "bad-order"):
        assert word in said, said
    after = stock.tables()
    shown = {name for name in before if name.startswith(("warehouse.marts", "published"))}
    assert {name: after[name] for name in shown} == {name: before[name] for name in shown}

    stock.execute("DELETE FROM raw.orders WHERE order_id = 'bad-order'")
    assert stock.sqlmesh(NIGHT_TWO, "run", "prod").code == 0


def test_rows_moved_into_the_last_days_leave_their_old_ones(stock: Stock) -> None:
    refunds = "SELECT SUM(refund_amount) FROM marts.fct_returns"
    lines = "SELECT COUNT(*), SUM(gross_amount) FROM marts.fct_order_items"
    before = stock.rows(refunds), stock.rows(lines)
    # Neither all that a day gave back nor a sale: there the numbers of the old day would stop the
    # run until 'patron reconcile', and it says so.
    stock.execute(
        """
        UPDATE raw.returns SET returned_at = TIMESTAMP '2026-02-27 12:00:00'
        WHERE return_id = (
          SELECT MIN(returns.return_id) FROM staging.stg_returns AS returns
          INNER JOIN staging.stg_shipments AS parcels ON returns.order_id = parcels.order_id
          INNER JOIN marts.mart_operations AS days
            ON parcels.order_date = days.date_day AND parcels.region = days.region
          WHERE returns.returned_date < DATE '2026-02-01'
            AND days.returned_orders < LEAST(days.arrived_orders, days.fulfilled_orders)
        );
        UPDATE raw.orders SET ordered_at = TIMESTAMP '2026-02-28 12:00:00'
        WHERE order_id = (SELECT MIN(order_id) FROM staging.stg_orders
                          WHERE order_date < DATE '2026-02-01' AND order_status = 'cancelled')
        """
    )
    ended = stock.sqlmesh(NIGHT_TWO, "run", "prod")
    assert ended.code == 0, ended.out + ended.err
    assert (stock.rows(refunds), stock.rows(lines)) == before
    assert stock.rows("SELECT COUNT(*) - COUNT(DISTINCT order_id) FROM staging.stg_orders") == [
        (0,)
    ]
