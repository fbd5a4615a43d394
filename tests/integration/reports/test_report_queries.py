from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from published_sample import change_sample

from patron.shop import Shop
from patron.warehouse import reading
from reports.builder.data.runner import Limits, QueryRunner
from reports.builder.data.sources import QueryError
from reports.builder.page.nodes import QuerySource

QUERY = QuerySource("q", "", "pages/index.md", 20)


def run(shop: Shop, sql: str, limits: Limits | None = None) -> object:
    source = QuerySource("q", sql, "pages/index.md", 20)
    with reading(shop) as connection:
        return QueryRunner(connection, limits or Limits()).run(source, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_parquet('https://example.com/x.parquet')",
        "ATTACH '/tmp/x.duckdb' AS x",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "CREATE TABLE marts.x AS SELECT 1",
        "DELETE FROM marts.fct_orders",
        "PRAGMA database_list",
        "SELECT 1; SELECT 2",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM other.secrets",
        "",
    ],
)
def test_only_one_select_over_the_public_schemas(published: Shop, sql: str) -> None:
    change_sample(published, "CREATE SCHEMA other; CREATE TABLE other.secrets AS SELECT 1 AS x")
    with pytest.raises(QueryError):
        run(published, sql)


def test_rows_and_time_are_limited(published: Shop) -> None:
    with pytest.raises(QueryError, match="more than 5 rows"):
        run(published, "SELECT * FROM range(6)", Limits(rows=5))
    started = time.monotonic()
    with pytest.raises(QueryError, match="longer than"):
        run(
            published,
            "SELECT count(*) FROM range(1000000) a, range(1000000) b",
            Limits(seconds=0.3),
        )
    assert time.monotonic() - started < 10


def test_an_error_names_line_message_and_columns(published: Shop) -> None:
    with pytest.raises(QueryError) as caught:
        run(published, "SELECT\n  order_id,\n  revenu\nFROM marts.fct_orders")
    assert caught.value.line == 22
    assert 'Referenced column "revenu" not found' in caught.value.message
    assert "Columns: marts.fct_orders (order_id, customer_id," in caught.value.message
    with pytest.raises(QueryError, match=r"Table with name orders does not exist.*Tables: marts\."):
        run(published, "SELECT * FROM marts.orders")


@pytest.mark.parametrize(
    "reference",
    ["fct_orders", "fct_orders o", 'fct_orders AS "returns"', "fct_orders TABLESAMPLE 100%"],
)
def test_a_table_is_named_as_it_is_not_as_the_query_calls_it(
    published: Shop, reference: str
) -> None:
    with reading(published) as connection:
        runner = QueryRunner(connection, Limits())
        answer = runner.run(QUERY, f"SELECT count(*) FROM marts.{reference}")
        assert answer.tables == {"marts.fct_orders"}
        with pytest.raises(QueryError, match=r"Columns: marts\.fct_orders \(order_id, customer_id"):
            runner.run(QUERY, f"SELECT nope FROM marts.{reference}")


def test_a_failing_query_is_shown_in_place_and_the_rest_is_built(
    render: Callable[..., Any],
) -> None:
    built = render(
        "# A\n\n```sql bad\nSELECT nope FROM marts.fct_orders\n```\n\n"
        "```sql good\nSELECT 42 AS answer\n```\n\n"
        "<BigValue data={bad} value=nope />\n\nInline {bad[0].nope}.\n\n"
        "{#if bad.length}x{/if}\n\n<BigValue data={good} value=answer />\n",
        other="---\ntitle: Other page\n---\nFine.\n",
    )
    assert built.messages == [
        message
        for message in built.messages
        if message.startswith("error: pages/index.md:4: query 'bad': Binder Error")
    ]
    body = built.body
    assert body.count("Query &#39;bad&#39; failed") == 3
    assert body.count("Referenced column") == 1
    assert ">42<" in body
    assert len(built.result.pages) == 2
    assert not built.result.ok


def test_shared_queries_chain_and_name_their_own_file(
    render: Callable[..., Any], content: Path
) -> None:
    (content / "queries").mkdir()
    (content / "queries" / "base.sql").write_text("SELECT 3 AS n UNION ALL SELECT 4")
    (content / "queries" / "top.sql").write_text("SELECT max(n) AS n FROM ${base}")
    (content / "queries" / "wrong.sql").write_text("SELECT\n  x\nFROM\n  marts.nothing")
    built = render("---\nqueries:\n  - top.sql\n  - wrong.sql\n---\nMost: {top[0].n}")
    assert "Most: 4" in built.body
    assert built.messages[0].startswith("error: queries/wrong.sql:4: query 'wrong': Catalog Error")


def test_the_clock_is_noticed(render: Callable[..., Any]) -> None:
    built = render(
        "```sql a\nSELECT current_date AS d\n```\n\n```sql b\nSELECT 'now()' AS t -- today()\n```\n"
    )
    (message,) = built.messages
    assert message.startswith("warning: pages/index.md:2: query 'a': current_date makes the page")


def test_the_guard_can_be_set_by_the_project(published: Shop, content: Path) -> None:
    from reports.builder.api import Request, check_site

    (content / "pages" / "index.md").write_text(
        "```sql a\nSELECT * FROM range(20000)\n```\n", encoding="utf-8"
    )
    result = check_site(published, request=Request(content=content))
    assert "more than 10,000 rows (max_rows)" in str(result.errors[0])
