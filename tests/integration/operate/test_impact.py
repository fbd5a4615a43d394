"""What a change reaches: told from the published copy of a small project, and by the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from operate.lineage import store
from operate.lineage.graph import Graph, read_graph
from operate.lineage.impact import Impact, impact
from patron.cli import patron
from patron.errors import PatronError
from patron.shop import Shop

MODELS = (
    # model, kind, risk
    ("raw.sales", "external", "high"),
    ("staging.stg_sales", "full", "high"),
    ("marts.mart_days", "full", "medium"),
    ("marts.mart_buyers", "full", "low"),
    ("ml.scores", "full", "low"),
    ("quality.checks", "full", "low"),
)
COLUMNS = {
    "raw.sales": ("id", "buyer", "price", "day"),
    "staging.stg_sales": ("sale_id", "buyer", "amount", "day"),
    "marts.mart_days": ("day", "revenue", "sales"),
    "marts.mart_buyers": ("buyer", "spent"),
    "ml.scores": ("buyer", "score"),
    "quality.checks": ("day", "is_good"),
}
LINEAGE = (
    ("staging.stg_sales", "sale_id", "raw.sales", "id"),
    ("staging.stg_sales", "buyer", "raw.sales", "buyer"),
    ("staging.stg_sales", "amount", "raw.sales", "price"),
    ("staging.stg_sales", "day", "raw.sales", "day"),
    ("marts.mart_days", "day", "staging.stg_sales", "day"),
    ("marts.mart_days", "revenue", "staging.stg_sales", "amount"),
    ("marts.mart_days", "sales", "staging.stg_sales", "sale_id"),
    ("marts.mart_buyers", "buyer", "staging.stg_sales", "buyer"),
    ("marts.mart_buyers", "spent", "staging.stg_sales", "amount"),
)
# Buyers are those of sales with an amount; scores are made by Python; checks audit the days.
INPUTS = (
    ("marts.mart_buyers", "staging.stg_sales", "day", "rows"),
    ("ml.scores", "marts.mart_buyers", None, "rows"),
    ("quality.checks", "marts.mart_days", None, "audits"),
)
PAGES = (
    ("reports/pages/index.md", "Home", "/index", "trend", "marts.mart_days", "revenue"),
    ("reports/pages/index.md", "Home", "/index", "counted", "marts.mart_days", None),
    ("reports/pages/[buyer].md", "Buyer", "", "who", "marts.mart_buyers", "buyer"),
)
METRICS = """
model: marts.mart_days
owner: finance_team
time_column: day
materiality: 0.1
metrics:
  revenue:
    label: Revenue
    description: What was paid.
    kind: sum
    expression: SUM(revenue)
    unit: money
    format: money0
    direction: up
    version: 1
