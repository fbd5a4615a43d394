"""The run record: what is stored, and how failures read."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pytest

from operate import failures
from operate.record import (
    FAILED,
    SUCCEEDED,
    AuditOutcome,
    Batch,
    Failure,
    Run,
    describe,
    ensure_tables,
    new_run_id,
    store_batch,
)

AT = datetime(2025, 1, 2, 3, 4, 5)  # noqa: DTZ001 - our tables are naive UTC


def outcome(failed_rows: int, *, blocking: bool = True, keys: str | None = None) -> AuditOutcome:
    return AuditOutcome("not_null", "columns = (order_id)", blocking, failed_rows, keys, AT)


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    ensure_tables(connection)
    return connection


def test_tables_are_made_once_and_kept(connection: duckdb.DuckDBPyConnection) -> None:
    store_batch(connection, Run("prod"), Batch("marts.a", "t", AT, AT), SUCCEEDED)
    ensure_tables(connection)
    assert connection.execute("SELECT COUNT(*) FROM quality.model_runs").fetchone() == (1,)


def test_batch_is_stored_with_its_audits(connection: duckdb.DuckDBPyConnection) -> None:
    batch = Batch("marts.a", "physical", AT, AT, row_count=7)
    batch.audits = [outcome(0), outcome(3, blocking=False, keys="order_id=1")]
    store_batch(connection, Run("prod", run_id="r"), batch, SUCCEEDED)
    assert connection.execute(
        "SELECT run_id, environment, model, physical_table, row_count, audits_passed,"
        " audits_failed, outcome, error FROM quality.model_runs"
    ).fetchall() == [("r", "prod", "marts.a", "physical", 7, 1, 1, "succeeded", None)]
    assert connection.execute(
        "SELECT audit, blocking, failed_rows, sample_keys FROM quality.audit_results"
        " ORDER BY failed_rows"
    ).fetchall() == [("not_null", True, 0, None), ("not_null", False, 3, "order_id=1")]


def test_audits_say_how_many_rows_they_looked_at(connection: duckdb.DuckDBPyConnection) -> None:
    batch = Batch("marts.a", "physical", AT, AT, audits=[outcome(3)], rows_checked=40)
    store_batch(connection, Run("prod"), batch, FAILED, "audits: not_null")
    query = "SELECT failed_rows, rows_checked FROM quality.audit_results"
    assert connection.execute(query).fetchall() == [(3, 40)]
    assert connection.execute("SELECT row_count FROM quality.model_runs").fetchall() == [(None,)]


def test_a_record_of_before_gets_the_column_it_lacks(connection: duckdb.DuckDBPyConnection) -> None:
    store_batch(connection, Run("prod"), Batch("a", "t", AT, AT, audits=[outcome(0)]), SUCCEEDED)
    connection.execute("ALTER TABLE quality.audit_results DROP COLUMN rows_checked")
    ensure_tables(connection)
    query = "SELECT model, rows_checked FROM quality.audit_results"
    assert connection.execute(query).fetchall() == [("a", None)]


def test_batches_are_numbered_in_their_order_also_those_of_before(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    numbers = "SELECT batch_number FROM quality.model_runs ORDER BY model"
    for model in ("a", "b"):
        store_batch(connection, Run("prod"), Batch(model, "t", AT, AT), SUCCEEDED)
    assert connection.execute(numbers).fetchall() == [(0,), (1,)]
    connection.execute("ALTER TABLE quality.model_runs DROP COLUMN batch_number")
    ensure_tables(connection)
    assert connection.execute(numbers).fetchall() == [(0,), (1,)]
    connection.execute("DELETE FROM quality.model_runs WHERE model = 'a'")
    store_batch(connection, Run("prod"), Batch("c", "t", AT, AT), SUCCEEDED)
    assert connection.execute(numbers).fetchall() == [(1,), (2,)], "a number is never used twice"


def test_audits_without_a_write_are_no_model_run_unless_they_fail(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    batch = Batch("marts.a", "physical", AT, AT, writes=False)
    count = "SELECT COUNT(*) FROM quality.model_runs"
    store_batch(connection, Run("prod"), batch, SUCCEEDED)
    assert connection.execute(count).fetchone() == (0,)
    store_batch(connection, Run("prod"), batch, FAILED, "audits: not_null")
    assert connection.execute(count).fetchone() == (1,)


def test_run_ids_sort_by_time_and_differ() -> None:
    first, second = new_run_id(), new_run_id()
    assert first != second
    assert first[:15] <= second[:15]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (outcome(1), "audit 'not_null' (columns = (order_id)) found 1 row"),
        (
            outcome(2000, keys="order_id=1"),
            "audit 'not_null' (columns = (order_id)) found 2,000 rows: order_id=1",
        ),
    ],
)
def test_audits_read_as_one_line(found: AuditOutcome, text: str) -> None:
    assert describe(found) == text


def test_failure_names_only_the_audits_that_stopped_the_model() -> None:
    failure = Failure("marts.a", (outcome(5, blocking=False), outcome(2)), "ignored")
    assert failure.lines == ["marts.a: audit 'not_null' (columns = (order_id)) found 2 rows"]


def test_error_of_failed_audits_asks_for_better_rows() -> None:
    error = failures.as_error([Failure("marts.a", (outcome(2),), None), Failure("b", (), "Boom")])
    assert str(error) == (
        "2 models failed; what failed was undone, nothing was published\n"
        "  where:  marts.a: audit 'not_null' (columns = (order_id)) found 2 rows\n"
        "          b: Boom\n"
        "  remedy: correct these rows at their source (or the rule), load them, and run again;"
        " where old rows were corrected late, 'patron reconcile' builds what they made stale"
    )


def test_error_of_a_broken_model_asks_for_a_better_model() -> None:
    error = failures.as_error([Failure("marts.a", (), "Binder Error: no such column")])
    assert error.remedy == "correct the model or what it reads, then run again"
