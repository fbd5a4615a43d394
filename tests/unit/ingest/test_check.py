"""Each logical type: what is converted, into what, and what is rejected with which reason."""

# Raw timestamps are UTC without a zone.
# ruff: noqa: DTZ001

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from ingest.check import check
from ingest.contract import Column

TEXT = "VARCHAR"


@pytest.fixture(scope="module")
def checked():
    """Gives the raw value and the reason for one delivered value."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")

        def run(column: Column, value: object, source_type: str = TEXT) -> tuple[object, str]:
            rules = check(column, source_type)
            row = connection.execute(
                f"""
                SELECT {rules.converted},
                       CASE WHEN {rules.broken or "FALSE"} THEN {rules.reason} END
                FROM (SELECT *, {rules.value} AS {rules.converted}
                      FROM (SELECT CAST(? AS {source_type}) AS x))
                """,
                [value],
            ).fetchone()
            assert row is not None
            return row

        yield run


def column(kind: str, **rules: object) -> Column:
    return Column(name="x", type=kind, description="A value", **rules)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "source_type", "value", "expected"),
    [
        ("text", TEXT, "  as it is ", "  as it is "),
        ("text", TEXT, "", None),
        ("text", "BIGINT", 7, "7"),
        ("text", "JSON", '"quoted"', "quoted"),
        ("integer", TEXT, "12", 12),
        ("integer", TEXT, " -3 ", -3),
        ("integer", TEXT, "3.0", 3),
        ("integer", "DOUBLE", 3.0, 3),
        ("integer", "INTEGER", 3, 3),
        ("integer", "DECIMAL(10,2)", "3.00", 3),
        ("decimal(18,2)", TEXT, "10.5", Decimal("10.50")),
        ("decimal(18,2)", TEXT, "-0.10", Decimal("-0.10")),
        ("decimal(18,2)", TEXT, "1.2300", Decimal("1.23")),
        ("decimal(18,2)", TEXT, ".5", Decimal("0.50")),
        ("decimal(18,2)", "DOUBLE", 19.99, Decimal("19.99")),
        ("decimal(18,2)", "DECIMAL(38,4)", "1.2300", Decimal("1.23")),
        ("decimal(18,2)", "BIGINT", 5, Decimal("5.00")),
        ("decimal(18,8)", TEXT, "0.85214365", Decimal("0.85214365")),
        ("boolean", TEXT, "TRUE", True),
        ("boolean", TEXT, "no", False),
        ("boolean", TEXT, "0", False),
        ("boolean", "INTEGER", 1, True),
        ("boolean", "BOOLEAN", False, False),
        ("date", TEXT, "2024-02-29", date(2024, 2, 29)),
        ("date", TEXT, "2024-02-29 00:00:00", date(2024, 2, 29)),
        ("date", "DATE", date(2024, 2, 29), date(2024, 2, 29)),
        ("date", "TIMESTAMP", datetime(2024, 2, 29), date(2024, 2, 29)),
        ("timestamp", TEXT, "2024-03-01 12:00:00", datetime(2024, 3, 1, 12)),
        ("timestamp", TEXT, "2024-03-01T12:00:00Z", datetime(2024, 3, 1, 12)),
        ("timestamp", TEXT, "2024-03-01T12:00:00+02:00", datetime(2024, 3, 1, 10)),
        ("timestamp", TEXT, "2024-03-01 12:00:00-0530", datetime(2024, 3, 1, 17, 30)),
        ("timestamp", TEXT, "2024-01-05 10:12:34 -0500", datetime(2024, 1, 5, 15, 12, 34)),
        ("timestamp", TEXT, "2024-03-01 12:00:00.25+01", datetime(2024, 3, 1, 11, 0, 0, 250000)),
        ("timestamp", TEXT, "2024-07-01 12:00:00 Europe/London", datetime(2024, 7, 1, 11)),
        ("timestamp", TEXT, "2024-03-01", datetime(2024, 3, 1)),
        ("timestamp", "DATE", date(2024, 3, 1), datetime(2024, 3, 1)),
        ("timestamp", "TIMESTAMP", datetime(2024, 3, 1, 12), datetime(2024, 3, 1, 12)),
        (
            "timestamp",
            "TIMESTAMP WITH TIME ZONE",
            "2024-03-01 12:00:00+02",
            datetime(2024, 3, 1, 10),
        ),
        ("timestamp", "TIMESTAMP_NS", "2024-03-01 12:00:00", datetime(2024, 3, 1, 12)),
    ],
)
def test_values_are_converted_without_loss(checked, kind, source_type, value, expected) -> None:
    assert checked(column(kind), value, source_type) == (expected, None)


@pytest.mark.parametrize(
    ("kind", "source_type", "value", "reason"),
    [
        ("integer", TEXT, "1.5", "x is not an integer"),
        ("integer", TEXT, "1_000", "x is not an integer"),
        ("integer", TEXT, "0x1F", "x is not an integer"),
        ("integer", TEXT, "99999999999999999999", "x is not an integer"),
        ("integer", "DOUBLE", 1.5, "x is not an integer"),
        ("integer", "HUGEINT", 2**70, "x is not an integer"),
        ("integer", "BOOLEAN", True, "x is not an integer"),
        ("decimal(18,2)", TEXT, "abc", "x is not a number"),
        ("decimal(18,2)", TEXT, "1,000.00", "x is not a number"),
        ("decimal(18,2)", TEXT, "NaN", "x is not a number"),
        ("decimal(18,2)", TEXT, "1.005", "x has more than 2 decimals"),
        ("decimal(18,2)", "DOUBLE", 0.1 + 0.2, "x has more than 2 decimals"),
        ("decimal(18,2)", "DECIMAL(38,4)", "1.0050", "x has more than 2 decimals"),
        ("decimal(18,2)", TEXT, "12345678901234567", "x is too large"),
        ("decimal(18,2)", "HUGEINT", 10**20, "x is too large"),
        ("decimal(18,8)", TEXT, "0.123456789", "x has more than 8 decimals"),
        ("boolean", TEXT, "maybe", "x is not a boolean"),
        ("boolean", "INTEGER", 2, "x is not a boolean"),
        ("date", TEXT, "29.02.2024", "x is not a date"),
        ("date", TEXT, "2023-02-29", "x is not a date"),
        ("date", TEXT, "2024-02-29 10:00:00", "x is not a date"),
        ("date", "DATE", "infinity", "x is not a date"),
        ("timestamp", TEXT, "yesterday", "x is not a timestamp"),
        ("timestamp", TEXT, "1700000000", "x is not a timestamp"),
        ("timestamp", TEXT, "2024-03-01 25:00:00", "x is not a timestamp"),
        ("timestamp", TEXT, "2024-03-01 12:00:00 Mars/Olympus", "x is not a timestamp"),
        ("timestamp", TEXT, "infinity", "x is not a timestamp"),
        ("timestamp", "BIGINT", 1700000000, "x is not a timestamp"),
    ],
)
def test_what_would_lose_something_is_rejected(checked, kind, source_type, value, reason) -> None:
    assert checked(column(kind), value, source_type)[1] == reason


@pytest.mark.parametrize("kind", ["text", "integer", "decimal(18,2)", "boolean", "timestamp"])
def test_only_required_columns_must_be_there(checked, kind) -> None:
    assert checked(column(kind), None) == (None, None)
    assert checked(column(kind), "") == (None, None)
    assert checked(column(kind, required=True), None) == (None, "missing x")
    assert checked(column(kind, required=True), "") == (None, "missing x")


def test_listed_values(checked) -> None:
    status = column("text", values=("paid", "shipped"))
    assert checked(status, "paid") == ("paid", None)
    assert checked(status, "Paid")[1] == "x is not one of paid, shipped"
    assert checked(status, None)[1] is None


def test_range(checked) -> None:
    rating = column("integer", minimum=1, maximum=5)
    assert checked(rating, "5") == (5, None)
    assert checked(rating, "6")[1] == "x is not between 1 and 5"
    assert checked(rating, "five")[1] == "x is not an integer"


def test_a_column_that_is_not_delivered_is_empty() -> None:
    rules = check(column("decimal(18,2)"), None)
    assert (rules.value, rules.broken) == ("CAST(NULL AS DECIMAL(18, 2))", None)
