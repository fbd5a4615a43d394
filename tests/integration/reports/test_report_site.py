from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from published_sample import change_sample, publish_sample

from patron.errors import PatronError
from patron.shop import Shop
from patron.warehouse import reading
from reports.builder.api import BuildResult, Request, build_site, check_site
from reports.builder.site.layout import shortened

Render = Callable[..., Any]
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% if 1 %}x{% endif %}{1 + 1}{#if x}",
    "**bold** [a](javascript:alert(1)) `c` | # <Grid cols=9>",
    "${sales} ' OR 1=1 --",
    "control \x01\x1b\x7f and private \ue0000\ue001",
    "=HYPERLINK(1)",
    "ä" * 400,
)


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


def test_data_cannot_become_markup_anywhere(published: Shop, render: Render) -> None:
    change_sample(
        published,
        "CREATE TABLE marts.hostile (name TEXT, amount DOUBLE, day DATE);"
        + "".join(
            f"INSERT INTO marts.hostile VALUES ($${text}$$, {amount}, DATE '2025-01-0{place + 1}');"
            for place, (text, amount) in enumerate(
                zip(HOSTILE, ["1", "'nan'", "'inf'", "'-inf'", "NULL", "2", "3", "-4"], strict=True)
            )
        ),
    )
    built = render(
        "---\ntitle: Hostile <b>title</b>\n---\n```sql sales\nSELECT * FROM marts.hostile\n```\n"
        "{#each sales as row}\n"
        "## {row.name}\n\nText {row.name} and **{row.name}**, <Value data={[row]} column=name /> "
        "[link]({row.name}) <a href='{row.name}' title={row.name} onclick={row.name}>x</a>\n\n"
        "- {{ row.name }}\n\n<BigValue data={[row]} value=name title={row.name} comparison=amount"
        " description='{row.name}' />\n\n{/each}\n\n"
        "| a |\n|---|\n| {sales[3].name} |\n\n"
        "<DataTable data={sales} title={sales[0].name} link=name search>\n"
        "<Column id=name contentType=html/><Column id=amount contentType=bar/>\n</DataTable>\n"
        "<DataTable data={sales}>\n<Column id=name contentType=link linkLabel=name/>\n"
        "<Column id=amount contentType=colorscale/></DataTable>\n"
        "<BarChart data={sales} x=name y=amount title={sales[1].name} subtitle={sales[0].name} />\n"
        "<LineChart data={sales} x=day y=amount series=name legend />\n"
        "<Alert description={sales[0].name}>{sales[1].name}</Alert>\n"
        "<Details title={sales[0].name}>{sales[2].name}</Details>\n"
        "<Tabs><Tab label={sales[1].name}>x</Tab></Tabs> <Info description={sales[1].name} />\n"
    )
    html = built.html
    assert built.result.errors == ()
    scripts = re.findall(r"<script[^>]*>", html)
    assert scripts == ["<script>"]
    assert not re.search(r"<(?:img|Grid|h1 |strong>bold)", built.body)
    assert not re.search(r"\son\w+\s*=", _tags_without_values(html))
    assert not re.search(r'href="\s*(?:javascript|data|vbscript)', html, re.IGNORECASE)
    assert "49" not in re.findall(r"<h2[^>]*>(.*?)</h2>", built.body)
    assert "{{ 7 * 7 }}{% if 1 %}x{% endif %}{1 + 1}{#if x}" in built.body
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\uf8ff]", html)
    assert not re.search(r"\b(?:NaN|nan|inf|Infinity)\b", _tags_without_values(built.body))


def _tags_without_values(html: str) -> str:
    """The tags of a page, attribute values and text taken out."""
    style = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    tags = re.findall(r"<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", style)
    return "".join(re.sub(r"\"[^\"]*\"|'[^']*'", '""', tag) for tag in tags)


def test_a_page_that_cannot_be_read_shows_why(render: Render) -> None:
    built = render("Fine.", broken="# A\n\n<Grid>\n")
    page = built.result.index.parent / "broken.html"
    assert "pages/broken.md:3: &lt;Grid&gt; is not closed" in page.read_text("utf-8")
    assert built.messages == ["error: pages/broken.md:3: <Grid> is not closed by </Grid>"]
    assert "Fine." in built.html


