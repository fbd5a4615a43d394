"""The marts about marketing, subscriptions and deliveries: audits, an empty shop, the pages."""

from __future__ import annotations

import pytest

from tests.support.definitions import PROJECT
from tests.support.doc_queries import BLOCK, with_results
from tests.support.growth_shop import MARTS, MODELS, growth_shop, shop_with_nothing

pytestmark = pytest.mark.slow
OWN = {"marketing": MARTS[:2], "executive": MARTS[3:]}


@pytest.mark.parametrize("model", MODELS)
def test_no_audit_finds_anything(model: str) -> None:
    assert growth_shop().failing_audits(model) == []


def test_a_shop_with_nothing_has_empty_marts_and_no_findings() -> None:
    empty = shop_with_nothing()
    for mart in MARTS:
        assert empty.connection.execute(f"SELECT COUNT(*) FROM {mart}").fetchone() == (0,)
    assert {model: empty.failing_audits(model) for model in MODELS} == {m: [] for m in MODELS}


@pytest.mark.parametrize("name", OWN)
def test_the_page_shows_the_results_its_queries_give(name: str) -> None:
    page = (PROJECT / "docs" / "marts" / f"{name}.md").read_text(encoding="utf-8")
    assert with_results(page, growth_shop().connection) == page
    queries = " ".join(block["query"] for block in BLOCK.finditer(page))
    assert all(mart in queries for mart in OWN[name])
