"""The pages that Patron ships say of a small shop what its facts say."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from published_sample import change_sample, publish_sample
from scipy import stats

from patron.shop import Shop, find_project

sys.path.insert(0, str(find_project()))

from tests.support.built_shop import BuiltShop
from tests.support.shipped_site import (
    MARTS,
    MODEL_CARDS,
    PAGES,
    Site,
    built,
    euros,
    orders_of,
    small_shop,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop_and_marts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, BuiltShop]:
    """The shop as it is published: its own marts, made-up models and records."""
    marts = small_shop(tmp_path_factory.mktemp("simulated"))
    shop = Shop(tmp_path_factory.mktemp("shop"), find_project())
    (as_of,) = marts.connection.execute(
        "SELECT MAX(as_of_date) FROM marts.mart_executive_financial_summary"
    ).fetchall()[0]
    publish_sample(shop, customers=10, as_of=as_of)
    marts.connection.execute(f"ATTACH '{shop.published}' AS published")
    for name in MARTS:
        marts.connection.execute(
            f"CREATE OR REPLACE TABLE published.marts.{name} AS FROM marts.{name}"
        )
    marts.connection.execute("DETACH published")
    return shop, marts


@pytest.fixture(scope="module")
def site(shop_and_marts: tuple[Shop, BuiltShop]) -> Site:
    """All pages of the small shop."""
    return built(shop_and_marts[0])


@pytest.fixture
def one_page(tmp_path: Path) -> Callable[[str], Path]:
    """The project's reports with a single page."""

    def copied(name: str) -> Path:
        content, shipped = tmp_path / "reports", find_project() / "reports"
        for folder in ("theme", "queries", "partials"):
            shutil.copytree(shipped / folder, content / folder)
        (content / "pages").mkdir()
        shutil.copy(shipped / "pages" / f"{name}.md", content / "pages" / "index.md")
        return content

    return copied


def test_every_page_builds_without_a_complaint(site: Site) -> None:
    assert site.complaints == []
    segments = {name for name in site.codes if name.startswith("customers/")} - PAGES
    assert set(site.codes) == PAGES | MODEL_CARDS | segments
    known = site.ask("SELECT COUNT(DISTINCT rfm_segment) FROM marts.mart_customer_analytics")
    assert len(segments) == known > 5


def test_no_page_shows_what_is_no_value(site: Site) -> None:
    for name, text in site.texts.items():
        assert not re.search(r"\b(None|null|undefined|nan|NaN|inf|true|false)\b", text), name
        assert "{" not in text, name
        assert "${" not in text, name


def test_no_page_holds_contact_data(site: Site, shop_and_marts: tuple[Shop, BuiltShop]) -> None:
    contacts = shop_and_marts[1].connection.execute(
        "SELECT DISTINCT UNNEST([email, first_name || ' ' || last_name, phone]) FROM raw.customers"
    )
    known = {contact for (contact,) in contacts.fetchall() if contact}
    assert len(known) > 400
    everything = "\n".join(site.codes.values())
    assert [contact for contact in known if contact in everything] == []


def test_the_customers_are_those_of_the_orders(
    site: Site, shop_and_marts: tuple[Shop, BuiltShop]
) -> None:
    orders = orders_of(shop_and_marts[1])
    known = orders[~orders.is_guest]
    as_of = pd.Timestamp(site.ask("SELECT MAX(as_of_date) FROM marts.mart_customer_analytics"))
    recent = known[known.order_date >= as_of - pd.Timedelta(days=30)]
    firsts = known.groupby("customer_id").order_date.min()
    new = int((firsts >= as_of - pd.Timedelta(days=30)).sum())
    text = site.texts["customers/index"]
    assert f"Customers with an order {known.customer_id.nunique():,} ▲ up {new} new" in text
    assert f"Bought in 30 days {recent.customer_id.nunique():,} " in text
    again = (known.customer_id.value_counts() > 1).mean()
    assert f"Bought more than once {again:.1%}" in text


