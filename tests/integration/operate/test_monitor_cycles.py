"""Alerts about cycles, sources and the machine: told once, and cleared with their cause."""

from __future__ import annotations

import time
from datetime import datetime

import duckdb
import pytest
from click.testing import CliRunner
from killed_cycle import killed_cycle
from operated import Operated
from stock import KILLED

from patron.cli import patron
from patron.errors import BusyError
from tests.support.another import DATABASE, FILE_LOCK, another


def test_a_bad_row_fails_the_cycle_and_is_told_until_it_is_gone(operated: Operated) -> None:
    operated.stock.execute("INSERT INTO source.sales VALUES (9001, '2025-01-11', 3, -5)")
    assert operated.cycle(hours=24)[1] == "failed"
    told = operated.told
    assert "Critical: The audit forall of staging.stg_sales found something" in told
    assert "Critical: The step transform of patron run failed" in told
    assert operated.cycle()[1] == "failed"
    assert operated.told == "", "not told twice"
    operated.stock.execute("DELETE FROM source.sales WHERE sale_id = 9001")
    assert "failed" not in operated.cycle()
    told = operated.told
    assert "Cleared: The audit forall of staging.stg_sales found something" in told
    assert "Cleared: The step transform of patron run failed" in told


def test_a_query_that_fails_is_told_with_its_model(operated: Operated) -> None:
    operated.stock.execute("ALTER TABLE source.sales RENAME COLUMN amount TO total")
    operated.cycle(hours=24)
    assert "Critical: staging.stg_sales could not be built" in operated.told
    operated.stock.execute("ALTER TABLE source.sales RENAME COLUMN total TO amount")
    operated.cycle()
    assert "Cleared: staging.stg_sales could not be built" in operated.told


def test_a_load_that_stops_makes_the_data_late_then_critical(operated: Operated) -> None:
    assert "late" not in "".join(alert["title"] for alert in operated.watch(1).open_alerts)
    report = operated.watch(hours=24.8)
    (late,) = [alert for alert in report.open_alerts if alert["kind"] == "freshness"]
    assert (late["severity"], late["value"]) == ("warning", 1)
    assert late["since"] == datetime.fromisoformat("2025-01-12T08:00")
    assert operated.told.splitlines() == [
        "Warning: The data are late",
        "Warning: Readers have an old copy",
    ]
    with duckdb.connect(str(operated.shop.data / "monitor.duckdb")) as connection:
        kept = dict(
            connection.execute("SELECT promise, is_kept FROM quality.contract_status").fetchall()
        )
    assert kept == {"freshness": False, "accuracy": True, "availability": True}
    operated.watch(hours=24)
    told = operated.told
    assert "Worse (critical): The data are late" in told
    assert "Warning: patron run is not called any more" in told
    assert "Worse (critical): Readers have an old copy" in told
    operated.stock.execute("INSERT INTO source.sales VALUES (9002, '2025-01-12', 3, 5)")
    operated.cycle()
    told = operated.told
    for title in ("The data are late", "patron run is not called any more"):
        assert f"Cleared: {title}" in told
    assert "Cleared: Readers have an old copy" in told


def test_a_source_that_is_gone_is_told_grows_worse_and_clears(operated: Operated) -> None:
    till = operated.stock.shop / "till"
    till.rename(till.with_name("away"))
    assert operated.cycle() == ["failed", "done"]
    told = operated.told
    assert "Warning: The source till cannot be read" in told
    assert "Critical: The step ingest of patron run failed" in told
    operated.watch(hours=25)
    assert "Worse (critical): The source till cannot be read" in operated.told
    till.with_name("away").rename(till)
    operated.cycle()
    assert "Cleared: The source till cannot be read" in operated.told


def test_a_killed_cycle_is_noticed_and_is_well_again(operated: Operated) -> None:
    assert killed_cycle(operated.stock, "2025-01-12T06:00", before=30) == KILLED
    operated.watch(hours=24)
    assert "Critical: The step transform of patron run was killed" in operated.told
    operated.cycle()
    assert "Cleared: The step transform of patron run was killed" in operated.told
    with duckdb.connect(str(operated.shop.data / "monitor.duckdb")) as connection:
        rows = connection.execute(
            "SELECT outcome, failed_step FROM quality.cycle_runs ORDER BY started_at"
        ).fetchall()
    assert rows == [("succeeded", None), ("killed", "transform"), ("succeeded", None)]


