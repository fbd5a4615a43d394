"""Macros of models that are built day by day: what they delete, which days they look at."""

from __future__ import annotations

import duckdb
import pytest
from sqlglot.helper import ensure_list
from sqlmesh.core.engine_adapter import DuckDBEngineAdapter
from sqlmesh.core.macros import MacroEvaluator, RuntimeStage

from tests.support.definitions import macro_registry, model_of, parse, variables

ROWS = """
CREATE TABLE kept AS SELECT * FROM (VALUES
  ('moved_in', DATE '2025-02-01'), ('moved_out', DATE '2025-03-02'), ('stays', DATE '2025-03-01'),
  ('elsewhere', DATE '2025-02-01'), ('unknown', DATE '2025-02-28')) AS rows(id, day);
CREATE TABLE source AS SELECT *, event_date::TIMESTAMP AS event_time FROM (VALUES
  ('moved_in', DATE '2025-03-01'), ('moved_out', DATE '2025-02-01'), ('stays', DATE '2025-03-01'),
  ('elsewhere', DATE '2025-02-02')) AS rows(id, event_date);
"""
# Three times of a row and that of loading, every few hours: plausible or not, missing or not.
TIMES = """
CREATE TABLE hours AS SELECT UNNEST(
  GENERATE_SERIES(TIMESTAMP '2025-02-25', TIMESTAMP '2025-03-07', INTERVAL 5 HOUR)
  || [NULL, TIMESTAMP '1999-12-31', TIMESTAMP '1999-12-30 05:00:00', TIMESTAMP '2031-01-01']
) AS instant;
CREATE TABLE events AS
SELECT told.instant AS told_at, updated.instant AS updated_at, loaded.instant AS _loaded_at
FROM hours AS told, hours AS updated, hours AS loaded
WHERE loaded.instant BETWEEN '2025-01-01' AND '2025-12-31';
"""


def statement(call: str, stage: RuntimeStage = RuntimeStage.EVALUATING, **known: object) -> str:
    """What a call becomes while the first three days of March are processed."""
    evaluator = MacroEvaluator(dialect="duckdb", runtime_stage=stage)
    evaluator.macros = {f"@{name.upper()}": found.func for name, found in macro_registry().items()}
    evaluator.locals |= {
        "__sqlmesh__vars__": variables(),
        "this_model": "kept",
        "start_ds": "2025-03-01",
        "end_ds": "2025-03-03",
        **known,
    }
    (expression,) = parse(call, default_dialect="duckdb")
    made = evaluator.transform(expression)
    return "; ".join(each.sql(dialect="duckdb") for each in ensure_list(made))


def left(sql: str) -> list[str]:
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        connection.execute(sql)
        return [row[0] for row in connection.execute("SELECT id FROM kept ORDER BY id").fetchall()]


def test_rows_that_are_now_on_a_day_being_processed_leave_their_old_day() -> None:
    # SQLMesh replaces what lies in the interval; what moved between other days is left alone.
    expected = ["elsewhere", "moved_out", "stays", "unknown"]
    assert left(statement("@forget_moved(id, day, source)")) == expected


@pytest.mark.parametrize(
    ("kept", "is_asked"), [("FALSE", False), ("day >= '2025-03-01'", False), ("TRUE", True)]
)
def test_the_source_is_asked_only_where_rows_lie_on_other_days(
    kept: str, *, is_asked: bool
) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"{ROWS} DELETE FROM kept WHERE NOT ({kept})")
        adapter = DuckDBEngineAdapter(lambda: connection)
        made = statement("@forget_moved(id, day, source)", engine_adapter=adapter)
    assert bool(made) is is_asked


def test_the_day_of_the_source_may_have_another_name() -> None:
    with duckdb.connect() as connection:
        connection.execute(f"{ROWS} ALTER TABLE source RENAME event_date TO order_date")
        connection.execute(statement("@forget_moved(id, day, source, order_date)"))
        found = connection.execute("SELECT COUNT(*) FROM kept WHERE id = 'moved_in'").fetchall()
    assert found == [(0,)]


def test_rows_before_the_window_are_forgotten_and_its_first_day_is_kept() -> None:
    found = left(statement("@forget_before(day, DATE '2025-02-28')"))
    assert found == ["moved_out", "stays", "unknown"]


def test_the_full_model_of_a_blueprint_forgets_nothing() -> None:
    assert statement("@forget_before(day, DATE '2025-02-28', FALSE)") == ""
    assert statement("@forget_before(day, DATE '2025-02-28', TRUE)") != ""


@pytest.mark.parametrize("stage", [RuntimeStage.LOADING, RuntimeStage.CREATING])
def test_nothing_is_deleted_before_a_model_is_evaluated(stage: RuntimeStage) -> None:
    assert statement("@forget_moved(id, day, source)", stage) == ""
    assert statement("@forget_before(day, DATE '2025-02-28')", stage) == ""


def test_both_ends_of_the_interval_are_in_it() -> None:
    condition = statement("SELECT * FROM kept WHERE @in_interval(day)")
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        connection.execute(
            "INSERT INTO kept VALUES ('last', '2025-03-03'), ('after', '2025-03-04')"
        )
        found = connection.execute(f"SELECT id FROM ({condition}) ORDER BY id").fetchall()
    assert found == [("last",), ("moved_out",), ("stays",)]


@pytest.mark.parametrize(
    ("is_history", "kind"), [("TRUE", "INCREMENTAL_BY_TIME_RANGE"), ("FALSE", "FULL")]
)
def test_snapshots_are_daily_and_the_state_of_now_is_whole(is_history: str, kind: str) -> None:
    model = model_of(
        f"MODEL (name ml.probe, kind @snapshot_kind({is_history}));"
        " SELECT snapshot_date::DATE AS snapshot_date FROM raw.days"
    )
    assert model.kind.name.value == kind
    if model.time_column:
        assert model.time_column.column.name == "snapshot_date"
        assert model.kind.lookback == variables()["lookback_days"]


def test_snapshots_may_have_another_day() -> None:
    model = model_of(
        "MODEL (name ml.probe, kind @snapshot_kind(TRUE, event_date));"
        " SELECT event_date::DATE AS event_date FROM raw.days"
    )
    assert model.time_column.column.name == "event_date"


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("call", ["@in_interval({})", "@since_execution({})"])
def test_the_time_of_an_event_spares_rows_and_loses_none(zone: str, call: str) -> None:
    def asked(condition: str) -> str:
        query = f"SELECT COUNT(*) FROM events WHERE {condition}"
        known = {"__sqlmesh__vars__": {**variables(), "business_timezone": zone}}
        return statement(query, execution_ds="2025-03-01", **known)

    day = "@event_day(told_at, updated_at, _loaded_at)"
    last_day = "'2025-03-03'" if "interval" in call else "'2100-01-01'"
    with duckdb.connect() as connection:
        connection.execute(TIMES)

        def count(condition: str) -> int:
            row = connection.execute(asked(condition)).fetchone()
            assert row is not None
            return int(row[0])

        expected = count(f"{day} BETWEEN '2025-03-01' AND {last_day}")
        assert count(call.format(f"{day}, told_at")) == expected
        assert expected > 0
        # Of a row of the first day of the interval only its time is asked.
        may_count = count(call.format("DATE '2025-03-01', told_at"))
        assert expected < may_count < count("TRUE")
