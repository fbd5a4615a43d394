"""Definitions of metrics: what a file may say, and what it is told where it may not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from patron.errors import PatronError
from patron.metric_queries import columns_of, compiled, definition_sql, parts_of
from patron.metric_tables import definition_rows, lineage_rows, target_rows
from patron.metrics import Metric, read_metrics
from patron.shop import find_project

FAMILY = """
model: marts.mart_days
owner: finance_team
time_column: date_day
dimensions: [country]
materiality: 0.03
metrics:
  revenue:
    label: Revenue
    description: Money.
    kind: sum
    expression: SUM(revenue)
    unit: money
    format: money0
    direction: up
    version: 1
  orders:
    label: Orders
    description: Orders.
    kind: sum
    expression: SUM(orders)
    unit: count
    format: num0
    direction: up
    version: 1
  aov:
    label: Order value
    description: Revenue per order.
    kind: ratio
    expression: SUM(revenue) / NULLIF(SUM(orders), 0)
    unit: money
    format: money2
    direction: up
    version: 1
"""
DAYS = "(VALUES (100.0, 10), (100.0, 2)) AS days(revenue, orders)"


def family(folder: Path, *changes: tuple[str, str], name: str = "shop.yaml") -> dict[str, Metric]:
    """The metrics of a folder whose file has some texts replaced."""
    text = FAMILY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / name).write_text(text, encoding="utf-8")
    return read_metrics(folder)


def test_what_a_family_says_holds_for_its_metrics(tmp_path: Path) -> None:
    found = family(tmp_path, ("kind: ratio", "kind: ratio\n    owner: sales_team"))
    assert list(found) == ["revenue", "orders", "aov"]
    assert found["revenue"].owner == "finance_team"
    assert found["aov"].owner == "sales_team"
    assert found["aov"].dimensions == {"country": "country"}
    assert found["aov"].grains == ("day", "week", "month", "quarter", "year")


@pytest.mark.parametrize(
    ("old", "new", "what", "where"),
    [
        ("SUM(revenue) /", "AVG(revenue) /", "a ratio is made of sums", "metrics.aov.expression"),
        ("NULLIF(SUM(orders), 0)", "SUM(orders)", "denominator may be zero", "metrics.aov"),
        ("SUM(orders)\n", "SUM(orders\n", "is no SQL", "metrics.orders.expression"),
        ("kind: ratio", "kind: derived", "it aggregates columns", "metrics.aov.expression"),
        ("kind: ratio", "kind: rate", "'kind' is not valid", "metrics.aov.kind"),
        ("owner: finance_team", "ovner: x", "unknown key 'ovner'", "shop.yaml: ovner"),
        ("    label: Orders\n", "", "the key 'label' is missing", "metrics.orders.label"),
        ("    label: Orders\n", "    lable: Orders\n", "unknown key 'lable'", "metrics.orders"),
        ("version: 1", "version: 0", "'version' is not valid", "metrics.revenue.version"),
        ("materiality: 0.03", "materiality: 0", "'materiality' is not valid", "metrics.revenue"),
        (
            "format: money0",
            "format: money0\n    targets: [{value: 5}]",
            "needs a 'grain'",
            "metrics.revenue",
        ),
        (
            "format: money2",
            "format: money2\n    targets: [{value: 5, dimension: city}]",
            "none of its dimensions",
            "metrics.aov",
        ),
        (
            "format: money2",
            "format: money2\n    targets: [{value: 5, from: 2026-02-01, until: 2026-01-01}]",
            "'until' is before 'from'",
            "metrics.aov.targets.0",
        ),
        (
            "format: money2",
            "format: money2\n    deprecated: {since: 2026-01-01, replaced_by: aovv}",
            "no metric to use",
            "metrics.aov.deprecated.replaced_by",
        ),
    ],
)
def test_a_mistake_names_file_metric_and_key(
    tmp_path: Path, old: str, new: str, what: str, where: str
) -> None:
    with pytest.raises(PatronError) as caught:
        family(tmp_path, (old, new))
    assert what in str(caught.value)
    assert where in str(caught.value.where)
    assert str(tmp_path / "shop.yaml") in str(caught.value.where)


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    family(tmp_path)
    with pytest.raises(PatronError, match="defined twice"):
        family(tmp_path, name="more.yaml")


def test_ratios_come_from_summed_parts(tmp_path: Path) -> None:
    """Two days of 10 and 2 orders: the value of an order is not the mean of both days' means."""
    found = family(tmp_path)
    aov = compiled(found["aov"], found).sql("duckdb")
    assert duckdb.sql(f"SELECT {aov} FROM {DAYS}").fetchone() == (pytest.approx(200 / 12),)
    nothing = "(VALUES (0.0, 0)) AS days(revenue, orders)"
    assert duckdb.sql(f"SELECT {aov} FROM {nothing}").fetchone() == (None,)