def test_a_warehouse_that_another_program_has_open_is_told(operated: Operated) -> None:
    with another(DATABASE, operated.shop.warehouse):
        assert operated.cycle() == ["failed", "done"]
        assert "Critical: The step ingest of patron run failed" in operated.told
    operated.cycle()
    assert "Cleared: The step ingest of patron run failed" in operated.told


def test_a_cycle_that_finds_another_writing_is_told_and_counts_not_as_failed(
    operated: Operated,
) -> None:
    with another(FILE_LOCK, operated.shop.lock_file), pytest.raises(BusyError):
        operated.cycle()
    assert operated.told == "Warning: The step start of patron run found another process writing"
    operated.cycle()
    assert "Cleared: The step start of patron run found" in operated.told
    with duckdb.connect(str(operated.shop.data / "monitor.duckdb")) as connection:
        rows = connection.execute("SELECT outcome FROM quality.cycle_runs ORDER BY started_at")
        assert rows.fetchall() == [("succeeded",), ("busy",), ("succeeded",)]


def test_cycles_that_fail_too_often_are_told(operated: Operated) -> None:
    operated.settings(min_cycles_for_success=3)
    till = operated.stock.shop / "till"
    till.rename(till.with_name("away"))
    operated.cycle()
    assert "Too many cycles fail" not in operated.told, "two say nothing"
    operated.cycle()
    assert "Critical: Too many cycles fail" in operated.told
    till.with_name("away").rename(till)
    operated.cycle(hours=8 * 24)
    for _ in range(3):
        operated.cycle(steps=("ingest", "monitor"))
    assert "Cleared: Too many cycles fail" in operated.told


def test_a_disk_that_is_fuller_than_allowed_is_told(operated: Operated) -> None:
    operated.settings(max_disk_used_share=0.0001, critical_disk_used_share=1)
    operated.watch()
    assert operated.told == "Warning: The disk is nearly full"
    operated.settings(max_disk_used_share=1)
    operated.watch()
    assert operated.told == "Cleared: The disk is nearly full"


def test_status_names_open_alerts_and_a_good_run_is_no_failure(operated: Operated) -> None:
    operated.settings(max_disk_used_share=0.0001, critical_disk_used_share=0.0002)
    ended = CliRunner().invoke(
        patron, ["--shop", str(operated.stock.shop), "run", "--only", "ingest", "--only", "monitor"]
    )
    assert ended.exit_code == 0, ended.output
    strict = CliRunner().invoke(
        patron,
        ["--shop", str(operated.stock.shop), "run", "--only", "ingest", "--only", "monitor",
         "--strict"],
    )  # fmt: skip
    assert strict.exit_code in (0, 2)
    shown = CliRunner().invoke(patron, ["--shop", str(operated.stock.shop), "status"])
    assert "The audit not_null_non_blocking" in shown.stdout


def test_readers_see_what_came_and_went(operated: Operated) -> None:
    query = "SELECT alert_key FROM quality.alerts WHERE cleared_at IS NULL"
    assert len(operated.stock.published_rows(query)) == 1
    operated.stock.execute("INSERT INTO source.sales VALUES (9001, '2025-01-11', 3, -5)")
    operated.cycle(hours=24)
    found = {key for (key,) in operated.stock.published_rows(query)}
    assert found >= {"audit:staging.stg_sales.forall", "cycle:transform"}, "nothing was published"
    assert operated.stock.published_rows(
        "SELECT outcome, failed_step FROM quality.cycle_runs ORDER BY started_at DESC LIMIT 1"
    ) == [("failed", "transform")]


def test_looking_takes_less_than_a_second(operated: Operated) -> None:
    began = time.process_time()
    operated.watch()
    assert time.process_time() - began < 2
