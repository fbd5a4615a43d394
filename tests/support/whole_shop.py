"""What a run of all models leaves in a shop: what was built, what audits found, what is empty."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb

from ingest.contract import load_contract

PROJECT = Path(__file__).parents[2]
LAYERS = ("staging", "intermediate", "marts", "ml")
# The streams of which one is enough for a table to have rows; the other tables need orders.
ALWAYS: frozenset[str] = frozenset()
TOUCHES = frozenset({"campaign_touches"})
NEEDS = {
    "intermediate.int_as_of": ALWAYS,
    "intermediate.int_dates": ALWAYS,
    "intermediate.int_weeks": ALWAYS,
    "intermediate.int_months": ALWAYS,
    "intermediate.int_quarters": ALWAYS,
    "intermediate.int_years": ALWAYS,
    "marts.dim_dates": ALWAYS,
    "intermediate.int_campaigns": frozenset({"campaigns"}),
    "intermediate.int_campaign_adjusted_uplift": TOUCHES,
    "intermediate.int_campaign_customers": TOUCHES,
    "intermediate.int_campaign_known_spend": TOUCHES,
    "intermediate.int_campaign_orders": TOUCHES,
    "intermediate.int_campaign_reach": TOUCHES,
    "intermediate.int_campaign_responses": TOUCHES,
    "intermediate.int_campaign_uplift": TOUCHES,
    "intermediate.int_customer_behaviour_touches": TOUCHES,
    "intermediate.int_channel_spend": frozenset({"marketing_spend"}),
    "intermediate.int_channel_visits": frozenset({"web_sessions"}),
    "intermediate.int_delivery_feedback_days": frozenset({"returns", "reviews"}),
    "intermediate.int_market_days": frozenset({"customers", "web_sessions", "marketing_spend"}),
    "intermediate.int_product_stock": frozenset({"inventory"}),
    "intermediate.int_refund_days": frozenset({"returns"}),
    "intermediate.int_subscription_months": frozenset({"subscriptions"}),
    "marts.fct_payments": frozenset({"payments"}),
    "marts.fct_returns": frozenset({"returns"}),
    "marts.mart_campaign_performance": frozenset({"campaigns"}),
    "marts.mart_channel_economics": frozenset({"marketing_spend", "web_sessions"}),
    "marts.mart_channel_standing": frozenset({"marketing_spend", "web_sessions"}),
    "marts.mart_subscription_metrics": frozenset({"subscriptions"}),
}
# What only trained models fill.
TRAINED = frozenset(
    {
        "intermediate.int_customer_predictions",
        "ml.churn_predictions",
        "ml.clv_predictions",
        "ml.model_deciles",
        "ml.model_importance",
        "ml.model_metrics",
        "ml.model_registry",
        "ml.next_order_predictions",
        "ml.prediction_monitoring",
    }
)


# A week unlike the one before it comes now and then in every shop.
MAY_WARN = {("marts.mart_kpis", "few_kpis_jump")}


def defined_models() -> set[str]:
    """The names of all models in the project's files, blueprints among them."""
    found: set[str] = set()
    for path in (PROJECT / "models").rglob("*.sql"):
        text = path.read_text(encoding="utf-8")
        (name,) = re.findall(r"^  name (\S+),", text, re.MULTILINE)
        tables = re.findall(r"table_name := (\w+)", text) if "@table_name" in name else [""]
        found |= {name.replace("@table_name", table) for table in tables}
    for path in (PROJECT / "models").rglob("*.py"):
        found |= set(re.findall(r'@model\(\s+"(\S+)"', path.read_text(encoding="utf-8")))
    return found


def built_models(shop: Path) -> set[str]:
    """The models of which every run went well."""
    return {
        model
        for (model,) in _rows(
            shop,
            "SELECT model FROM quality.model_runs WHERE NOT STARTS_WITH(model, 'raw.')"
            " GROUP BY model HAVING BOOL_AND(outcome = 'succeeded')",
        )
    }


def findings(shop: Path) -> set[tuple[str, str]]:
    """The audits that found something, also those that only warn, with their model."""
    return {
        (model, audit)
        for model, audit in _rows(
            shop, "SELECT DISTINCT model, audit FROM quality.audit_results WHERE failed_rows > 0"
        )
    }


def empty_tables(shop: Path) -> set[str]:
    """The tables of all layers without a row."""
    return _without_rows(shop, _tables(shop))


def tables_without_source(shop: Path, *, is_trained: bool) -> set[str]:
    """The tables that have to be empty because nothing was loaded that could fill them."""
    streams = [f"raw.{name}" for name in load_contract().streams]
    empty = {name.removeprefix("raw.") for name in _without_rows(shop, streams)}
    unfilled = {table for table in _tables(shop) if (needs := _needs(table)) and needs <= empty}
    return unfilled if is_trained else unfilled | TRAINED


def ask(shop: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask what readers see."""
    return _rows(shop, query, "published.duckdb")


def _needs(table: str) -> frozenset[str]:
    staged = re.fullmatch(r"staging\.(?:stg|checked)_(\w+)", table)
    return frozenset({staged[1]}) if staged else NEEDS.get(table, frozenset({"orders"}))


def _tables(shop: Path) -> list[str]:
    rows = _rows(
        shop,
        "SELECT schema_name || '.' || view_name FROM duckdb_views()"
        f" WHERE schema_name IN {LAYERS} ORDER BY ALL",
    )
    return [name for (name,) in rows]


def _without_rows(shop: Path, tables: list[str]) -> set[str]:
    counted = " UNION ALL ".join(
        f"SELECT '{table}' WHERE NOT EXISTS (FROM {table})" for table in tables
    )
    return {name for (name,) in _rows(shop, counted)}


def _rows(shop: Path, query: str, database: str = "warehouse.duckdb") -> list[tuple[Any, ...]]:
    with duckdb.connect(str(shop / "data" / database), read_only=True) as connection:
        return connection.execute(query).fetchall()