"""


@pytest.fixture
def small(shop: Shop, tmp_path: Path) -> Shop:
    """A shop whose published copy has the catalogue of six models, and a project with a metric."""
    with duckdb.connect(str(shop.published)) as connection:
        connection.execute("CREATE SCHEMA quality; CREATE SCHEMA ml")
        store.ensure_tables(connection)
        for model, kind, risk in MODELS:
            connection.execute(
                "INSERT INTO quality.models (model, kind, owner, change_risk)"
                " VALUES (?, ?, 'data_team', ?)",
                [model, kind, risk],
            )
            for place, column in enumerate(COLUMNS[model]):
                connection.execute(
                    "INSERT INTO quality.columns VALUES (?, ?, 'TEXT', NULL, ?)",
                    [model, column, place],
                )
        values = {(*row[0:1], *row[2:4], "values") for row in LINEAGE}
        for table, rows in (
            ("lineage", LINEAGE),
            ("model_inputs", (*values, *INPUTS)),
            ("page_lineage", PAGES),
        ):
            for row in rows:
                marks = ", ".join("?" for _ in row)
                connection.execute(f"INSERT INTO quality.{table} VALUES ({marks})", list(row))
    project = tmp_path / "project"
    (project / "metrics").mkdir(parents=True)
    (project / "metrics" / "sales.yaml").write_text(METRICS)
    return replace(shop, project=project)


@pytest.fixture
def graph(small: Shop) -> Graph:
    return read_graph(small)


def told(found: Impact) -> dict[str, Any]:
    return {each.node.name: (each.touched, each.all_rows) for each in found.models}


def consumers(found: Impact, kind: str) -> list[str]:
    return [each.name for each in found.consumers if each.kind == kind]


def test_a_column_reaches_what_is_computed_from_it(graph: Graph, small: Shop) -> None:
    found = impact(graph, small.project, "raw.sales.price")
    assert told(found) == {
        "staging.stg_sales": (["amount"], False),
        "marts.mart_days": (["revenue"], False),
        "marts.mart_buyers": (["spent"], False),
        "ml.scores": ([], True),
    }
    assert consumers(found, "metric") == ["revenue"]
    assert consumers(found, "page") == ["reports/pages/index.md"]
    assert consumers(found, "audit") == ["quality.checks"]


def test_a_column_that_chooses_rows_can_change_all_of_them(graph: Graph, small: Shop) -> None:
    found = impact(graph, small.project, "staging.stg_sales.day")
    assert told(found) == {
        "marts.mart_days": (["day"], False),
        "marts.mart_buyers": ([], True),
        "ml.scores": ([], True),
    }
    assert consumers(found, "metric") == []
    assert consumers(found, "page") == ["reports/pages/[buyer].md"]


def test_only_values_are_followed_where_asked(graph: Graph, small: Shop) -> None:
    found = impact(graph, small.project, "staging.stg_sales.day", values=True)
    assert told(found) == {"marts.mart_days": (["day"], False)}


def test_a_model_reaches_all_that_reads_it(graph: Graph, small: Shop) -> None:
    found = impact(graph, small.project, "mart_days")
    assert told(found) == {}
    (page,) = [each for each in found.consumers if each.kind == "page"]
    assert page.detail == "trend, counted"
    assert consumers(found, "metric") == ["revenue"]


def test_depth_ends_the_search(graph: Graph, small: Shop) -> None:
    found = impact(graph, small.project, "raw.sales", depth=1)
    assert [(each.node.name, each.depth, each.via) for each in found.models] == [
        ("staging.stg_sales", 1, "raw.sales")
    ]


@pytest.mark.parametrize(
    ("target", "what", "near"),
    [
        ("marts.mart_day", "there is no model 'marts.mart_day'", "'marts.mart_days'"),
        ("mart_buyer.spent", "there is no model 'mart_buyer.spent'", "'mart_buyers'"),
        ("mart_days.revenu", "marts.mart_days has no column 'revenu'", "'revenue'"),
        ("nothing_like_it", "there is no model 'nothing_like_it'", "catalogue"),
    ],
)
def test_unknown_names_are_told_with_those_near(
    graph: Graph, target: str, what: str, near: str
) -> None:
    with pytest.raises(PatronError) as raised:
        graph.find(target)
    assert raised.value.what == what
    assert near in str(raised.value.remedy)


def test_a_table_name_in_two_schemas_has_to_be_named_with_one(graph: Graph) -> None:
    twin = replace(graph.nodes["marts.mart_days"], name="ml.mart_days")
    with pytest.raises(PatronError, match="several models"):
        replace(graph, nodes={**graph.nodes, "ml.mart_days": twin}).find("mart_days")


def test_the_command_draws_a_tree_and_tells_machines(small: Shop) -> None:
    shown = CliRunner().invoke(patron, ["impact", "sales.price"], obj=None)
    # The command reads the project's own metrics, which are over other tables.
    lines = shown.output.splitlines()
    assert lines[0].startswith("raw.sales.price  (high risk, owner data_team")
    assert "└── staging.stg_sales  (amount)" in lines[1]
    assert any("ml.scores  (which rows there are)" in line for line in lines)
    assert lines[-1] == (
        "A change of raw.sales.price reaches 4 models, 1 report page, 1 audited model."
    )
    asked = CliRunner().invoke(patron, ["impact", "sales.price", "--json"])
    document = json.loads(asked.output)
    assert document["models"][0]["model"] == "staging.stg_sales"
    assert {each["kind"] for each in document["consumers"]} == {"page", "audit"}


def test_pages_with_brackets_in_their_name_are_shown_whole(small: Shop) -> None:
    shown = CliRunner().invoke(patron, ["impact", "mart_buyers"]).output
    assert "reports/pages/[buyer].md" in shown


def test_a_copy_without_lineage_says_what_to_do(shop: Shop) -> None:
    duckdb.connect(str(shop.published)).close()
    with pytest.raises(PatronError, match="no lineage yet"):
        read_graph(shop)
