"""The main job as the README tells it: from the simulated shop to the report."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from patron.shop import find_shop
from tests.support.command import notices_of_pages, patron, patron_or_fail
from tests.support.page_metrics import disagreeing, page_claims
from tests.support.report_checks import complaints
from tests.support.whole_shop import (
    MAY_WARN,
    ask,
    built_models,
    defined_models,
    empty_tables,
    findings,
    tables_without_source,
)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated shop after its first cycle."""
    shop = tmp_path_factory.mktemp("simulated") / "shop"
    patron_or_fail(shop, "simulate", "--customers", "1500", "--orders", "15000", "--days", "1095")
    patron_or_fail(shop, "init", "--mapping", "shop_simulator", "--path", "data/shop")
    done = patron(shop, "run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(str(shop / "site" / "index.html"))
    assert "no day is stale" in done.stderr, "everything was built from what raw has"
    return shop


def test_the_simulated_shop_ends_in_a_report_with_its_numbers(simulated: Path) -> None:
    page = (simulated / "site" / "index.html").read_text(encoding="utf-8")
    ((customers,),) = ask(
        simulated, "SELECT COUNT(*) FROM marts.mart_customer_analytics WHERE total_orders > 0"
    )
    assert isinstance(customers, int)
    assert 1000 < customers <= 1500
    assert "Executive dashboard" in page
    assert f"{customers:,}" in page or f"{customers / 1000:.2f}k" in page
    assert "<svg" in page
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.browser
def test_every_page_is_whole_accessible_and_silent(simulated: Path, chromium: str) -> None:
    assert notices_of_pages(simulated) == []
    assert complaints(chromium, simulated / "site") == []


def test_every_buyer_is_scored(simulated: Path) -> None:
    ((buyers, valued, churn, next_order),) = ask(
        simulated,
        """
        SELECT COUNT(*), COUNT(predicted_clv_12m), COUNT(churn_probability),
          COUNT(expected_next_order_date)
        FROM marts.mart_customer_analytics WHERE total_orders > 0
        """,
    )
    assert buyers == valued == churn
    # Whoever is likely gone has no next order to expect.
    assert isinstance(next_order, int)
    assert isinstance(buyers, int)
    assert buyers / 4 < next_order < buyers
    assert ask(
        simulated,
        "SELECT DISTINCT risk_source FROM marts.mart_customer_analytics WHERE total_orders > 0",
    ) == [("model",)]


def test_no_personal_data_reaches_the_published_copy(simulated: Path) -> None:
    columns = {
        name for (name,) in ask(simulated, "SELECT DISTINCT column_name FROM duckdb_columns()")
    }
    assert not columns & {"email", "first_name", "last_name", "phone", "birth_date"}


def test_every_metric_has_a_value(simulated: Path) -> None:
    defined = ask(
        simulated,
        "SELECT metric, expression, model FROM quality.metric_definitions"
        " WHERE model NOT LIKE 'intermediate.%'",
    )
    assert len(defined) > 20
    for metric, expression, model in defined:
        ((value,),) = ask(simulated, f"SELECT {expression} FROM {model}")
        assert value is not None, metric


def test_numbers_on_pages_that_carry_the_name_of_a_metric_agree(simulated: Path) -> None:
    shop = find_shop(simulated)
    claims = page_claims(shop)
    told = {claim.key[0] for claim in claims}
    assert told >= {"net_revenue", "orders", "new_customers", "on_time_rate", "logo_churn"}
    assert told >= {"customers", "high_risk_share", "revenue_at_risk"}
    assert disagreeing(shop, claims) == []


def test_a_second_cycle_finds_nothing_due(simulated: Path) -> None:
    steps = json.loads(patron_or_fail(simulated, "run", "--json"))["steps"]
    outcomes = {step["step"]: step["outcome"] for step in steps}
    assert outcomes["ingest"] == outcomes["transform"] == outcomes["train"] == "skipped"


def test_reconciling_then_finds_every_table_as_from_scratch(simulated: Path) -> None:
    # No moment is named here: it is now, and not the beginning of time.
    found = json.loads(patron_or_fail(simulated, "reconcile", "--json"))
    assert found["stale"] == []


def test_what_python_makes_from_raw_is_stale_once_raw_has_changed(simulated: Path) -> None:
    with duckdb.connect(str(simulated / "data" / "warehouse.duckdb")) as connection:
        connection.execute(
            "INSERT INTO raw.load_log SELECT * REPLACE (batch_id || '-again' AS batch_id,"
            " now() AT TIME ZONE 'UTC' AS finished_at, 1 AS rows_deleted) FROM raw.load_log"
            " ORDER BY batch_id DESC LIMIT 1"
        )
    looked = patron(simulated, "reconcile", "--check", "--json")
    assert looked.returncode == 1
    stale = {one["model"]: one["reason"] for one in json.loads(looked.stdout)["stale"]}
    assert stale["quality.source_profile"] == "older than what it reads"
    assert not {model for model in stale if model.startswith(("staging.", "intermediate."))}


def test_all_models_are_built_and_audits_find_at_most_an_unusual_week(simulated: Path) -> None:
    assert built_models(simulated) == defined_models()
    assert findings(simulated) <= MAY_WARN


def test_every_table_has_rows(simulated: Path) -> None:
    assert empty_tables(simulated) == tables_without_source(simulated, is_trained=True) == set()


def test_the_status_is_readable_by_machines(simulated: Path) -> None:
    status = json.loads(patron_or_fail(simulated, "status", "--json"))
    assert {"loads", "models", "champions", "published"} <= set(status)


def test_a_shop_without_sources_is_told_what_to_do(tmp_path: Path) -> None:
    done = patron(tmp_path / "shop", "run")
    assert done.returncode != 0
    assert "sources.yaml" in done.stderr
    assert "patron init" in done.stderr
    assert "Traceback" not in done.stderr