def cohorts_of(marts: BuiltShop) -> tuple[pd.DataFrame, pd.Series, pd.Series, pd.Series]:
    """Orders of known customers, the month each was won, its age in months, and cohort sizes."""
    orders = orders_of(marts).query("not is_guest")
    month = orders.order_date.dt.to_period("M")
    cohort = month.groupby(orders.customer_id).transform("min")
    age = (month - cohort).map(lambda months: months.n)
    return orders, cohort, age, orders.groupby(cohort).customer_id.nunique()


def test_cohorts_are_those_of_the_orders(
    site: Site, shop_and_marts: tuple[Shop, BuiltShop]
) -> None:
    orders, cohort, age, sizes = cohorts_of(shop_and_marts[1])
    as_of = pd.Timestamp(site.ask("SELECT MAX(as_of_date) FROM marts.mart_customer_analytics"))
    complete = [
        start for start in sizes.index if (start + 1).end_time < as_of and sizes[start] >= 30
    ]
    assert len(complete) >= 6
    latest = sorted(complete)[-6:]
    kept = orders[(age == 1) & cohort.isin(latest)].groupby(cohort).customer_id.nunique().sum()
    share = kept / sizes[latest].sum()
    assert f"Buy again after 1 month {share:.1%}" in site.texts["customers/cohorts"]


def test_newer_cohorts_are_judged_by_what_chance_explains(
    site: Site, shop_and_marts: tuple[Shop, BuiltShop]
) -> None:
    orders, cohort, age, sizes = cohorts_of(shop_and_marts[1])
    as_of = pd.Timestamp(site.ask("SELECT MAX(as_of_date) FROM marts.mart_customer_analytics"))
    found: dict[int, float] = {}
    for months in (1, 3, 6, 12):
        old_enough = [one for one in sizes.index if (one + months).end_time < as_of]
        cohorts = sorted(one for one in old_enough if sizes[one] >= 30)
        groups = [cohorts[-6:], cohorts[-12:-6]]
        if not groups[1]:
            continue
        counts = [sizes[group].sum() for group in groups]
        kept = [
            orders[(age == months) & cohort.isin(group)].groupby(cohort).customer_id.nunique().sum()
            for group in groups
        ]
        table = [[came, count - came] for came, count in zip(kept, counts, strict=True)]
        p_value = stats.chi2_contingency(table, correction=False).pvalue
        found[months] = p_value * (1 if kept[0] / counts[0] > kept[1] / counts[1] else -1)
    assert len(found) > 2
    certain = {months: p for months, p in found.items() if abs(p) * len(found) <= 0.05}
    better = [months for months, p in certain.items() if p > 0]
    worse = [months for months, p in certain.items() if p < 0]
    text = site.texts["customers/cohorts"]
    assert ("Newer cohorts are better in some months" in text) == bool(better and worse)
    assert ("Newer cohorts are better than" in text) == bool(better and not worse)
    assert ("Newer cohorts are worse than" in text) == bool(worse and not better)
    assert ("the difference larger than chance explains" in text) == (not better and not worse)


def test_the_worst_region_is_told_only_where_chance_does_not_explain_it(site: Site) -> None:
    rows = site.ask(
        """
        WITH latest AS (
          SELECT DATE_TRUNC('month', MAX(as_of_date)) AS month
          FROM marts.mart_executive_financial_summary
        ),
        regions AS (
          SELECT
            COALESCE(region, 'Unknown') AS region,
            SUM(judged_orders) AS due,
            SUM(judged_orders - on_time_orders) AS late
          FROM marts.mart_operations, latest
          WHERE date_day < month AND date_day >= month - INTERVAL 3 MONTH
          GROUP BY ALL
        )
        SELECT LIST({'region': region, 'due': due, 'late': late}) FROM regions
        """
    )
    unusual = []
    rows = [row for row in rows if row["due"]]
    for row in rows:
        late, due = (sum(each[key] for each in rows) - row[key] for key in ("late", "due"))
        table = [[row["late"], row["due"] - row["late"]], [late, due - late]]
        p_value = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").pvalue
        if p_value * len(rows) <= 0.05 and row["late"] / row["due"] > late / due:
            unusual.append(row["region"])
    text = site.texts["operations"]
    assert ("is late more often than chance explains:" in text) == bool(unusual)
    assert ("No region is late more often than chance explains" in text) == (not unusual)


