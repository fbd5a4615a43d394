"""The page of quality says what the checks, charts and records say."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from published_sample import change_sample, publish_sample

from patron.shop import Shop
from tests.support.definitions import project_model
from tests.support.one_page import content_of, words_of

TABLES = (
    "quality_checks",
    "quality_scores",
    "control_charts",
    "rejection_reasons",
    "model_health",
    "run_summary",
)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return content_of("data/quality", tmp_path)


def text_of(shop: Shop, content: Path) -> str:
    """The words of the page, which is alone."""
    return words_of(shop, content, "/data/sources")


@pytest.fixture
def sample(shop: Shop) -> Shop:
    publish_sample(shop, customers=200)
    return shop


def test_what_was_found_is_told_with_what_to_do(sample: Shop, content: Path) -> None:
    text = text_of(sample, content)
    # The sample has one audit that found 3 of 100 rows, and does not block.
    assert "1 of 12 checks found something" in text
    assert "warn 3 3.00% Correct the values" in text
    # (12 - 0.03) / 12 of the checks' rows are right.
    assert "Score of all checks 99.8" in text
    assert "orders row count beyond 3 sigma high 50.0 100.0 -15.0 See whether the source" in text
    assert "Rows of orders By day, with what was expected" in text
    assert "Correct the amount at the source" in text
    assert "Of 3 models 1 fail in more than 5% of their batches, 1 take longer" in text
    assert "1 of 20 runs had a model that failed" in text


def test_a_shop_in_which_all_is_well_says_so(sample: Shop, content: Path) -> None:
    change_sample(
        sample,
        "UPDATE quality.quality_checks SET status = 'pass', issues = 0;"
        " UPDATE quality.quality_scores SET failed_checks = 0, warned_checks = 0, score = 100;"
        " UPDATE quality.control_charts SET status = 'in_control', impact_level = 'none';"
        " DELETE FROM quality.rejection_reasons; DELETE FROM quality.rejected_rows;"
        " UPDATE quality.model_health SET status = 'healthy';"
        " UPDATE quality.run_summary SET failed_runs = 0",
    )
    text = text_of(sample, content)
    for sentence in (
        "All 12 checks passed when they were last run",
        "No check found anything when it was last run",
        "No day of the last 30 was out of control",
        "No row has been refused",
        "All 3 models are healthy",
        "All 20 runs on record built what they began",
        "No model has failed in the runs on record",
    ):
        assert sentence in text


def test_a_shop_without_anything_has_nothing_to_tell(shop: Shop, content: Path) -> None:
    publish_sample(shop, customers=0, as_of=None)
    change_sample(
        shop,
        "DELETE FROM quality.quality_checks; DELETE FROM quality.quality_scores;"
        " DELETE FROM quality.publication; DELETE FROM quality.source_quality",
    )
    text = text_of(shop, content)
    for sentence in (
        "Nothing has been published yet",
        "No check has been recorded yet",
        "No source has delivered on enough days",
        "No row has been refused",
        "No model has been built yet",
        "No run has been recorded yet",
    ):
        assert sentence in text


@pytest.mark.parametrize("table", TABLES)
def test_the_sample_has_the_columns_of_the_models(sample: Shop, table: str) -> None:
    model = project_model(f"quality/{table}")
    with duckdb.connect(str(sample.published), read_only=True) as connection:
        found = connection.execute(
            "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'quality'"
            " AND table_name = ?",
            [table],
        ).fetchall()
    assert {name for (name,) in found} == set(model.columns_to_types or {})
