"""Write, audit, publish with the stock `sqlmesh` command."""

from __future__ import annotations

from stock import Stock

NEXT_DAY = "2025-01-12T01:00"
BAD_ROWS = """
INSERT INTO source.sales VALUES (9001, '2025-01-11', 3, -5), (9002, '2025-01-11', 4, -6),
  (9003, '2025-01-11', 4, 6)
"""


def test_plan_records_every_batch_with_its_rows_and_audits(planned: Stock) -> None:
    batches = planned.rows(
        "SELECT model, COUNT(*), SUM(row_count), SUM(audits_passed), SUM(audits_failed)"
        " FROM quality.model_runs WHERE outcome = 'succeeded' GROUP BY model ORDER BY model"
    )
    assert batches == [
        ("intermediate.int_as_of", 1, 1, 0, 0),
        ("intermediate.int_days", 1, 10, 1, 0),
        ("marts.mart_customers", 1, 7, 2, 0),
        ("marts.mart_days", 1, None, 0, 1),
        ("marts.regions", 1, 6, 0, 0),
        ("ml.scores", 1, 7, 1, 0),
        ("source.sales", 1, None, 1, 0),
        ("staging.stg_sales", 3, 200, 6, 0),
    ]


def test_non_blocking_audit_is_recorded_with_keys_and_does_not_stop(planned: Stock) -> None:
    found = planned.rows(
        "SELECT model, audit, blocking, failed_rows, sample_keys FROM quality.audit_results"
        " WHERE failed_rows > 0"
    )
    assert found == [("marts.mart_days", "not_null_non_blocking", False, 1, "day=2025-01-04")]


def test_plan_publishes_views_as_tables_with_descriptions(planned: Stock) -> None:
    assert planned.published_rows("SELECT COUNT(*), SUM(amount) FROM marts.mart_customers") == [
        (7, 900)
    ]
    comments = planned.published_rows(
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'mart_customers'"
        " AND comment IS NOT NULL"
    )
    assert comments == [("customer_id", "The customer's id."), ("amount", "All they spent.")]
    assert planned.published_rows(
        "SELECT comment FROM duckdb_tables() WHERE table_name = 'mart_customers'"
    ) == [("One row per customer.",)]
    (publication,) = planned.published_rows(
        "SELECT as_of_date::VARCHAR, failed_audits, environment FROM quality.publication"
    )
    assert publication == ("2025-01-11", 1, "prod")


def test_second_run_does_nothing(planned: Stock) -> None:
    before = planned.published.read_bytes()
    ended = planned.sqlmesh("2025-01-11T05:00", "run", "prod")
    assert ended.code == 0
    assert "No models are ready to run" in ended.out
    assert planned.published.read_bytes() == before


def test_failing_audit_leaves_rows_and_names_the_offenders(planned: Stock) -> None:
    before = planned.tables()
    planned.execute(BAD_ROWS)
    ended = planned.sqlmesh(NEXT_DAY, "run", "prod")
    assert ended.code == 1
    assert (
        "staging.stg_sales: audit 'forall' (criteria = (amount >= 0)) found 2 rows:"
        " sale_id=9001 | sale_id=9002" in ended.err
    )
    assert "remedy:" in ended.err
    assert "Traceback" not in ended.out + ended.err
    assert planned.tables() == before
    failed = planned.rows(
        "SELECT model, outcome, error FROM quality.model_runs WHERE outcome = 'failed'"
    )
    assert failed == [("staging.stg_sales", "failed", "audits: forall")]
    recorded = planned.rows(
        "SELECT failed_rows, sample_keys FROM quality.audit_results WHERE audit = 'forall'"
        " AND failed_rows > 0"
    )
    assert recorded == [(2, "sale_id=9001 | sale_id=9002")]


def test_repaired_rows_are_taken_by_the_next_run(planned: Stock) -> None:
    planned.execute(BAD_ROWS)
    assert planned.sqlmesh(NEXT_DAY, "run", "prod").code == 1
    planned.execute("UPDATE source.sales SET amount = -amount WHERE amount < 0")
    assert planned.sqlmesh(NEXT_DAY, "run", "prod").code == 0
    assert planned.rows("SELECT COUNT(*) FROM staging.stg_sales") == [(223,)]
    assert planned.published_rows("SELECT MAX(day)::VARCHAR FROM marts.mart_days") == [
        ("2025-01-11",)
    ]