def test_no_page_for_people_shows_raw_dates_signs_of_zero_or_a_plural_of_one(site: Site) -> None:
    raw = re.compile(
        r"\b20\d\d-\d\d(-\d\d)?\b(?!-)|[-+]0(\.0+)?%"
        r"|(?<![\d.,])1 (customers|orders|days|cycles|runs)\b"
    )
    for name, text in site.texts.items():
        if not name.startswith(("data/", "models/")):
            assert raw.search(text) is None, (name, raw.search(text))


def test_risk_follows_the_days_since_the_last_order(
    site: Site, shop_and_marts: tuple[Shop, BuiltShop]
) -> None:
    known = orders_of(shop_and_marts[1]).query("not is_guest")
    as_of = pd.Timestamp(site.ask("SELECT MAX(as_of_date) FROM marts.mart_customer_analytics"))
    days = (as_of - known.groupby("customer_id").order_date.max()).dt.days
    high = (days >= 181).sum()
    text = site.texts["customers/churn"]
    assert f"At high risk of leaving {high / len(days):.1%}" in text
    assert f"{high:,} customers" in text


def test_products_are_those_of_the_order_lines(
    site: Site, shop_and_marts: tuple[Shop, BuiltShop]
) -> None:
    lines = (
        shop_and_marts[1].connection.execute("FROM marts.fct_order_items WHERE is_valid_sale").df()
    )
    as_of = pd.Timestamp(site.ask("SELECT MAX(as_of_date) FROM marts.mart_product_performance"))
    lines = lines[lines.order_date < as_of]
    last = (as_of - pd.Timedelta(days=1)).to_period("M")
    last = last if last.end_time < as_of else last - 1
    sold = int(lines[lines.order_date.dt.to_period("M") == last].quantity.sum())
    assert f"Units sold, {last.strftime('%b %Y')} {sold:,} " in site.texts["products/index"]
    revenue = lines.groupby("product_id").net_revenue_amount.sum().astype(float)
    ranked = revenue.sort_values(ascending=False)
    before = ranked.cumsum() - ranked
    best = int((before < 0.8 * ranked.sum()).sum())
    assert f"Products of class A {best} " in site.texts["products/index"]
    recent = lines[lines.order_date >= as_of - pd.Timedelta(days=30)]
    per_order = recent.groupby("order_id").line_number.count().mean()
    assert f"Products per order, 30 days {per_order:.2f}" in site.texts["products/baskets"]


def test_summaries_are_of_the_last_complete_periods(
    site: Site, shop_and_marts: tuple[Shop, BuiltShop]
) -> None:
    orders = orders_of(shop_and_marts[1])
    as_of = pd.Timestamp(site.ask("SELECT MAX(as_of_date) FROM marts.mart_customer_analytics"))
    day = as_of - pd.Timedelta(days=1)
    periods = {
        "daily": ("D", f"{day.day} {day:%b %Y}"),
        "weekly": ("W-SUN", ""),
        "monthly": ("M", ""),
    }
    for name, (code, label) in periods.items():
        last = day.to_period(code)
        last = last if last.end_time < as_of else last - 1
        sales = orders[orders.order_date.dt.to_period(code) == last]
        expected = f"was {euros(sales.net_revenue_amount.sum())}"
        assert expected in site.texts[f"summaries/{name}"], name
        assert f"Orders {len(sales)} " in site.texts[f"summaries/{name}"], name
        assert f"Net revenue of {label}" in site.texts[f"summaries/{name}"], name


def test_what_went_into_channels_is_what_the_days_say(site: Site) -> None:
    spent = site.ask(
        "SELECT SUM(marketing_spend) FROM marts.mart_executive_financial_summary"
        " WHERE date_day >= DATE_TRUNC('month', as_of_date) - INTERVAL 12 MONTH"
        " AND date_day < DATE_TRUNC('month', as_of_date)"
    )
    assert f"{euros(spent)} went into channels" in site.texts["marketing"]
    measured, helpful = site.ask(
        "SELECT COUNT(*) FILTER (conversion_uplift IS NOT NULL AND is_measured_to_the_end),"
        " COUNT(*) FILTER (conversion_uplift_lower > 0 AND is_measured_to_the_end)"
        " FROM marts.mart_campaign_performance"
    )
    assert f"{measured} of " in site.texts["marketing"]
    assert f"{helpful} clearly brought more buyers" in site.texts["marketing"]