def test_pages_link_to_each_other(content: Path, render: Render) -> None:
    (content / "pages" / "deep").mkdir()
    (content / "pages" / "deep" / "one.md").write_text("---\ntitle: Deep\n---\n[up](/)")
    built = render(
        "---\ntitle: Home\n---\n[second](/second) [deep](deep/one)",
        second="---\ntitle: Two\nsidebar_position: 1\n---\n",
    )
    nav = re.findall(r'<a href="([^"]*)"( aria-current="page")?>([^<]*)</a>', built.html)
    assert nav[:3] == [
        ("index.html", ' aria-current="page"', "Home"),
        ("second.html", "", "Two"),
        ("deep/one.html", "", "Deep"),
    ]
    assert '<a href="second.html">second</a>' in built.body
    assert '<a href="deep/one.html">deep</a>' in built.body
    deep = (built.result.index.parent / "deep" / "one.html").read_text("utf-8")
    assert '<a href="../index.html">up</a>' in deep


def test_partials_bring_their_queries(content: Path, render: Render) -> None:
    (content / "partials").mkdir()
    (content / "partials" / "head.md").write_text(
        "```sql answer\nSELECT 42 AS n\n```\nThe answer is {answer[0].n}. {@partial 'foot.md'}"
    )
    (content / "partials" / "foot.md").write_text("Foot of {title}.")
    built = render("---\ntitle: Page\n---\n{@partial 'head.md'}")
    assert "The answer is 42. Foot of Page." in built.body
    assert built.messages == []


def test_partials_do_not_go_round_in_circles(content: Path, render: Render) -> None:
    (content / "partials").mkdir()
    (content / "partials" / "a.md").write_text("{@partial 'a.md'}")
    built = render("{@partial 'a.md'}")
    assert "partials include each other" in built.messages[0]
    (content / "partials" / "a.md").write_text("a {@partial 'b.md'}")
    (content / "partials" / "b.md").write_text("b {@partial 'a.md'}")
    built = render("{@partial 'a.md'}")
    assert any("partials include each other" in message for message in built.messages)


def test_blocks_in_text_lists_and_tables(render: Render) -> None:
    built = render(
        "```sql rows\nSELECT i AS n, i * 1.5 AS x FROM range(3) AS r(i)\n```\n"
        "{#if rows.length > 5}many{:else if rows.length == 3}three{:else}few{/if} rows.\n\n"
        "| n | x |\n|---|---|\n"
        "{#each rows as row, i}| {i}: {row.n} | {fmt(row.x, 'num1')} |\n{/each}\n"
        "{#each rows.slice(0, 2) as row}\n- item {row.n}\n{:else}\nnone\n{/each}\n\n"
        "{% for row in rows %}{% if row.n == 2 %}last {{ row.x | fmt('usd2') }}{% endif %}"
        "{% endfor %}\n\n"
        "{@const total = rows[0].n + rows[2].n}{total} {#each [] as x}x{:else}nothing{/each}\n"
    )
    body = built.body
    assert "<p>three rows.</p>" in body
    assert body.count("<tr>") == 4
    assert "<td>1: 1</td>\n<td>1.5</td>" in body
    assert body.count("<li>") == 2
    assert "last $3.00" in body
    assert "<p>2 nothing</p>" in body
    assert built.messages == []


def test_queries_may_stay_hidden(render: Render) -> None:
    text = "```sql a\nSELECT 1 AS x\n```\n{a[0].x}"
    assert "How the numbers are made" in render(text).html
    assert (
        "How the numbers are made" not in render(f"---\nneverShowQueries: true\n---\n{text}").html
    )


def test_nothing_published_is_one_clear_error(shop: Shop) -> None:
    with pytest.raises(PatronError, match="nothing has been published yet"):
        build_site(shop)
    assert not shop.site.exists()


def test_a_copy_without_its_record_is_a_clear_error(published: Shop) -> None:
    change_sample(published, "DROP TABLE quality.publication")
    with pytest.raises(PatronError, match="no record of itself"):
        build_site(published)
