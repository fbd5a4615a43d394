"""All models on shops of different kinds, as people call it: much data, some streams, no row."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ingest.contract import load_contract
from tests.conftest import public_data
from tests.support.command import notices_of_pages, patron_or_fail
from tests.support.depth import at_night, nightly
from tests.support.report_checks import complaints
from tests.support.sample_files import olist_sample, retail_sample
from tests.support.whole_shop import (
    MAY_WARN,
    ask,
    built_models,
    defined_models,
    empty_tables,
    findings,
    tables_without_source,
)

pytestmark = pytest.mark.slow

# Nearly every order of Olist is of one product, so no two are often bought together.
SELDOM_TOGETHER = {"intermediate.int_basket_pairs", "marts.mart_product_affinity"}
# No order of Olist's last month was a valid sale, and nothing need be refused.
NO_LAST_MONTH = {"intermediate.int_customer_running_month"}
NEED_NOT_BE = {"staging.refused_finished_days", "staging.refused_running_days"}
# The samples that stand in for the public data have twenty customers.
OF_MANY_CUSTOMERS = {"marts.mart_cohort_milestones", "ml.product_recommendations"}


@pytest.fixture(scope="module", params=["online_retail_2", *nightly(["olist"])])
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with the data set of a mapping, or with a sample in its layout."""
    folder = tmp_path_factory.mktemp(request.param)
    files = {"online_retail_2": "online_retail_II_csv.zip", "olist": "olist_sample20k_csv.zip"}
    samples = {"online_retail_2": retail_sample, "olist": olist_sample}
    data = public_data()
    path = data / files[request.param] if data else samples[request.param](folder)
    shop = folder / "shop"
    patron_or_fail(shop, "init", "--mapping", request.param, "--path", str(path))
    said = patron_or_fail(shop, "run", "--skip", "train", "--skip", "reconcile")
    assert str(shop / "site" / "index.html") in said
    return shop


def test_all_models_are_built_and_audits_find_at_most_an_unusual_week(known: Path) -> None:
    assert built_models(known) == defined_models()
    assert findings(known) <= MAY_WARN


def test_what_the_shop_does_not_deliver_stays_empty_and_nothing_else(known: Path) -> None:
    empty, expected = empty_tables(known), tables_without_source(known, is_trained=False)
    assert expected - empty == set()
    allowed = SELDOM_TOGETHER | NO_LAST_MONTH | NEED_NOT_BE
    allowed |= set() if public_data() else OF_MANY_CUSTOMERS
    assert empty - expected <= allowed


def test_no_margin_is_told_where_no_cost_is_known(known: Path) -> None:
    assert ask(
        known,
        """
        SELECT COUNT(orders.gross_margin_amount), COUNT(days.gross_margin)
        FROM marts.fct_orders AS orders
        FULL JOIN marts.mart_executive_financial_summary AS days
          ON orders.order_date = days.date_day
        """,
    ) == [(0, 0)]


def check_what_is_told_of_runs(shop: Path) -> None:
    """The views of what happened show all that was recorded, the run that published included."""
    audits = "SELECT DISTINCT model, audit, COALESCE(arguments, ''), audited_at::DATE"
    assert ask(shop, "SELECT COUNT(*) FROM quality.quality_checks") == ask(
        shop, f"SELECT COUNT(*) FROM ({audits} FROM quality.audit_results)"
    )
    assert ask(shop, "SELECT SUM(batches)::INT FROM quality.run_summary") == ask(
        shop, "SELECT COUNT(*)::INT FROM quality.model_runs"
    )
    models = {model for (model,) in ask(shop, "SELECT model FROM quality.model_health")}
    assert models == built_models(shop)
    assert ask(shop, "SELECT model FROM quality.model_health WHERE is_failing") == []
    tables = "SELECT COUNT(DISTINCT model) FROM quality.audit_results"
    assert ask(shop, "SELECT COUNT(*) - 1 FROM quality.quality_scores") == ask(shop, tables)
    ((score, failed),) = ask(
        shop,
        "SELECT score, failed_checks FROM quality.quality_scores WHERE table_name = 'overall'",
    )
    assert failed == 0
    assert 95 < score <= 100


def test_what_is_told_of_quality_is_what_was_recorded(known: Path) -> None:
    check_what_is_told_of_runs(known)
    ((refused,),) = ask(known, "SELECT SUM(row_count) FROM quality.rejected_rows")
    ((reasons,),) = ask(known, "SELECT SUM(refused_rows) FROM quality.rejection_reasons")
    assert (reasons or 0) >= (refused or 0)


@pytest.mark.browser
def test_every_page_is_whole_accessible_and_silent(known: Path, chromium: str) -> None:
    assert notices_of_pages(known) == []
    # Browsers look at the simulated shop and an empty one with every change, at this one at night.
    if at_night() and "online_retail" in str(known):
        assert complaints(chromium, known / "site") == []


@pytest.mark.real_data
def test_online_retail_keeps_its_published_numbers(known: Path, real_data: Path) -> None:
    if ask(known, "SELECT DISTINCT currency FROM marts.fct_orders") != [("GBP",)]:
        pytest.skip("this is the other shop")
    # 5,942 people by the publisher's count; some only ever returned goods or bought nothing.
    assert ask(known, "SELECT COUNT(*) FROM marts.dim_customers") == [(5942,)]
    assert ask(
        known,
        "SELECT MIN(date_day)::TEXT, MAX(date_day)::TEXT"
        " FROM marts.mart_executive_financial_summary",
    ) == [("2009-12-01", "2011-12-09")]
    ((gmv, guests),) = ask(
        known,
        """
        SELECT SUM(gross_amount), SUM(CASE WHEN is_guest THEN gross_amount ELSE 0 END)
        FROM marts.fct_orders
        """,
    )
    assert gmv == Decimal("19700954.44")
    assert isinstance(guests, Decimal)
    assert 0 < guests < gmv
    assert ask(
        known, "SELECT stream, reason, SUM(row_count)::INT FROM quality.rejected_rows GROUP BY ALL"
    ) == [("returns", "order is unknown or was refused", 2038)]
    page = (known / "site" / "index.html").read_text(encoding="utf-8")
    assert "£" in page
    assert "9 Dec 2011" in page


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose files have heads and no rows."""
    folder = tmp_path_factory.mktemp("empty")
    shop, files = folder / "shop", folder / "files"
    for table in load_contract().tables:
        (files / table.name).mkdir(parents=True)
        header = ",".join(column.name for column in table.columns)
        (files / table.name / "0000.csv").write_text(f"{header}\n", encoding="utf-8")
    patron_or_fail(shop, "init", "--mapping", "shop_simulator", "--path", str(files))
    patron_or_fail(shop, "run", "--skip", "train", "--skip", "reconcile")
    return shop


def test_a_shop_whose_files_are_all_empty_has_empty_tables(empty: Path) -> None:
    assert built_models(empty) == defined_models()
    assert findings(empty) == set()
    assert empty_tables(empty) == tables_without_source(empty, is_trained=False)
    check_what_is_told_of_runs(empty)


@pytest.mark.browser
def test_the_pages_of_an_empty_shop_are_whole_too(empty: Path, chromium: str) -> None:
    assert notices_of_pages(empty) == []
    assert complaints(chromium, empty / "site") == []