def test_failing_audit_of_a_full_model_leaves_its_rows(planned: Stock) -> None:
    before = planned.rows("SELECT * FROM marts.mart_customers ORDER BY ALL")
    planned.execute("INSERT INTO source.sales VALUES (9001, '2025-01-11', 3, 5000)")
    ended = planned.sqlmesh(NEXT_DAY, "run", "prod")
    assert ended.code == 1
    assert "marts.mart_customers: audit 'forall' (criteria = (amount < 1000)) found 1 row:" in (
        ended.err
    )
    assert "customer_id=3" in ended.err
    assert planned.rows("SELECT * FROM marts.mart_customers ORDER BY ALL") == before
    assert planned.published_rows("SELECT MAX(day)::VARCHAR FROM marts.mart_days") == [
        ("2025-01-10",)
    ]


def test_failing_audit_of_an_external_model_stops_before_any_write(planned: Stock) -> None:
    before = planned.tables()
    planned.execute("INSERT INTO source.sales VALUES (NULL, '2025-01-11', 3, 5)")
    ended = planned.sqlmesh(NEXT_DAY, "run", "prod")
    assert ended.code == 1
    assert "source.sales: audit 'not_null'" in ended.err
    assert planned.tables() == before


def test_failing_query_leaves_rows(planned: Stock) -> None:
    before = planned.tables()
    planned.execute("ALTER TABLE source.sales RENAME COLUMN amount TO total")
    ended = planned.sqlmesh(NEXT_DAY, "run", "prod")
    assert ended.code == 1
    assert "staging.stg_sales: Binder Error" in ended.err
    assert planned.tables() == before


def test_values_in_an_error_of_staging_are_told_but_not_stored(planned: Stock) -> None:
    planned.execute("ALTER TABLE source.sales ALTER COLUMN amount TYPE VARCHAR")
    planned.execute("INSERT INTO source.sales VALUES (9001, '2025-01-11', 3, 'ada@example.com')")
    ended = planned.sqlmesh(NEXT_DAY, "run", "prod")
    assert ended.code == 1
    assert "ada@example.com" in ended.err
    ((model, error),) = planned.rows(
        "SELECT model, error FROM quality.model_runs WHERE outcome = 'failed'"
    )
    assert model == "staging.stg_sales"
    assert error == "ConversionException: Conversion Error: Could not convert string"


def test_plan_of_a_change_in_dev_leaves_production(planned: Stock) -> None:
    before = planned.tables()
    model = planned.project / "models" / "marts" / "mart_customers.sql"
    model.write_text(model.read_text().replace("SUM(amount)", "SUM(amount + 1)"))
    ended = planned.sqlmesh("2025-01-11T02:00", "plan", "dev", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    built = planned.rows("SELECT DISTINCT model FROM quality.model_runs WHERE environment = 'dev'")
    assert ("staging.stg_sales",) not in built
    shown = planned.tables()
    assert {key: rows for key, rows in shown.items() if "__dev" not in key} == before


def test_failing_audit_in_a_plan_names_the_rows(planned: Stock) -> None:
    model = planned.project / "models" / "marts" / "mart_customers.sql"
    model.write_text(model.read_text().replace("SUM(amount)", "SUM(amount + 1000)"))
    before = planned.tables()
    ended = planned.sqlmesh("2025-01-11T02:00", "plan", "prod", "--auto-apply")
    assert ended.code == 1
    assert "marts.mart_customers: audit 'forall'" in ended.err
    assert "customer_id=0 | customer_id=1" in ended.err
    assert planned.tables() == before


def test_run_without_the_hook_is_refused(planned: Stock) -> None:
    config = planned.project / "config.yaml"
    config.write_text(config.read_text().replace('before_all: ["@begin_run()"]', ""))
    model = planned.project / "models" / "marts" / "mart_customers.sql"
    model.write_text(model.read_text().replace("SUM(amount)", "SUM(amount + 1)"))
    ended = planned.sqlmesh("2025-01-11T02:00", "plan", "prod", "--auto-apply")
    assert ended.code == 1
    assert "config.yaml lacks before_all" in " ".join((ended.out + ended.err).split())


def test_several_tasks_at_once_are_refused(planned: Stock) -> None:
    config = planned.project / "config.yaml"
    config.write_text(config.read_text().replace("concurrent_tasks: 1", "concurrent_tasks: 4"))
    ended = planned.sqlmesh(NEXT_DAY, "run", "prod")
    assert ended.code == 1
    assert "concurrent_tasks: 1" in " ".join((ended.out + ended.err).split())
