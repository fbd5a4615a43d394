"""Which days of a table are copied, and when a copy by days is not enough."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from operate.publish_days import copy_days, last_batch, spans_since

RECORD = """
CREATE SCHEMA quality;
CREATE TABLE quality.model_runs (
  physical_table VARCHAR, interval_start TIMESTAMP, interval_end TIMESTAMP, outcome VARCHAR,
  batch_number BIGINT
);
INSERT INTO quality.model_runs SELECT *, ROW_NUMBER() OVER () - 1 FROM (VALUES
  ('days', '2025-01-01', '2025-03-01', 'succeeded'),
  ('days', '2025-02-10', '2025-02-12', 'succeeded'),
  ('other', '2025-01-01', '2025-02-01', 'succeeded'),
  ('days', '2025-02-20', '2025-02-22', 'failed'),
  ('days', '2025-02-01', '2025-02-02', 'succeeded'),
  ('days', '2025-02-12', '2025-02-15', 'succeeded'));
"""
TABLES = """
CREATE TABLE source AS SELECT day::DATE AS day, 1 AS sales
  FROM GENERATE_SERIES(TIMESTAMP '2025-01-01', TIMESTAMP '2025-01-05', INTERVAL 1 DAY) AS t(day);
CREATE TABLE copy AS SELECT * FROM source WHERE day < '2025-01-05';
UPDATE source SET sales = 2 WHERE day = '2025-01-04';
"""


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def test_days_built_since_a_batch_are_joined(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(RECORD)
    assert spans_since(connection, "days", 0) == [
        (date(2025, 2, 1), date(2025, 2, 1)),
        (date(2025, 2, 10), date(2025, 2, 14)),
    ]
    assert spans_since(connection, "days", last_batch(connection)) == []


def test_days_are_replaced_and_added(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(TABLES)
    spans = [(date(2025, 1, 4), date(2025, 1, 5))]
    assert copy_days(connection, "source", "copy", "day", spans)
    rows = [connection.execute(f"FROM {t} ORDER BY day").fetchall() for t in ("source", "copy")]
    assert rows[0] == rows[1]


def test_a_row_that_left_another_day_shows(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(TABLES)
    # As when the shop corrects the day of an order.
    connection.execute("UPDATE source SET day = '2025-01-05' WHERE day = '2025-01-01'")
    spans = [(date(2025, 1, 4), date(2025, 1, 5))]
    assert not copy_days(connection, "source", "copy", "day", spans)
