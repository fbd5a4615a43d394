"""Every mart, fact and dimension is asked a question somewhere in docs/marts/, with its answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests.support.built_shop import models_of
from tests.support.definitions import PROJECT
from tests.support.doc_queries import BLOCK, SHOPS

PAGES = sorted((PROJECT / "docs" / "marts").glob("*.md"))
PATHS = sorted((PROJECT / "models" / "marts").rglob("*.sql"))


def asked() -> set[str]:
    """The marts that the queries of the pages read."""
    queries = (
        block["query"] for page in PAGES for block in BLOCK.finditer(page.read_text("utf-8"))
    )
    parsed = (sqlglot.parse_one(query, dialect="duckdb") for query in queries)
    return {table.name for query in parsed for table in query.find_all(exp.Table)}


def test_every_mart_has_a_query_with_its_result_on_a_page() -> None:
    marts = {model.view_name for path in PATHS for model in models_of(path)}
    assert marts - asked() == set()


def test_every_page_has_a_shop_and_no_result_is_empty() -> None:
    assert {page.stem for page in PAGES} == set(SHOPS)
    for page in PAGES:
        text = page.read_text("utf-8")
        results = [block["result"] for block in BLOCK.finditer(text)]
        assert len(results) == text.count("```sql")
        assert all(result.count("\n") > 1 for result in results), page.name


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_mart_says_what_it_answers(path: Path) -> None:
    for model in models_of(path):
        answers = (model.description or "").partition("Answers:")[2]
        assert re.search(r"\w+.*\?", answers), model.view_name
