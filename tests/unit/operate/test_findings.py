"""Samples of offending rows show keys, never personal data."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from sqlmesh.core.dialect import parse
from sqlmesh.core.model import load_sql_based_model

from operate import findings

MODEL = """
MODEL (name marts.people, dialect duckdb{grain});
SELECT 1::BIGINT AS customer_id, 'x'::TEXT AS email, DATE '1980-01-01' AS born,
  2::BIGINT AS line_number
"""


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE people AS SELECT i AS customer_id, 'p' || i || '@example.com' AS email,"
        " DATE '1980-01-01' AS born, i * 2 AS line_number FROM RANGE(9) AS t(i)"
    )
    return connection


def sample(connection: duckdb.DuckDBPyConnection, sql: str, grain: str = "") -> str | None:
    text = MODEL.format(grain=f", grain {grain}" if grain else "")
    model = load_sql_based_model(parse(text, default_dialect="duckdb"))
    return findings.sample(connection, model, sqlglot.parse_one(sql, dialect="duckdb"))


def test_grain_is_shown_and_nothing_else(connection: duckdb.DuckDBPyConnection) -> None:
    assert sample(connection, "SELECT * FROM people WHERE customer_id < 2", "customer_id") == (
        "customer_id=0 | customer_id=1"
    )


def test_composite_grain_is_shown_whole(connection: duckdb.DuckDBPyConnection) -> None:
    grain = "(customer_id, line_number)"
    assert sample(connection, "SELECT * FROM people WHERE customer_id = 3", grain) == (
        "customer_id=3, line_number=6"
    )


def test_five_at_most(connection: duckdb.DuckDBPyConnection) -> None:
    shown = sample(connection, "SELECT * FROM people", "customer_id")
    assert shown is not None
    assert shown.count("|") == 4


def test_without_a_grain_ids_are_shown(connection: duckdb.DuckDBPyConnection) -> None:
    assert sample(connection, "SELECT * FROM people WHERE customer_id = 1") == "customer_id=1"


def test_figures_an_audit_computed_are_shown_but_no_column_of_the_model(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    sql = """
        SELECT email, born, SUM(line_number) AS total FROM people WHERE customer_id = 1
        GROUP BY email, born
    """
    assert sample(connection, sql, "customer_id") == "total=2"


def test_an_audit_that_shows_only_text_has_no_sample(connection: duckdb.DuckDBPyConnection) -> None:
    assert sample(connection, "SELECT email FROM people") is None


def test_long_arguments_are_cut() -> None:
    text = findings.arguments_text({"criteria": exp.column("x" * 400), "blocking": exp.true()})
    assert len(text) == findings.ARGUMENTS_LENGTH
    assert "blocking" not in text
