from __future__ import annotations

import gzip
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from published_sample import change_sample, publish_sample

from patron.errors import PatronError
from patron.shop import Shop
from patron.warehouse import reading
from reports.builder.api import BuildResult, Request, build_site, check_site
from reports.builder.site.layout import shortened


def executive_alone(shop: Shop) -> Path:
    """The project's reports with the executive page as the only one."""
    content, shipped = shop.root / "reports", shop.project / "reports"
    if not content.exists():
        for folder in ("theme", "queries", "partials"):
            shutil.copytree(shipped / folder, content / folder)
        (content / "pages").mkdir()
        shutil.copy(shipped / "pages" / "index.md", content / "pages")
    return content


def executive(shop: Shop) -> tuple[BuildResult, str]:
    result = build_site(shop, request=Request(content=executive_alone(shop)))
    assert result.index == shop.site / "index.html"
    return result, result.index.read_text("utf-8")


def text_of(html: str) -> str:
    return re.sub(
        r"\s+",
        " ",
        re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]*>", " ", html, flags=re.DOTALL),
    )


def test_the_executive_page_builds_without_a_complaint(published: Shop) -> None:
    result, html = executive(published)
    assert (result.errors, result.warnings) == ((), ())
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", html)
    assert headings == [
        "What changed",
        "Revenue",
        "Customer segments",
        "Sign-ups",
        "Countries",
        "Churn risk",
        "Order value",
        "Marketing",
        "Predictions",
        "Data quality",
        "How the numbers are made",
    ]
    assert "No data source for web sessions" in html
    assert "Net revenue of the last 30 days was" in html
    folds = re.findall(r'<details class="how">.*?</details>', html, re.DOTALL)
    assert len(folds) == 8
    assert all("Owner: " in fold and 'href="#sql-' in fold for fold in folds)


def test_the_executive_page_shows_the_numbers_of_the_marts(published: Shop) -> None:
    _, html = executive(published)
    with reading(published) as connection:
        customers, new, risk, revenue = connection.execute(
            "SELECT count(*) FILTER (total_orders > 0),"
            " count(*) FILTER (first_order_date >= as_of_date - 30),"
            " count(*) FILTER (risk_level = 'High'),"
            " (SELECT sum(net_revenue) FILTER (date_day >= as_of_date - 30)"
            "  FROM marts.mart_executive_financial_summary)"
            " FROM marts.mart_customer_analytics"
        ).fetchall()[0]
    shown = text_of(html)
    assert f"Customers {customers} ▲ up {new} new in 30 days" in shown
    assert f"Net revenue of the last 30 days was €{revenue:,.0f}" in shown
    assert f"{risk:,} customers, who have spent" in shown


def test_the_page_is_one_small_file_without_any_reference_outside(published: Shop) -> None:
    _, html = executive(published)
    names = sorted(path.name for path in published.site.iterdir())
    assert names == [".patron-site", "index.html"]
    assert len(gzip.compress(html.encode())) < 150_000
    visible = re.sub(r"<pre>.*?</pre>", "", html, flags=re.DOTALL)
    assert not re.search(r"https?://|//[a-z]+\.|@import|url\(|<link|<iframe", visible)
    assert not re.search(r'\bsrc="(?!data:)', visible)
    assert "default-src 'none'" in html


def test_the_theme_is_small() -> None:
    theme = Path(__file__).parents[3] / "reports" / "theme"
    shipped = shortened((theme / "script.js").read_text("utf-8"))
    assert len(shipped.encode()) <= 8_192
    assert (theme / "style.css").stat().st_size <= 25_000


def test_two_builds_are_the_same_bytes(published: Shop, tmp_path: Path) -> None:
    content = executive_alone(published)
    first = build_site(published, tmp_path / "a", request=Request(content=content)).index
    second = build_site(published, tmp_path / "b", request=Request(content=content)).index
    assert first
    assert second
    assert first.read_bytes() == second.read_bytes()


def test_without_models_the_page_says_so(shop: Shop) -> None:
    publish_sample(shop, with_models=False)
    result, html = executive(shop)
    assert result.ok
    assert not result.warnings
    assert "No model has scored these customers" in html
    assert "estimated per year from spend so far" in html
    assert "no model has scored the customers" in html


def test_an_empty_shop_has_sections_without_zeros(shop: Shop) -> None:
    publish_sample(shop, customers=0, as_of=None, with_models=False)
    change_sample(shop, "DELETE FROM quality.audit_results; DELETE FROM quality.publication")
    result, html = executive(shop)
    assert (result.errors, result.warnings) == ((), ())
    for source in (
        "orders and customers",
        "customers",
        "sign-ups",
        "web sessions",
        "marketing spend",
    ):
        assert f"No data source for {source}" in html
    assert "No data published yet" in html
    assert "<svg" not in html


def test_a_published_copy_without_a_day_of_orders_has_no_last_day(shop: Shop) -> None:
    publish_sample(shop, customers=0, with_models=False)
    _, html = executive(shop)
    assert "No data yet" in html
    assert "Data through" not in html
    assert "The data end on" not in html


