"""The site that Patron ships, and a small shop to build it of."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from patron.shop import Shop
from reports.builder.api import BuildResult, Request, build_site
from tests.support.built_shop import BuiltShop, model_named, simulated

PREDICTIONS = "intermediate.int_customer_predictions"
MARTS = (
    "dim_customers",
    "dim_products",
    "fct_orders",
    "fct_order_items",
    "fct_returns",
    "mart_action_list",
    "mart_campaign_performance",
    "mart_channel_economics",
    "mart_channel_standing",
    "mart_cohort_milestones",
    "mart_cohort_retention",
    "mart_customer_analytics",
    "mart_customer_segments",
    "mart_executive_financial_summary",
    "mart_kpis",
    "mart_operations",
    "mart_product_affinity",
    "mart_product_performance",
    "mart_product_performance_day",
    "mart_product_performance_month",
    "mart_region_comparison",
    "mart_segment_migration",
    "mart_subscription_metrics",
)
PAGES = {
    "index",
    "customers/index",
    "customers/cohorts",
    "customers/churn",
    "products/index",
    "products/baskets",
    "marketing",
    "subscriptions",
    "operations",
    "models/index",
    "summaries/daily",
    "summaries/weekly",
    "summaries/monthly",
    "data/alerts",
    "data/quality",
    "data/sources",
    "data/metrics",
    "data/contracts",
    "data/lineage",
    "data/catalog/index",
    "data/catalog/raw/customers",
    "data/catalog/staging/stg_customers",
    "data/catalog/marts/dim_customers",
    "data/catalog/marts/mart_customer_analytics",
}
CATALOGUE = {name for name in PAGES if name.startswith(("data/catalog/", "data/lineage"))}
MODEL_CARDS = {"models/churn", "models/customer-value", "models/next-order"}
# What an empty shop has nevertheless: audits, runs, metrics, and the catalogue.
NEVER_EMPTY = CATALOGUE | {
    "data/alerts",
    "data/quality",
    "data/metrics",
    "data/sources",
    "data/contracts",
}


@dataclass(frozen=True)
class Site:
    """A built site.

    Attributes:
        result: What the build says.
        texts: The words of each page, tables included, by its path without ending.
        codes: Its HTML.
        ask: Asks the published copy.
    """

    result: BuildResult
    texts: dict[str, str]
    codes: dict[str, str]
    ask: Callable[[str], Any]

    @property
    def complaints(self) -> list[str]:
        return [str(notice) for notice in (*self.result.warnings, *self.result.errors)]


def built(shop: Shop, content: Path | None = None, period: str = "") -> Site:
    result = build_site(shop, request=Request(period=period, content=content))
    codes = {
        file.relative_to(shop.site).with_suffix("").as_posix(): file.read_text("utf-8")
        for file in sorted(shop.site.rglob("*.html"))
    }

    def ask(sql: str) -> Any:
        with duckdb.connect(str(shop.published), read_only=True) as connection:
            row = connection.execute(sql).fetchone()
        assert row
        return row[0] if len(row) == 1 else row

    return Site(result, {name: words(code) for name, code in codes.items()}, codes, ask)


def euros(amount: object) -> str:
    """An amount as pages show it: without cents, halves up."""
    return f"€{int(float(str(amount)) + 0.5):,}"


def words(code: str) -> str:
    found = re.search(r"<main.*?</main>", code, re.DOTALL)
    assert found
    shown = found.group().partition('<section class="queries"')[0]
    bare = re.sub(r"<(svg|details|script|style).*?</\1>|<[^>]*>", " ", shown, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(bare))


def small_shop(folder: Path) -> BuiltShop:
    """Two years of a shop with all streams, whose marts are built but for what models predict."""
    shop = simulated(
        folder, "--customers", "1200", "--orders", "5000", "--days", "800", "--seed", "1"
    )
    types = model_named(PREDICTIONS).columns_to_types or {}
    columns = ", ".join(f"{name} {kind.sql('duckdb')}" for name, kind in types.items())
    shop.connection.execute(f"CREATE TABLE {PREDICTIONS} ({columns})")
    shop.built.add(PREDICTIONS)
    shop.build(*(f"marts.{name}" for name in MARTS))
    return shop


def orders_of(marts: BuiltShop) -> pd.DataFrame:
    """Valid sales, from the facts alone."""
    orders: pd.DataFrame = marts.connection.execute(
        "FROM marts.fct_orders WHERE is_valid_sale"
    ).df()
    return orders
