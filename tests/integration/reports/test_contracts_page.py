"""The page of contracts tells what is promised, and what of it is kept."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from published_sample import change_sample, publish_sample

from patron.shop import Shop
from tests.support.one_page import content_of, words_of
from tests.support.python_models import python_model

TABLE = "marts.mart_customer_analytics"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return content_of("data/contracts", tmp_path)


@pytest.fixture
def sample(shop: Shop) -> Shop:
    publish_sample(shop, customers=20, days=30)
    return shop


def test_a_broken_promise_is_told_with_its_owner(sample: Shop, content: Path) -> None:
    text = words_of(sample, content)
    assert "Tables with a contract 1" in text
    assert "Promises kept 0.0%" in text
    assert "1 promise is not kept" in text
    assert "freshness daily by 08:00 UTC data through 2025-09-14 all tables customer team" in text
    overview = "mart_customer_analytics customer team 1.0.0 daily by 08:00 UTC"
    assert f"{overview} broken not known not known" in text
    assert "What customers spent equals their valid orders." in text
    assert "customer_id TEXT; always there" in text
    assert "not_null columns: (customer_id)" in text
    assert "Tables that will go" not in text


def test_kept_promises_and_tables_that_go_are_told(sample: Shop, content: Path) -> None:
    others = (
        f"INSERT INTO quality.contract_status SELECT '{TABLE}', '1.0.0', promise, '', '', TRUE,"
        " TIMESTAMP '2025-09-15 06:00:00', 'customer_team'"
        " FROM (VALUES ('accuracy'), ('availability')) AS kept(promise);"
    )
    going = (
        f"INSERT INTO quality.contracts VALUES ('{TABLE}', '1.0.0', 'deprecation', 'deprecation',"
        " 'Deprecated since 2025-09-01: read marts.x.', 'customer_team', 'marketing')"
    )
    change_sample(sample, "UPDATE quality.contract_status SET is_kept = TRUE;" + others + going)
    text = words_of(sample, content)
    assert "Promises kept 100.0%" in text
    assert "not kept" not in text
    assert "daily by 08:00 UTC kept kept kept" in text
    assert "Tables that will go" in text
    assert "Deprecated since 2025-09-01: read marts.x." in text


def test_a_shop_that_was_never_watched_says_so(sample: Shop, content: Path) -> None:
    change_sample(sample, "DELETE FROM quality.contract_status")
    text = words_of(sample, content)
    assert "Nothing has been measured yet: patron monitor measures." in text
    assert "Not measured yet" in text
    assert "daily by 08:00 UTC not known not known not known" in text


def test_a_shop_without_contracts_says_so(sample: Shop, content: Path) -> None:
    change_sample(sample, "DELETE FROM quality.contracts; DELETE FROM quality.contract_status")
    assert "No table has a contract yet" in words_of(sample, content)


def test_the_sample_has_the_columns_of_the_model(sample: Shop) -> None:
    with duckdb.connect(str(sample.published), read_only=True) as connection:
        found = connection.execute("DESCRIBE quality.contracts").fetchall()
    assert [row[0] for row in found] == list(python_model("quality.contracts").columns)
