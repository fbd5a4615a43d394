"""One simulated shop with all models about marketing, subscriptions and deliveries."""

from __future__ import annotations

from functools import cache

import duckdb
import pandas as pd

from tests.support.built_shop import BuiltShop, model_named, simulated_again

MARTS = (
    "marts.mart_campaign_performance",
    "marts.mart_channel_economics",
    "marts.mart_channel_standing",
    "marts.mart_executive_financial_summary",
    "marts.mart_subscription_metrics",
    "marts.mart_operations",
    "marts.mart_region_comparison",
    "marts.mart_kpis",
)
MODELS = (
    "intermediate.int_campaign_adjusted_uplift",
    "intermediate.int_campaign_customers",
    "intermediate.int_campaign_known_spend",
    "intermediate.int_campaign_orders",
    "intermediate.int_campaign_reach",
    "intermediate.int_campaign_responses",
    "intermediate.int_campaign_uplift",
    "intermediate.int_campaigns",
    "intermediate.int_channel_months",
    "intermediate.int_channel_payback",
    "intermediate.int_channel_spend",
    "intermediate.int_channel_visits",
    "intermediate.int_delivery_days",
    "intermediate.int_delivery_feedback_days",
    "intermediate.int_department_days",
    "intermediate.int_kpi_days",
    "intermediate.int_order_days",
    "intermediate.int_order_deliveries",
    "intermediate.int_refund_days",
    "intermediate.int_subscription_months",
    *MARTS,
)
PREDICTIONS = "intermediate.int_customer_predictions"
OPTIONS = ("--customers", "2000", "--orders", "20000", "--days", "730", "--seed")


@cache
def growth_shop() -> BuiltShop:
    """The shop of seed 1 of which docs/marts/marketing.md and executive.md tell."""
    return _built(shop_of_seed(1))


def shop_of_seed(seed: int) -> BuiltShop:
    """Another shop, loaded, without models."""
    return simulated_again(*OPTIONS, str(seed))


def truth(shop: BuiltShop, name: str) -> pd.DataFrame:
    """A table of what the simulator knows."""
    frame: pd.DataFrame = shop.connection.execute(f"FROM '{shop.truth}/{name}.parquet'").df()
    return frame


def shop_with_nothing() -> BuiltShop:
    """A shop of which every stream is empty, with all models."""
    connection, source = duckdb.connect(), growth_shop().connection
    connection.execute("SET TimeZone = 'UTC'")
    for (schema,) in source.execute("SELECT schema_name FROM duckdb_schemas()").fetchall():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for (sql,) in source.execute(
        "SELECT sql FROM duckdb_tables() WHERE schema_name = 'raw'"
    ).fetchall():
        connection.execute(sql)
    return _built(BuiltShop(connection, growth_shop().truth))


def _built(shop: BuiltShop) -> BuiltShop:
    """Build the models as in a shop that has not trained any model."""
    make_empty(shop, PREDICTIONS)
    shop.build(*MODELS)
    return shop


def make_empty(shop: BuiltShop, name: str) -> None:
    """A model without rows, in the place of what it would make."""
    types = model_named(name).columns_to_types or {}
    columns = ", ".join(f"{column} {kind.sql('duckdb')}" for column, kind in types.items())
    shop.connection.execute(f"CREATE TABLE {name} ({columns})")
    shop.built.add(name)
