from __future__ import annotations

import pytest

from reports.builder.data.result import ColumnInfo, QueryResult, kind_of, plain
from reports.builder.formats import Format
from reports.builder.tables.totals import is_additive, total

DATA = QueryResult(
    "q",
    (ColumnInfo("orders", "number"), ColumnInfo("open_rate", "number"), ColumnInfo("who", "text")),
    (
        {"orders": 10, "open_rate": 0.5, "who": "a"},
        {"orders": 30, "open_rate": 0.1, "who": "a"},
        {"orders": None, "open_rate": 0.9, "who": None},
    ),
)


@pytest.mark.parametrize(
    ("column", "aggregate", "weight", "expected"),
    [
        ("orders", "sum", None, 40),
        ("orders", "mean", None, 20),
        ("orders", "median", None, 20),
        ("orders", "min", None, 10),
        ("orders", "max", None, 30),
        ("who", "count", None, 2),
        ("who", "countDistinct", None, 1),
        ("open_rate", "weightedMean", "orders", pytest.approx(0.2)),
        ("open_rate", "weightedMean", "who", None),
        ("who", "sum", None, None),
        ("orders", None, None, None),
    ],
)
def test_totals(column: str, aggregate: str | None, weight: str | None, expected: object) -> None:
    assert total(DATA, column, aggregate, weight) == expected


@pytest.mark.parametrize(
    ("column", "code", "additive"),
    [
        ("orders", "#,##0", True),
        ("net_revenue", "#,##0", True),
        ("churn_rate", "#,##0", False),
        ("average_order_value", "#,##0", False),
        ("median_days", "#,##0", False),
        ("customer_id", "0", False),
        ("rateable_orders", "#,##0", True),
    ],
)
def test_what_may_be_added_up(column: str, code: str, additive: bool) -> None:
    assert is_additive(column, Format(code)) is additive
    assert not is_additive(column, Format("0%", is_ratio=True))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("INTEGER", "number"),
        ("DECIMAL(18,2)", "number"),
        ("DOUBLE", "number"),
        ("VARCHAR", "text"),
        ("DATE", "date"),
        ("TIMESTAMP WITH TIME ZONE", "timestamp"),
        ("BOOLEAN", "boolean"),
        ("INTEGER[]", "list"),
        ("INTERVAL", "text"),
    ],
)
def test_kinds_of_columns(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_values_are_plain_and_printable() -> None:
    assert plain(float("nan")) is None
    assert plain(float("-inf")) is None
    assert plain("a\x00b\x1b[31m\ue000\n") == "ab[31m\n"
    assert plain([1, float("nan"), "x"]) == [1, None, "x"]
    assert plain({"a": 1}) == "{'a': 1}"