def test_a_derived_metric_is_made_of_the_sums_of_its_parts(tmp_path: Path) -> None:
    found = family(
        tmp_path,
        ("kind: ratio", "kind: derived"),
        ("SUM(revenue) / NULLIF(SUM(orders), 0)", "revenue / NULLIF(orders, 0)"),
    )
    value = compiled(found["aov"], found).sql("duckdb")
    assert duckdb.sql(f"SELECT {value} FROM {DAYS}").fetchone() == (pytest.approx(200 / 12),)
    assert parts_of(found["aov"]) == ["revenue", "orders"]
    assert columns_of(found["aov"], found) == ["orders", "revenue"]


def test_nothing_is_derived_from_what_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(PatronError, match="there is no metric 'ordres'") as caught:
        family(
            tmp_path,
            ("kind: ratio", "kind: derived"),
            ("SUM(revenue) / NULLIF(SUM(orders), 0)", "revenue / NULLIF(ordres, 0)"),
        )
    assert "did you mean 'orders'" in str(caught.value.remedy)


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [("COUNT(*)", 1), ("SUM(revenue)", 100), ("COUNT(DISTINCT revenue)", 1), ("AVG(orders)", 2)],
)
def test_a_filter_leaves_out_rows(tmp_path: Path, aggregate: str, expected: float) -> None:
    kind = {"C": "distinct_count", "A": "average"}.get(aggregate[0], "sum")
    found = family(
        tmp_path,
        ("kind: sum", f"kind: {kind}\n    filter: orders < 5"),
        ("SUM(revenue)", aggregate),
    )
    value = compiled(found["revenue"], found).sql("duckdb")
    assert duckdb.sql(f"SELECT {value} FROM {DAYS}").fetchone() == (expected,)
    assert "orders" in columns_of(found["revenue"], found)


def test_a_count_may_differ_by_length_of_period(tmp_path: Path) -> None:
    found = family(
        tmp_path,
        ("kind: sum", "kind: distinct_count\n    at: {month: SUM(first_of_month)}"),
    )
    assert compiled(found["revenue"], found, "day").sql() == "SUM(revenue)"
    assert compiled(found["revenue"], found, "month").sql() == "SUM(first_of_month)"
    assert columns_of(found["revenue"], found) == ["first_of_month", "revenue"]
    assert "SUM(first_of_month) AS revenue" in definition_sql(found["revenue"], found, "month")


def test_targets_may_name_variables_and_change_with_time(tmp_path: Path) -> None:
    targets = "[{value: min_aov, until: 2025-12-31}, {value: 40, from: 2026-01-01, warning: 0.1}]"
    found = family(tmp_path, ("format: money2", f"format: money2\n    targets: {targets}"))
    rows = target_rows(found, {"min_aov": 30})
    months = [row for row in rows if row["grain"] == "month"]
    assert [(row["target"], row["valid_from"], row["valid_until"]) for row in months] == [
        (30.0, "1900-01-01", "2025-12-31"),
        (40.0, "2026-01-01", "2199-12-31"),
    ]
    assert {row["grain"] for row in rows} == {"day", "week", "month", "quarter", "year"}
    with pytest.raises(PatronError, match="'min_aov', which is no variable"):
        target_rows(found, {})


def test_two_targets_for_one_day_are_refused(tmp_path: Path) -> None:
    targets = "[{value: 30, until: 2026-01-01}, {value: 40, from: 2026-01-01}]"
    found = family(tmp_path, ("format: money2", f"format: money2\n    targets: {targets}"))
    with pytest.raises(PatronError, match="two targets of 'aov'") as caught:
        target_rows(found, {})
    assert "2026-01-01" in str(caught.value.remedy)


def test_tables_hold_what_the_files_say(tmp_path: Path) -> None:
    certified = "certified: {by: finance_team, when: 2026-01-31}\n    version: 3"
    found = family(
        tmp_path,
        ("version: 1", certified),
        ("model: marts.mart_days", "model: marts.mart_days\nbase: intermediate.int_kpi_days"),
    )
    assert found["revenue"].certified
    assert found["revenue"].certified.when == date(2026, 1, 31)
    aov, orders, revenue = definition_rows(found)
    assert (revenue["version"], revenue["certified_date"]) == (3, "2026-01-31")
    assert (aov["certified_by"], aov["dimensions"]) == (None, "country")
    assert orders["base_model"] == "intermediate.int_kpi_days"
    models = ("intermediate.int_kpi_days", "marts.mart_days")
    assert [(row["model"], row["column_name"]) for row in lineage_rows(found)] == [
        *((model, column) for model in models for column in ("orders", "revenue")),
        *((model, "orders") for model in models),
        *((model, "revenue") for model in models),
    ]


def test_the_metrics_of_the_project_are_valid() -> None:
    folder = find_project() / "metrics"
    assert len(read_metrics(folder)) > 30


def test_the_docs_explain_every_key_and_their_example_is_valid(tmp_path: Path) -> None:
    page = (find_project() / "docs" / "metrics.md").read_text(encoding="utf-8")
    missing = [name for name in Metric.model_fields if f"`{name}`" not in page]
    assert missing == ["name"]
    example = page.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "example.yaml").write_text(example, encoding="utf-8")
    found = read_metrics(tmp_path)
    assert target_rows(found, {})[0]["target"] == 35
