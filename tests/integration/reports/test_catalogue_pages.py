"""The catalogue's pages: each table with its columns, where they come from, checks and readers."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest
from published_sample import change_sample, publish_sample

from patron.shop import Shop
from reports.builder.api import BuildResult, Request, build_site

MODEL = "data/catalog/marts/mart_customer_analytics.html"


@pytest.fixture
def catalogue(shop: Shop, tmp_path: Path) -> Path:
    """The project's reports with the pages of the catalogue alone."""
    content, shipped = tmp_path / "reports", shop.project / "reports"
    for folder in ("theme", "queries", "pages/data"):
        shutil.copytree(shipped / folder, content / folder)
    for page in (content / "pages" / "data").glob("*.md"):
        if page.stem not in ("lineage", "contracts"):
            page.unlink()
    publish_sample(shop, customers=10)
    return content


def built(shop: Shop, content: Path) -> BuildResult:
    result = build_site(shop, request=Request(content=content))
    assert (result.warnings, result.errors) == ((), ())
    return result


def words(page: Path) -> str:
    found = re.search(r"<main.*?</main>", page.read_text("utf-8"), re.DOTALL)
    assert found
    shown = found.group().partition('<section class="queries"')[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<(svg|style).*?</\1>|<[^>]*>", " ", shown)))


def test_a_table_is_told_whole(shop: Shop, catalogue: Path) -> None:
    built(shop, catalogue)
    text = words(shop.site / MODEL)
    for expected in (
        "Everything we know of a customer.",
        "One row per: customer_id",
        "Owner: customer team",
        "Risk of a change: medium; 0 tables depend on it, 1 report page reads it",
        "Defined in: models/marts/mart_customer_analytics.sql",
        "total_orders text What is known of it marts.dim_customers.total_orders",
        "It reads",
        "staging.stg_customers 1 rows only",
        "Executive dashboard reports/pages/index.md 1 2",
        "daily by 08:00 UTC",
        "not_null columns = (customer_id) stops the run",
        "SELECT customer_id, total_orders FROM marts.dim_customers",
    ):
        assert expected in text, expected
    code = (shop.site / MODEL).read_text("utf-8")
    assert 'href="dim_customers.html"' in code
    assert "1 &lt; 2" in (shop.site / "data/catalog/staging/stg_customers.html").read_text("utf-8")


def test_the_first_page_lists_all_and_leads_to_them(shop: Shop, catalogue: Path) -> None:
    built(shop, catalogue)
    code = (shop.site / "data" / "catalog" / "index.html").read_text("utf-8")
    for link in ("raw/customers", "staging/stg_customers", "marts/dim_customers"):
        assert f'href="{link}.html"' in code
    assert "Tables with a failed check" not in words(shop.site / "data/catalog/index.html")


def test_a_failed_check_is_shown_until_it_passes(shop: Shop, catalogue: Path) -> None:
    check = (
        "INSERT INTO quality.audit_results"
        " (environment, model, audit, arguments, blocking, failed_rows, audited_at) VALUES"
        " ('prod', 'marts.dim_customers', 'not_null', 'columns = (customer_id)', TRUE, {}, '{}')"
    )
    change_sample(shop, check.format(3, "2025-09-15 01:00:00"))
    built(shop, catalogue)
    index, page = (
        shop.site / "data/catalog" / name for name in ("index.html", "marts/dim_customers.html")
    )
    assert "marts.dim_customers 1 15 Sep 2025 01:00 customer team" in words(index)
    assert "stops the run 1 1 3 15 Sep 2025 01:00" in words(page)
    change_sample(shop, check.format(0, "2025-09-16 01:00:00"))
    built(shop, catalogue)
    assert "Tables with a failed check" not in words(index)
    assert "stops the run 2 1 0 16 Sep 2025 01:00" in words(page)


def test_the_picture_goes_from_raw_to_the_pages(shop: Shop, catalogue: Path) -> None:
    built(shop, catalogue)
    text = words(shop.site / "data" / "lineage.html")
    for expected in (
        "Raw: customers Staging: customers 2",
        "Staging: customers Marts: customers 3",
        "Marts: customers Report pages 2",
        "0 tables are at high risk, 2 at medium, 2 at low",
    ):
        assert expected in text, expected


def test_text_of_models_is_text(shop: Shop, catalogue: Path) -> None:
    nasty = "<script>alert(1)</script> {1 + 1} ${x} **bold**"
    change_sample(
        shop,
        f"UPDATE quality.models SET description = '{nasty}', query = '{nasty}', tags = '{nasty}'"
        f" WHERE model = 'marts.dim_customers';"
        f"UPDATE quality.columns SET description = '{nasty}' WHERE model = 'marts.dim_customers'",
    )
    built(shop, catalogue)
    code = (shop.site / "data/catalog/marts/dim_customers.html").read_text("utf-8")
    assert "<script>alert" not in code
    assert code.count("&lt;script&gt;alert(1)&lt;/script&gt; {1 + 1} ${x} **bold**") >= 3
