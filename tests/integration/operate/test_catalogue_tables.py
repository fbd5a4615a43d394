"""The catalogue's tables: what is in them for the whole project, and when they are written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest
from sqlmesh import Context
from sqlmesh.core.lineage import column_dependencies
from stock import Stock

from operate import guard
from operate.lineage import store
from operate.lineage.columns import trace
from operate.lineage.graph import graph_of
from patron.shop import SHOP_VARIABLE, Shop, find_project

Rows = list[tuple[Any, ...]]


@dataclass
class Project:
    """The project as SQLMesh reads it, and its catalogue in a database in memory."""

    context: Any
    shop: Shop
    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> Rows:
        return self.connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    shop = Shop(tmp_path_factory.mktemp("shop"), find_project())
    shop.data.mkdir()
    guard.install()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(SHOP_VARIABLE, str(shop.root))
        context = Context(paths=[str(shop.project)])
        connection = duckdb.connect()
        connection.execute("CREATE SCHEMA quality")
        assert store.update(connection, shop, context.snapshots.values())
        yield Project(context, shop, connection)
        connection.close()
        context.close()


def test_lineage_equals_that_of_sqlmesh_for_every_column_of_a_mart(project: Project) -> None:
    found: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for model, column, *parent in project.rows("FROM quality.lineage"):
        found[model, column].add((parent[0], parent[1]))
    compared = 0
    for model in project.context.models.values():
        if not model.is_sql or not model.name.startswith(("marts.", "ml.", "quality.")):
            continue
        for column in model.columns_to_types:
            told = column_dependencies(project.context, model.name, column)
            wanted = {(_plain(parent), each) for parent, names in told.items() for each in names}
            assert found[model.name, column] == wanted, f"{model.name}.{column}"
            compared += 1
    assert compared > 500


def test_every_model_and_column_is_in_the_catalogue(project: Project) -> None:
    models = {model.name.replace('"', ""): model for model in project.context.models.values()}
    assert {name for (name,) in project.rows("SELECT model FROM quality.models")} == set(models)
    columns = defaultdict(list)
    for name, column in project.rows(
        "SELECT model, column_name FROM quality.columns ORDER BY model, position"
    ):
        columns[name].append(column)
    assert {name: list(model.columns_to_types) for name, model in models.items()} == columns
    undescribed = project.rows(
        "SELECT model, column_name FROM quality.columns WHERE COALESCE(description, '') = ''"
    )
    assert undescribed == []


def test_files_of_models_are_found_blueprints_too(project: Project) -> None:
    files: dict[str, str] = dict(project.rows("SELECT model, file FROM quality.models"))
    assert all((project.shop.project / file).is_file() for file in files.values())
    assert files["intermediate.int_weeks"] == "models/intermediate/int_periods.sql"
    assert files["raw.orders"] == "external_models/raw.yaml"


def test_what_is_upstream_and_downstream_adds_up(project: Project) -> None:
    (sums,) = project.rows(
        "SELECT SUM(upstream_models), SUM(downstream_models), SUM(parent_models),"
        " SUM(child_models) FROM quality.models"
    )
    assert sums[0] == sums[1] > sums[2] == sums[3] > 0
    ((edges,),) = project.rows(
        "SELECT COUNT(*) FROM (SELECT DISTINCT model, parent_model FROM quality.model_inputs)"
    )
    assert edges == sums[2]


def test_risk_follows_from_what_is_downstream_and_who_reads_it(project: Project) -> None:
    told = {
        row[0]: row[1:]
        for row in project.rows(
            "SELECT model, change_risk, downstream_models, pages, is_contracted FROM quality.models"
        )
    }
    assert told["raw.orders"][0] == told["intermediate.int_as_of"][0] == "high"
    for risk, downstream, pages, is_contracted in told.values():
        if risk == "high":
            assert downstream >= 20 or pages >= 5
        elif risk == "medium":
            assert 5 <= downstream < 20 or pages or is_contracted
        else:
            assert downstream < 5
            assert not pages
            assert not is_contracted


def test_columns_that_only_choose_rows_are_told_apart(project: Project) -> None:
    used = {
        (parent, column): used_for
        for parent, column, used_for in project.rows(
            "SELECT parent_model, parent_column, used_for FROM quality.model_inputs"
            " WHERE model = 'intermediate.int_customer_order_summary'"
        )
    }
    assert set(used.values()) == {"values", "rows", "audits"}
    # Only the audit of the customers' revenue asks the orders themselves.
    only_audits = {parent for (parent, _), used_for in used.items() if used_for == "audits"}
    assert only_audits == {"staging.stg_orders"}
    values = set(
        project.rows(
            "SELECT parent_model, parent_column FROM quality.lineage"
            " WHERE model = 'intermediate.int_customer_order_summary'"
        )
    )
    assert {read for read, used_for in used.items() if used_for == "values"} == values


def test_a_model_in_python_has_parents_without_columns(project: Project) -> None:
    assert project.rows(
        "SELECT parent_column, used_for, COUNT(*) > 10 FROM quality.model_inputs"
        " WHERE model = 'quality.source_profile' GROUP BY ALL"
    ) == [(None, "rows", True)]


def test_audits_are_those_that_the_models_declare(project: Project) -> None:
    declared = sum(
        len({(audit.name, str(arguments)) for audit, arguments in model.audits_with_args})
        for model in project.context.models.values()
    )
    assert project.rows("SELECT COUNT(*) FROM quality.model_audits") == [(declared,)]
    assert project.rows(
        "SELECT DISTINCT blocking FROM quality.model_audits WHERE audit = 'not_null'"
        " AND model = 'marts.mart_customer_analytics'"
    ) == [(True,)]


def test_pages_read_what_their_queries_name(project: Project) -> None:
    pages = {
        page
        for (page,) in project.rows(
            "SELECT DISTINCT page FROM quality.page_lineage"
            " WHERE model = 'marts.mart_cohort_retention'"
        )
    }
    assert "reports/pages/customers/cohorts.md" in pages
    unknown = project.rows(
        "SELECT page, model, column_name FROM quality.page_lineage AS reads"
        " WHERE column_name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM quality.columns AS known"
        " WHERE known.model = reads.model AND known.column_name = reads.column_name)"
    )
    assert unknown == []


def test_what_the_documentation_shows_works(project: Project) -> None:
    text = (project.shop.project / "docs" / "catalog.md").read_text("utf-8")
    assert set(re.findall(r"^\| `quality\.(\w+)` \|", text, re.MULTILINE)) == set(store.TABLES)
    graph = graph_of(project.connection)
    targets = re.findall(r"^patron impact (\S+)", text, re.MULTILINE)
    assert len(targets) == 4
    assert all(graph.find(target) for target in targets)
    (query,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    way = {(parent, column) for _, parent, column in project.rows(query)}
    assert ("raw.order_items", "unit_price") in way
    assert ("intermediate.int_orders", "net_revenue_amount") in way


def test_nothing_is_written_while_nothing_changed(project: Project) -> None:
    assert not store.update(project.connection, project.shop, project.context.snapshots.values())


def test_a_query_that_cannot_be_followed_has_parents_and_no_columns(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = project.context.get_model("marts.dim_products").copy()
    monkeypatch.setattr(type(model), "render_query_or_raise", _refuse)
    assert trace(model).values == frozenset()


def _refuse(_: Any) -> Any:
    raise ValueError("Could not find column in the query")


def _plain(name: str) -> str:
    return ".".join(part.strip('"') for part in name.split(".")[-2:])


def test_only_what_changed_is_traced_again(planned: Stock) -> None:
    assert planned.published_rows(
        "SELECT column_name, parent_model, parent_column FROM quality.lineage"
        " WHERE model = 'marts.mart_customers' AND column_name = 'amount'"
    ) == [("amount", "staging.stg_sales", "amount")]
    versions = "SELECT model, version FROM quality.models"
    before = dict(planned.published_rows(versions))
    # A mark in rows that nobody may write anew, and a model that reads another column.
    planned.execute(
        "UPDATE quality.lineage SET parent_column = 'mark' WHERE model = 'marts.mart_days'"
    )
    model = planned.project / "models" / "marts" / "mart_customers.sql"
    model.write_text(model.read_text().replace("SUM(amount)", "SUM(amount + 0 * sale_id)"))
    ended = planned.sqlmesh("2025-01-11T05:00", "plan", "prod", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    after = dict(planned.published_rows(versions))
    changed = {name for name in after if before[name] != after[name]}
    assert changed == {"marts.mart_customers", "ml.scores"}
    assert {
        row[0]
        for row in planned.published_rows(
            "SELECT parent_column FROM quality.lineage"
            " WHERE model = 'marts.mart_customers' AND column_name = 'amount'"
        )
    } == {"amount", "sale_id"}
    assert planned.published_rows(
        "SELECT DISTINCT model FROM quality.lineage WHERE parent_column = 'mark'"
    ) == [("marts.mart_days",)]


def test_a_run_with_nothing_to_do_finishes_the_catalogue(planned: Stock) -> None:
    expected = planned.published_rows("FROM quality.lineage ORDER BY ALL")
    planned.execute("DROP TABLE quality.catalogue_state; DELETE FROM quality.lineage")
    assert planned.sqlmesh("2025-01-11T05:00", "run", "prod").code == 0
    assert planned.published_rows("FROM quality.lineage ORDER BY ALL") == expected
