"""The marts about customers on a simulated shop: audits, nobody there, the page."""

from __future__ import annotations

import pytest

from tests.support.built_shop import loaded
from tests.support.customer_shop import (
    HISTORIES,
    MARTS,
    MODELS,
    STAR,
    VERSIONS,
    customer_shop,
    without_predictions,
)
from tests.support.definitions import PROJECT
from tests.support.doc_queries import BLOCK, with_results

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("model", [*MODELS, *VERSIONS, *HISTORIES])
def test_no_audit_finds_anything(model: str) -> None:
    assert customer_shop().failing_audits(model) == []


def test_an_empty_shop_has_empty_marts_and_no_findings() -> None:
    shop = loaded(customer_shop().truth.parents[1])
    for (name,) in shop.connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'"
    ).fetchall():
        shop.connection.execute(f"DELETE FROM raw.{name}")
    without_predictions(shop)
    shop.build(*MODELS)
    for mart in MARTS:
        assert shop.connection.execute(f"SELECT COUNT(*) FROM {mart}").fetchall() == [(0,)]
        assert shop.failing_audits(mart) == []


@pytest.mark.parametrize(
    ("name", "tables"),
    [("customers", (*MARTS, *HISTORIES)), ("core", STAR)],
    ids=["customers", "star"],
)
def test_the_page_shows_what_its_queries_give(name: str, tables: tuple[str, ...]) -> None:
    page = (PROJECT / "docs" / "marts" / f"{name}.md").read_text(encoding="utf-8")
    assert len(BLOCK.findall(page)) == len(tables)
    assert with_results(page, customer_shop().connection) == page
    assert [table for table in tables if f"FROM {table}" not in page] == []