def test_a_shop_of_a_few_days_has_no_comparisons(shop: Shop) -> None:
    publish_sample(shop, customers=40, days=20)
    result, html = executive(shop)
    assert result.ok
    assert "fewer than 60 days" in html
    assert html.count("Fewer than 30 days of orders") == 3
    assert "No data source for orders and customers" not in html
    assert re.search(r"Customers 3\d ", text_of(html))


def test_months_that_are_not_complete_are_not_shown(published: Shop) -> None:
    starts = (("2025-03-15", False), ("2025-03-01", True))
    for day, shown in starts:
        start = f"DATE '{day}'"
        publish_sample(published)
        change_sample(
            published,
            f"DELETE FROM marts.mart_executive_financial_summary WHERE date_day < {start};"
            f" DELETE FROM marts.mart_customer_analytics WHERE signup_date < {start};"
            f" UPDATE marts.mart_customer_analytics SET signup_date = {start}"
            " WHERE signup_date = (SELECT min(signup_date) FROM marts.mart_customer_analytics)",
        )
        _, html = executive(published)
        for title in ("Net revenue by month", "Sign-ups by month"):
            chart = html[html.index(title) :].partition("</figure>")[0]
            assert ("Mar 2025" in chart) is shown
            assert "Apr 2025" in chart
            assert "Sep 2025" not in chart


def test_orders_of_the_day_that_is_not_over_are_left_out(published: Shop) -> None:
    _, before = executive(published)
    change_sample(
        published,
        "INSERT INTO marts.fct_orders SELECT * REPLACE (DATE '2025-09-15' AS order_date,"
        " 1000000 AS net_revenue_amount, TRUE AS is_valid_sale)"
        " FROM marts.fct_orders LIMIT 5",
    )
    assert executive(published)[1] == before


def test_predictions_name_their_horizon_and_do_not_mix_with_estimates(published: Shop) -> None:
    assert re.search(r"expects €[\d,]+ over 12 months from", text_of(executive(published)[1]))
    change_sample(
        published,
        "UPDATE marts.mart_customer_analytics SET clv_horizon_days = 180"
        " WHERE clv_horizon_days IS NOT NULL;"
        " UPDATE marts.mart_customer_analytics SET predicted_clv_12m = NULL,"
        " estimated_annual_value = 1000000 WHERE customer_id < 'C000150';"
        " UPDATE marts.mart_customer_analytics SET predicted_clv_12m = 50"
        " WHERE predicted_clv_12m IS NOT NULL",
    )
    shown = text_of(executive(published)[1])
    assert re.search(r"expects €[\d,]+ over 180 days from 1\d\d of 2\d\d customers", shown)
    assert "Average customer value €50.00" in shown
    assert re.search(r"1\d\d of 2\d\d customers are scored", shown)


def test_what_did_not_change_is_said_in_words(published: Shop) -> None:
    change_sample(
        published,
        "UPDATE marts.mart_executive_financial_summary SET net_revenue = 100, orders = 2",
    )
    shown = text_of(executive(published)[1])
    assert "as in the 30 days before and as on the same days a year ago." in shown
    assert " 0.0%" not in shown.partition("All figures")[0].rpartition("What changed")[2]


def test_a_shop_whose_orders_are_all_of_guests_shows_its_revenue(published: Shop) -> None:
    change_sample(published, "DELETE FROM marts.mart_customer_analytics")
    result, html = executive(published)
    assert result.errors == ()
    assert "No known customers" in html
    assert "Net revenue, 30 days" in html


def test_a_shop_that_ended_long_ago_is_reported_as_of_its_data(shop: Shop) -> None:
    publish_sample(shop, as_of=date(2011, 12, 10))
    change_sample(
        shop, "UPDATE quality.publication SET published_at = TIMESTAMP '2025-09-15 04:00'"
    )
    _, html = executive(shop)
    assert "Data through 9 Dec 2011" in html
    assert "The data end on 9 Dec 2011, 5,028 days before they were published." in html
    assert "Nov 2011" in html


def test_failed_audits_are_a_visible_warning(published: Shop) -> None:
    _, html = executive(published)
    assert "11 of 12 audits passed" in html
    assert "An audit failed when last run. marts.fct_orders: rows_are_conserved (3 rows)." in html
    change_sample(published, "UPDATE quality.audit_results SET failed_rows = 0")
    assert "audit failed" not in executive(published)[1]


def test_stale_data_fail_a_strict_check(published: Shop) -> None:
    content = executive_alone(published)
    relaxed = check_site(published, request=Request(content=content))
    strict = check_site(published, request=Request(content=content), strict=True)
    assert "stale: data were last loaded 2025-09-15 02:10:00" in str(relaxed.warnings[0])
    assert relaxed.ok
    assert not strict.ok
    assert not published.site.exists()
    change_sample(
        published,
        "UPDATE quality.publication SET last_loaded_at = now()::TIMESTAMP;"
        " UPDATE quality.audit_results SET failed_rows = 0",
    )
    assert check_site(published, request=Request(content=content), strict=True).ok


def test_nothing_published_is_one_clear_error(shop: Shop) -> None:
    with pytest.raises(PatronError, match="nothing has been published yet"):
        build_site(shop)
    assert not shop.site.exists()


def test_a_copy_without_its_record_is_a_clear_error(published: Shop) -> None:
    change_sample(published, "DROP TABLE quality.publication")
    with pytest.raises(PatronError, match="no record of itself"):
        build_site(published)
