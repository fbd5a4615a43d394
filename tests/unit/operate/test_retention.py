"""What goes of the records of runs and loads, and what stays because something needs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import time_machine

from ingest import raw
from operate.record import FAILED, SUCCEEDED, AuditOutcome, Batch, Run, ensure_tables, store_batch
from operate.retention import kept_days, remove, trim
from patron.shop import Shop, find_project

FIRST = datetime.fromisoformat("2024-01-01")
DAY = timedelta(days=1)
RUNS = """
SELECT model, list(run_id ORDER BY batch_number) FROM quality.model_runs
GROUP BY model ORDER BY model
"""
AUDITED = (
    "SELECT model, list(DISTINCT run_id ORDER BY run_id) FROM quality.audit_results GROUP BY 1"
)
LOAD = """
INSERT INTO raw.load_log BY NAME
SELECT ? AS batch_id, 'till' AS source, ? AS stream, 'files' AS loader, ?::TIMESTAMP AS started_at,
  started_at AS finished_at, ?::BIGINT AS rows_read, rows_read AS rows_inserted, 0 AS rows_updated,
  0 AS rows_unchanged, 0 AS rows_rejected, 0 AS rows_deleted, ? AS cursor_after, ? AS status
"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        ensure_tables(connection)
        raw.ensure_tables(connection)
        yield connection


def batch(
    connection: duckdb.DuckDBPyConnection, day: int, model: str, outcome: str = SUCCEEDED,
    built: Sequence[int] = (), run_id: str | None = None,
) -> None:  # fmt: skip
    """A batch with an audit, some days after the first, that built those days of a table."""
    begin, end = (FIRST + DAY * number for number in built or (day, day + 1))
    with time_machine.travel(f"{(FIRST + DAY * day).isoformat()}+00:00", tick=False):
        issues, at = int(outcome == FAILED), FIRST + DAY * day
        found = AuditOutcome("not_null", "", outcome == FAILED, issues, None, at)
        made = Batch(model, f"t_{model}", begin, end, audits=[found])
        store_batch(connection, Run("prod", run_id or f"{day:03d}"), made, outcome)


def test_of_each_table_the_last_batch_stays_however_old_it_is(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    batch(connection, 0, "seed")
    for day in (0, 1, 200, 500):
        batch(connection, day, "daily")
    # Far days were built before near ones were built again.
    batch(connection, 2, "restated", built=(0, 3))
    batch(connection, 3, "restated", built=(0, 1))
    remove(connection, FIRST + 150 * DAY)
    assert connection.execute(RUNS).fetchall() == [
        ("daily", ["200", "500"]),
        ("restated", ["002", "003"]),
        ("seed", ["000"]),
    ]
    audited = dict(connection.execute(AUDITED).fetchall())
    assert audited == {"seed": ["000"], "daily": ["200", "500"], "restated": ["003"]}


def test_a_failure_stays_until_it_is_made_good(connection: duckdb.DuckDBPyConnection) -> None:
    batch(connection, 0, "broken", FAILED)
    batch(connection, 0, "mended", FAILED)
    batch(connection, 1, "mended", built=(0, 2))
    batch(connection, 400, "mended")
    remove(connection, FIRST + 300 * DAY)
    assert connection.execute(RUNS).fetchall() == [("broken", ["000"]), ("mended", ["400"])]
    batch(connection, 401, "broken", built=(0, 402))
    remove(connection, FIRST + 300 * DAY)
    assert connection.execute(RUNS).fetchall()[0] == ("broken", ["401"])


def test_of_each_stream_those_loads_stay_that_later_ones_start_from(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    loads = [
        (0, "orders", 50, None, "loaded"),
        (1, "orders", 5, "c1", "loaded"),
        (2, "orders", 5, "c2", "loaded"),
        (3, "orders", 0, "c2", "nothing_new"),
        (4, "orders", 0, "c2", "nothing_new"),
        (5, "customers", 9, None, "loaded"),
        (6, "customers", 9, None, "loaded"),
        (500, "orders", 0, "c2", "nothing_new"),
    ]
    for number, (day, stream, rows, cursor, status) in enumerate(loads, start=1):
        name = f"{number:08d}-till-{stream}"
        connection.execute(LOAD, [name, stream, FIRST + DAY * day, rows, cursor, status])
    remove(connection, FIRST + 300 * DAY)
    kept = connection.execute("SELECT batch_id FROM raw.load_log ORDER BY batch_id").fetchall()
    assert [int(name[:8]) for (name,) in kept] == [1, 3, 7, 8]


def test_the_first_run_of_a_day_removes_what_is_older_than_the_project_says(
    connection: duckdb.DuckDBPyConnection, shop: Shop
) -> None:
    days = kept_days(shop)
    assert days == 400
    for day in (0, 1, days + 1, days + 2):
        batch(connection, day, "daily")
    with duckdb.connect(str(shop.published)) as published:
        published.execute("CREATE SCHEMA quality; CREATE TABLE quality.publication AS SELECT"
                          f" TIMESTAMP '{FIRST + DAY * (days + 3)}' AS published_at")  # fmt: skip

    def at(day: float) -> list[str]:
        with time_machine.travel(f"{(FIRST + DAY * day).isoformat()}+00:00", tick=False):
            trim(connection, shop, "now")
        ((_, left),) = connection.execute(RUNS).fetchall()
        return list(left)

    assert at(days + 2.5) == ["000", "001", "401", "402"], "not the first of the day"
    assert at(days + 3) == ["401", "402"]


def test_nothing_goes_that_readers_do_not_have_yet(
    connection: duckdb.DuckDBPyConnection, shop: Shop
) -> None:
    for day in (0, 1, 900):
        batch(connection, day, "daily")
    with time_machine.travel(f"{(FIRST + DAY * 1000).isoformat()}+00:00", tick=False):
        trim(connection, shop, "now")
    assert connection.execute(RUNS).fetchall() == [("daily", ["000", "001", "900"])]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, 0),
        ({"run_history_days": 0, "control_chart_days": 180}, 0),
        ({"run_history_days": 30}, 30),
        ({"run_history_days": 30, "quality_history_days": 90}, 90),
        ({"run_history_days": 30, "control_chart_days": 9, "control_chart_compared_days": 65}, 74),
    ],
)  # fmt: skip
def test_never_less_is_kept_than_charts_look_back(
    tmp_path: Path, said: dict[str, int], kept: int
) -> None:
    lines = "".join(f"  {name}: {value}\n" for name, value in said.items())
    (tmp_path / "config.yaml").write_text(f"variables:\n{lines}", encoding="utf-8")
    assert kept_days(Shop(tmp_path, tmp_path)) == kept


def test_charts_and_checks_of_this_project_look_back_less_than_is_kept() -> None:
    assert kept_days(Shop(Path(), find_project())) == 400