def test_recurring_revenue_and_deliveries_are_those_of_the_marts(site: Site) -> None:
    closing, left, retention = site.ask(
        "SELECT closing_mrr, churned_subscribers / opening_subscribers, net_revenue_retention"
        " FROM marts.mart_subscription_metrics WHERE is_complete ORDER BY month_start DESC LIMIT 1"
    )
    text = site.texts["subscriptions"]
    assert f"Recurring revenue a month {euros(closing)}" in text
    assert f"Subscribers who left {left:.1%}" in text
    assert f"Net revenue retention {retention:.1%} below target" in text
    kept = site.ask(
        "SELECT SUM(opening_mrr + expansion_mrr + contraction_mrr + churned_mrr)"
        " / SUM(opening_mrr)::DOUBLE FROM (SELECT * FROM marts.mart_subscription_metrics"
        " WHERE is_complete ORDER BY month_start DESC LIMIT 12)"
    )
    assert f"Over the last 12 months {kept:.1%} of the revenue was still there" in text
    in_time, days = site.ask(
        "SELECT SUM(on_time_orders) / SUM(judged_orders),"
        " SUM(total_delivery_days) / SUM(arrived_orders)"
        " FROM marts.mart_operations WHERE DATE_TRUNC('month', date_day) ="
        " (SELECT DATE_TRUNC('month', MAX(as_of_date)) - INTERVAL 1 MONTH"
        " FROM marts.mart_customer_analytics)"
    )
    assert f"Arrived in time {in_time:.1%}" in site.texts["operations"]
    assert f"Days to arrive {days:.1f}" in site.texts["operations"]


def test_a_segment_page_is_about_its_segment(site: Site) -> None:
    customers, spent, share = site.ask(
        "SELECT COUNT(*) FILTER (rfm_segment = 'Champions'),"
        " SUM(total_spent) FILTER (rfm_segment = 'Champions'),"
        " SUM(total_spent) FILTER (rfm_segment = 'Champions') / SUM(total_spent)::DOUBLE"
        " FROM marts.mart_customer_analytics"
    )
    text = site.texts["customers/champions"]
    assert f"Champions are {customers} customers" in text
    assert f"they have spent {euros(spent)}, {share:.1%} of all" in text
    assert 'href="champions.html"' in site.codes["customers/index"]


def test_a_summary_is_of_the_period_that_is_asked_for(
    shop_and_marts: tuple[Shop, BuiltShop], one_page: Callable[[str], Path], tmp_path: Path
) -> None:
    shop, marts = shop_and_marts
    orders = orders_of(marts)
    copy = Shop(tmp_path / "shop", shop.project)
    copy.data.mkdir(parents=True)
    shutil.copy(shop.published, copy.published)
    site = built(copy, one_page("summaries/monthly"), "2025-11")
    november = orders[orders.order_date.dt.to_period("M") == pd.Period("2025-11")]
    october = orders[orders.order_date.dt.to_period("M") == pd.Period("2025-10")]
    now, before = (float(each.net_revenue_amount.sum()) for each in (november, october))
    word = "more" if now > before else "less"
    assert site.complaints == []
    told = site.texts["index"].partition("Net revenue of ")[2]
    assert told.startswith(
        f"November 2025 was {euros(now)}, {abs(now / before - 1):.1%} {word} than the month before"
    )


