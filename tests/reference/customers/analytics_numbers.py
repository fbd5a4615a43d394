"""Everything that rules say of a customer in pandas, from raw and the spec."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import pandas as pd
from customer_numbers import DAY, Facts, places, rfm

from tests.support.definitions import PROJECT

T = TypeVar("T")
DAYS_PER_MONTH = 30.4375
RFM_NAMES = {"r": "recency_score", "f": "frequency_score", "m": "monetary_score"}


def history(known: Facts) -> pd.DataFrame:
    """What each customer who bought did so far, one customer after the other."""
    return pd.DataFrame.from_dict(
        {
            customer: _orders(orders, known.as_of)
            for customer, orders in known.sales.groupby("customer_id")
        },
        orient="index",
    ).join(_goods(known))


def _orders(orders: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, object]:
    days, net, gross = orders["day"], orders["net"], orders["order_amount"].astype(float)
    gaps = days.diff().dt.days.dropna()
    recent = days >= as_of - 30 * DAY
    count, first, last = len(orders), days.min(), days.max()
    span = (last - first).days
    methods = sorted(orders["payment_method"].dropna().str.strip().str.lower().unique())
    return {
        "payment_methods": ", ".join(methods) or None,
        "total_orders": count,
        "discount_orders": (orders["discount_amount"].astype(float) > 0).sum(),
        "active_months": orders["month"].nunique(),
        "high_value_orders": (gross >= 100).sum(),
        "medium_value_orders": ((gross >= 50) & (gross < 100)).sum(),
        "low_value_orders": (gross < 50).sum(),
        "orders_last_30_days": recent.sum(),
        "lifespan_days": span,
        "days_since_last_order": (as_of - last).days,
        "total_spent": net.sum(),
        "spend_last_30_days": net[recent].sum(),
        "avg_order_value": net.mean(),
        "stddev_order_value": net.std(ddof=1),
        "orders_per_month": count / max(span / DAYS_PER_MONTH, 1),
        "mean_order_gap_days": gaps.mean(),
        "median_order_gap_days": gaps.median(),
        "max_order_gap_days": gaps.max(),
        "weekend_share": (days.dt.dayofweek >= 5).mean(),
        "mean_order_hour": orders["ordered_at"].dt.hour.mean(),
        "first_order_date": first,
        "last_order_date": last,
    }


def _goods(known: Facts) -> pd.DataFrame:
    """Units, products, habits and margin."""
    sales = known.sales.set_index("order_id")
    lines = known.lines.join(sales["ordered_at"], on="order_id")
    first = lines.groupby(["customer_id", "product_id"])["ordered_at"].transform("min")
    lines["again"] = first < lines["ordered_at"]
    by_customer = lines.groupby("customer_id")
    return pd.DataFrame(
        {
            "total_items": by_customer["quantity"].sum(),
            "unique_products": by_customer["product_id"].nunique(),
            "reorder_rate": by_customer["again"].mean(),
            "mean_cart_position": by_customer["cart_position"].mean(),
            "avg_basket_size": by_customer["quantity"].sum() / sales.groupby("customer_id").size(),
            "total_margin": sales.groupby("customer_id")["margin"].sum(min_count=1),
        }
    )


def standing(known: Facts, bought: pd.DataFrame) -> pd.DataFrame:
    """Stages, bands, health, risk and ranks of every customer, who never bought too."""
    signed_up = known.customers.set_index("customer_id")["created_at"].dt.normalize()
    all_of = bought.reindex(signed_up.index)
    orders, days = all_of["total_orders"].fillna(0), all_of["days_since_last_order"]
    spent = all_of["total_spent"].fillna(0)
    since = np.minimum(signed_up, all_of["first_order_date"].fillna(signed_up))
    tenure = (known.as_of - since).dt.days
    recency = days.map(lambda d: banded(d, [(91, 0), (61, 10), (31, 15), (0, 20)])).fillna(0)
    health = (
        30 * (all_of["orders_last_30_days"] > 0)
        + np.minimum(25, 2.5 * orders)
        + np.minimum(25, spent / 20)
        + recency.astype(float)
    )
    found = pd.DataFrame(
        {
            "signup_date": signed_up,
            "lifecycle_stage": [stage(o, d) for o, d in zip(orders, days, strict=True)],
            "tenure_days": tenure,
            "tenure_band": np.select(
                [tenure <= 30, tenure <= 90], ["new", "recent"], "established"
            ),
            "customer_health_score": health,
            "estimated_annual_value": spent / np.maximum(tenure / DAYS_PER_MONTH, 1) * 12,
            "churn_risk_level": [
                banded(d, [(181, "High"), (91, "Medium"), (61, "Low"), (0, "Active")]) for d in days
            ],
            "order_frequency_band": [
                banded(
                    o or np.nan,
                    [(50, "Very frequent"), (20, "Frequent"), (5, "Regular"), (0, "Occasional")],
                )
                for o in orders
            ],
            "loyalty_band": [
                banded(r, [(0.8, "Very loyal"), (0.5, "Loyal"), (0.2, "Mixed"), (0, "Exploring")])
                for r in all_of["reorder_rate"]
            ],
            "engagement_level": [
                banded(h, [(70, "High"), (40, "Medium"), (0, "Low")]) for h in health
            ],
        }
    )
    found["risk_level"] = found["churn_risk_level"].replace("Active", "Minimal")
    place = places(spent.where(orders > 0))
    found["value_tier"] = [
        banded(p, [(0.8, "High"), (0.5, "Medium"), (0, "Low")])
        for p in place.reindex(found.index).fillna(0)
    ]
    ranked = {"spend": spent, "frequency": orders, "health": health}
    for name, values in ranked.items():
        among = values.where(orders > 0).round(9)
        found[f"{name}_rank"] = among.rank(method="min", ascending=False)
        found[f"{name}_percent_rank"] = (among.rank(method="min") - 1) / ((orders > 0).sum() - 1)
    return found


def scores(known: Facts) -> pd.DataFrame:
    """RFM scores, code and segment of who bought."""
    found = rfm(known, known.as_of).rename(columns=RFM_NAMES)
    digits = found[list(RFM_NAMES.values())].astype(str)
    found["rfm_code"] = digits.agg("".join, axis=1)
    return found.rename(columns={"segment": "rfm_segment"}).drop(columns="spent")


def stage(orders: float, days: float) -> str:
    """The stage of the spec: the first rule that holds."""
    if not orders:
        return "prospect"
    if orders >= 5 and days <= 180:
        return "loyal"
    if orders >= 2 and days <= 90:
        return "active"
    if orders == 1 and days <= 30:
        return "new"
    if days > 365:
        return "churned"
    return "at_risk" if days > 180 else "dormant"


def banded(value: float, bounds: Sequence[tuple[float, T]]) -> T | None:
    """What belongs to the first bound that a value reaches; nothing for what is not known."""
    return next((name for bound, name in bounds if value >= bound), None)


def contacts(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Where customers live, and who may and can be written to."""
    frame: pd.DataFrame = connection.execute("FROM raw.customers").df().set_index("customer_id")
    email = frame["email"].fillna("").str.strip().str.lower()
    valid = email.str.fullmatch(r"[^@ ]+@[^@ ]+\.[^@ .]+")
    consent = frame["marketing_consent"].astype("boolean").fillna(value=False).astype(bool)
    return pd.DataFrame(
        {
            "country": frame["country"].str.strip().str.upper(),
            "state": frame["state"].str.strip(),
            "city": frame["city"].str.strip(),
            "subscription_tier": frame["subscription_tier"].str.strip().str.lower(),
            "acquisition_channel": frame["acquisition_channel"].str.strip().str.lower(),
            "has_marketing_consent": consent,
            "is_reachable": consent & valid,
        }
    )


def seed(name: str, *keys: str) -> dict[tuple[str, ...], dict[str, str]]:
    """The rows of a seed by its keys."""
    with Path(PROJECT, "seeds", f"{name}.csv").open(encoding="utf-8") as file:
        return {tuple(row[key] for key in keys): row for row in csv.DictReader(file)}
