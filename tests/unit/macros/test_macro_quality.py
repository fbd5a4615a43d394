"""Weights by name, and what staging holds of streams."""

from __future__ import annotations

import duckdb
import pytest
from sqlmesh.utils.errors import SQLMeshError

from tests.support.definitions import rendered, value


def test_a_name_has_the_value_that_stands_after_it() -> None:
    query = "SELECT @value_named({}, @quality_weights)"
    weights = {"quality_weights": ["validity", 20, "uniqueness", 15]}
    assert value(query.format("'validity'"), **weights) == 20
    assert value(query.format("'uniqueness'"), **weights) == 15
    assert value(query.format("'20'"), **weights) is None
    assert value(query.format("NULL"), **weights) is None


@pytest.mark.parametrize("pairs", ["['validity']", "[]", "'validity'"])
def test_names_without_values_are_refused(pairs: str) -> None:
    with pytest.raises(SQLMeshError, match="@value_named takes"):
        rendered(f"SELECT @value_named('validity', {pairs})")


def test_days_of_streams_count_rows_and_filled_values() -> None:
    query = rendered(
        "WITH days AS (@stream_days(CAST('2025-01-02' AS DATE), staging.stg_returns, day,"
        " (reason, NULLIF(is_whole, FALSE)), staging.stg_stock, day, ()))"
        " SELECT stream, CAST(date_day AS TEXT), staged_rows, filled_values, possible_values"
        " FROM days ORDER BY ALL"
    )
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE SCHEMA staging; CREATE TABLE staging.stg_returns AS SELECT * FROM (VALUES"
            " (DATE '2025-01-01', 'early', TRUE), (DATE '2025-01-02', NULL, FALSE),"
            " (DATE '2025-01-02', 'torn', TRUE), (DATE '2025-01-03', 'late', FALSE))"
            " AS rows(day, reason, is_whole);"
            " CREATE TABLE staging.stg_stock AS SELECT DATE '2025-01-03' AS day"
        )
        assert connection.execute(query).fetchall() == [
            ("returns", "2025-01-02", 2, 2, 4),
            ("returns", "2025-01-03", 1, 1, 2),
            ("stock", "2025-01-03", 1, 0, 0),
        ]


@pytest.mark.parametrize("arguments", ["", ", staging.stg_orders", ", staging.stg_orders, day"])
def test_streams_come_with_day_and_columns(arguments: str) -> None:
    with pytest.raises(SQLMeshError, match="@stream_days takes"):
        rendered(f"WITH days AS (@stream_days(CURRENT_DATE{arguments})) SELECT * FROM days")