def test_rules_call_for_action_only_where_it_is_needed(
    shop_and_marts: tuple[Shop, BuiltShop], one_page: Callable[[str], Path], tmp_path: Path
) -> None:
    shop = Shop(tmp_path / "shop", shop_and_marts[0].project)
    shop.data.mkdir(parents=True)
    shutil.copy(shop_and_marts[0].published, shop.published)
    content = one_page("summaries/monthly")
    change_sample(
        shop,
        "UPDATE marts.mart_product_performance SET stock_status = 'Enough';"
        " UPDATE marts.mart_product_performance SET stock_status = 'Out', is_active = TRUE,"
        " units_last_30_days = 1 WHERE rank_overall <= 2 AND abc_class = 'A';"
        " UPDATE marts.mart_kpis SET value = CASE metric WHEN 'on_time_rate' THEN 0 ELSE 1 END"
        " WHERE metric IN ('on_time_rate', 'customer_satisfaction');"
        " UPDATE quality.publication SET failed_audits = 3",
    )
    needed = built(shop, content).texts["index"]
    assert "Order again (purchasing): 2 products of class A are out of stock and 0 low" in needed
    assert "Talk to the carriers (fulfilment): 0.0% of the" in needed
    assert "Read the reviews (customer service): 1.00 stars" in needed
    assert "Repair the data first (data team): 3 audits failed" in needed
    change_sample(
        shop,
        "UPDATE marts.mart_product_performance SET stock_status = 'Enough';"
        " UPDATE marts.mart_kpis SET value = CASE metric WHEN 'on_time_rate' THEN 1"
        " WHEN 'customer_satisfaction' THEN 5 WHEN 'net_revenue_retention' THEN 1.1 ELSE 0 END"
        " WHERE metric IN ('on_time_rate', 'customer_satisfaction', 'return_rate',"
        " 'high_risk_share', 'net_revenue_retention');"
        " UPDATE quality.publication SET failed_audits = 0;"
        " DELETE FROM marts.mart_action_list;"
        " UPDATE marts.mart_kpis SET change_significance = 'none'",
    )
    site = built(shop, content)
    assert site.complaints == []
    assert "Nothing else is called for by the rules of the shop" in site.texts["index"]
    for heading in (
        "Order again",
        "Talk to",
        "Read the",
        "Repair",
        "Win customers",
        "Keep sub",
        "Find out",
        "Look",
    ):
        assert heading not in site.texts["index"].partition("What to do")[2]


def test_the_sample_compares_metrics_as_the_mart_does(
    shop_and_marts: tuple[Shop, BuiltShop],
) -> None:
    script = find_project() / "tests" / "support" / "published_sample.sql"
    found = re.search(
        r"CREATE TABLE marts\.mart_kpis AS\n(.*?);\n", script.read_text("utf-8"), re.DOTALL
    )
    assert found
    differing, compared, verdicts = (
        shop_and_marts[1]
        .connection.execute(
            f"WITH sample AS ({found[1]}) SELECT COUNT(*) FILTER ("
            " sample.change_significance IS DISTINCT FROM mart.change_significance"
            " OR sample.is_complete <> mart.is_complete OR sample.period_end <> mart.period_end"
            " OR ABS(COALESCE(sample.prior_value, -1) - COALESCE(mart.prior_value, -1)) > 1e-6"
            " OR ABS(COALESCE(sample.prior_year_value, -1)"
            "  - COALESCE(mart.prior_year_value, -1)) > 1e-6"
            " OR ABS(COALESCE(sample.z_score, -99) - COALESCE(mart.z_score, -99)) > 1e-6"
            " OR ABS(sample.value - mart.value) > 1e-6 OR mart.metric IS NULL),"
            " COUNT(*), COUNT(DISTINCT mart.change_significance)"
            " FROM sample LEFT JOIN marts.mart_kpis AS mart"
            " USING (metric, grain, dimension, member, period_start)"
        )
        .fetchall()[0]
    )
    assert (differing, verdicts) == (0, 4)
    assert compared > 5_000


def test_the_sample_has_the_columns_of_the_marts(
    shop_and_marts: tuple[Shop, BuiltShop], published: Shop
) -> None:
    query = (
        "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE schema_name = 'marts' AND NOT internal"
    )
    real = set(shop_and_marts[1].connection.execute(query).fetchall())
    with duckdb.connect(str(published.published), read_only=True) as connection:
        sample = connection.execute(query).fetchall()
    kept_in_full = re.findall(
        r"CREATE TABLE marts\.(\w+)",
        (find_project() / "tests" / "support" / "published_marts.sql").read_text("utf-8"),
    )
    assert len(kept_in_full) > 10
    for name in kept_in_full:
        assert {row for row in sample if row[0] == name} == {row for row in real if row[0] == name}
