"""Metric definitions: complete, computable, and right."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
import sqlglot
import yaml
from sqlglot import exp

from tests.support.definitions import PROJECT, project_model

MODELS = {
    "marts.mart_executive_financial_summary": ("marts/executive/mart_executive_financial_summary"),
    "marts.mart_customer_analytics": "marts/customers/mart_customer_analytics",
}
KINDS = {"sum", "count", "average", "ratio"}
FAMILIES = [
    yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((PROJECT / "metrics").glob("*.yaml"))
]
METRICS = [
    pytest.param(family, name, metric, id=name)
    for family in FAMILIES
    for name, metric in family["metrics"].items()
]


@pytest.mark.parametrize(("family", "name", "metric"), METRICS)
def test_a_metric_is_computed_over_columns_its_table_has(
    family: dict[str, Any], name: str, metric: dict[str, str]
) -> None:
    expression = sqlglot.parse_one(metric["expression"], dialect="duckdb")
    columns = set(project_model(MODELS[family["model"]]).columns_to_types or {})
    assert {column.name for column in expression.find_all(exp.Column)} <= columns
    assert metric["kind"] in KINDS
    assert metric["direction"] in {"up", "down"}
    assert name == name.lower()


@pytest.mark.parametrize(("family", "name", "metric"), METRICS)
def test_only_ratios_divide_and_they_divide_sums(
    family: dict[str, Any], name: str, metric: dict[str, str]
) -> None:
    expression = sqlglot.parse_one(metric["expression"], dialect="duckdb")
    divisions = list(expression.find_all(exp.Div))
    assert bool(divisions) == (metric["kind"] == "ratio")
    for division in divisions:
        assert isinstance(division.this, exp.Sum | exp.Count)
        assert isinstance(division.expression, exp.Nullif), "a denominator may be zero"
    assert bool(list(expression.find_all(exp.Avg))) == (metric["kind"] == "average")


def test_ratios_come_from_summed_parts_at_every_grain() -> None:
    """Two days of 10 and 2 orders: the value of an order is not the mean of both days' means."""
    aov = next(f for f in FAMILIES if "aov" in f["metrics"])["metrics"]["aov"]["expression"]
    days = "(VALUES (100.0, 10), (100.0, 2)) AS days(net_revenue, orders)"
    assert duckdb.sql(f"SELECT {aov} FROM {days}").fetchone() == (pytest.approx(200 / 12),)
    nothing = "(VALUES (0.0, 0)) AS days(net_revenue, orders)"
    assert duckdb.sql(f"SELECT {aov} FROM {nothing}").fetchone() == (None,)


def test_names_are_unique_across_files() -> None:
    names = [name for family in FAMILIES for name in family["metrics"]]
    assert len(names) == len(set(names))
