"""Cohorts, RFM, behaviour and segments of a shop's customers in pandas, from raw and the spec."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

DAY = pd.Timedelta(days=1)
WINDOW = pd.Timedelta(days=7)
# Recency score, then frequency and monetary score from 1 to 5.
GRID = {
    5: ["New customers", "New customers", "Potential loyalists", "Loyal customers", "Champions"],
    4: ["Promising", "Potential loyalists", "Potential loyalists", "Loyal customers", "Champions"],
    3: ["Promising", "Promising", "Needs attention", "Loyal customers", "Loyal customers"],
    2: ["Hibernating", "Hibernating", "Needs attention", "At risk", "At risk"],
    1: ["Lost", "Hibernating", "At risk", "Cannot lose them", "Cannot lose them"],
}


@dataclass(frozen=True)
class Facts:
    """What counts, from raw.

    Attributes:
        sales: Valid sales of known customers by time, with day, month, net revenue and margin.
        lines: Their lines with brand and cost of a unit.
        touches: Contacts of campaigns.
        customers: The list of customers.
        as_of: The day after the last order.
    """

    sales: pd.DataFrame
    lines: pd.DataFrame
    touches: pd.DataFrame
    customers: pd.DataFrame
    as_of: pd.Timestamp


def facts(connection: duckdb.DuckDBPyConnection) -> Facts:
    """Clean the raw tables as the spec says: what breaks a rule does not count."""
    tables = ("orders", "order_items", "customers", "products", "campaign_touches")
    raw = {name: connection.execute(f"SELECT * FROM raw.{name}").df() for name in tables}
    orders = raw["orders"]
    known = orders["customer_id"].isin(raw["customers"]["customer_id"])
    orders = orders[(orders["order_amount"] > 0) & known]
    as_of = orders["ordered_at"].max().normalize() + DAY
    sales = orders[~orders["order_status"].isin(["cancelled", "refunded"])].copy()
    sales = sales.sort_values(["ordered_at", "order_id"])
    sales["day"] = sales["ordered_at"].dt.normalize()
    sales["month"] = sales["day"].dt.to_period("M")
    discount = sales["discount_amount"].astype(float).fillna(0)
    sales["net"] = (sales["order_amount"].astype(float) - discount).round(2)
    items = raw["order_items"].merge(raw["products"][["product_id", "brand", "unit_cost"]], "left")
    sales["margin"] = sales["net"] - sales["order_id"].map(_costs(items))
    lines = items.merge(sales[["order_id", "customer_id", "discount_amount"]], on="order_id")
    return Facts(sales, lines, raw["campaign_touches"], raw["customers"], as_of)


def _costs(items: pd.DataFrame) -> pd.Series:
    """Cost of each order; what is unknown for one line is unknown for the order."""
    cost = (items["quantity"] * items["unit_cost"].astype(float)).groupby(items["order_id"])
    return cost.sum().where(cost.count() == cost.size())


def cohorts(found: Facts) -> pd.DataFrame:
    """Cell by cell: customers, who came back, revenue of the month and so far."""
    sales = found.sales.copy()
    sales["cohort"] = sales.groupby("customer_id")["month"].transform("min")
    last = (found.as_of - DAY).to_period("M")
    rows = []
    for cohort, group in sales.groupby("cohort"):
        size, so_far, margin_so_far = group["customer_id"].nunique(), 0.0, 0.0
        first = group[group["month"] == cohort]["net"].sum()
        for number, month in enumerate(pd.period_range(cohort, last, freq="M")):
            bought = group[group["month"] == month]
            so_far += bought["net"].sum()
            margin_so_far += bought["margin"].sum()
            rows.append(
                {
                    "cohort_month": cohort.start_time,
                    "months_since_first_order": number,
                    "customer_count": size,
                    "retained_customer_count": bought["customer_id"].nunique(),
                    "order_count": len(bought),
                    "net_revenue_amount": bought["net"].sum(),
                    "gross_margin_amount": bought["margin"].sum(min_count=1),
                    "cumulative_net_revenue_amount": so_far,
                    "cumulative_gross_margin_amount": margin_so_far,
                    "cumulative_revenue_per_customer": so_far / size,
                    "cumulative_margin_per_customer": margin_so_far / size,
                    "revenue_retention_share": bought["net"].sum() / first,
                    "retention_share": bought["customer_id"].nunique() / size,
                    "is_complete": (month + 1).start_time <= found.as_of,
                    "is_small_cohort": size < 30,
                }
            )
    return pd.DataFrame(rows).set_index(["cohort_month", "months_since_first_order"])


def quintiles(values: pd.Series) -> pd.Series:
    """Scores 1 to 5: a customer stands at the middle of the places of all who are equal."""
    below = values.rank(method="min") - 1
    up_to = values.rank(method="max")
    return np.minimum(5, 5 * (below + up_to) // (2 * len(values)) + 1).astype(int)


def rfm(found: Facts, as_of: pd.Timestamp) -> pd.DataFrame:
    """Scores and segment of all who bought before a day, knowing nothing later."""
    sales = found.sales[found.sales["day"] < as_of]
    customers = sales.groupby("customer_id").agg(
        last=("day", "max"), orders=("order_id", "size"), spent=("net", "sum")
    )
    recency = quintiles(-((as_of - customers["last"]).dt.days))
    frequency = quintiles(customers["orders"])
    monetary = quintiles(customers["spent"].round(2))
    both = (frequency + monetary + 1) // 2
    segments = [GRID[r][f - 1] for r, f in zip(recency, both, strict=True)]
    return pd.DataFrame(
        {
            "r": recency,
            "f": frequency,
            "m": monetary,
            "segment": segments,
            "spent": customers["spent"],
        },
        index=customers.index,
    )


def migration(found: Facts) -> dict[tuple[pd.Timestamp, str, str], tuple[int, float, float]]:
    """Month end, from, to: customers, their revenue in the month and so far."""
    first = found.sales["day"].min().to_period("M")
    last = found.as_of.to_period("M") - 1
    before = pd.Series(dtype=str)
    moves: dict[tuple[pd.Timestamp, str, str], tuple[int, float, float]] = {}
    for month in pd.period_range(first, last, freq="M"):
        now = rfm(found, (month + 1).start_time)
        bought = found.sales[found.sales["month"] == month].groupby("customer_id")["net"].sum()
        for customer, row in now.iterrows():
            key = (
                (month + 1).start_time - DAY,
                before.get(customer, "Prospects"),
                str(row["segment"]),
            )
            count, revenue, spent = moves.get(key, (0, 0.0, 0.0))
            moves[key] = (count + 1, revenue + bought.get(customer, 0.0), spent + row["spent"])
        before = now["segment"]
    return moves


def behaviour(found: Facts) -> pd.DataFrame:
    """Trend, spread, price, campaigns and brand of each customer who bought."""
    rows = {}
    lines = dict(iter(found.lines.groupby("customer_id")))
    answers = _answers(found)
    for customer, orders in found.sales.groupby("customer_id"):
        values = orders["net"].to_numpy()
        row = {"spending_trend": np.nan, "purchase_volatility": np.nan}
        if len(values) >= 3 and len(set(values)) > 1:
            row["spending_trend"] = np.corrcoef(np.arange(len(values)), values)[0, 1]
        if len(values) >= 2:
            row["purchase_volatility"] = values.std(ddof=1) / values.mean()
        row |= _taste(lines[customer]) if customer in lines else {}
        if customer in answers.index:
            row["promotion_responsiveness"] = answers["mean"][customer]
            row["touch_count"] = answers["size"][customer]
        rows[customer] = row
    return pd.DataFrame.from_dict(rows, orient="index")


def _taste(lines: pd.DataFrame) -> dict[str, float]:
    own = lines["discount_amount_x"].astype(float).fillna(0)
    gross = (lines["quantity"] * lines["unit_price"].astype(float)).round(2)
    by_order = lines.assign(own=own, gross=gross).groupby("order_id")
    rest = lines["discount_amount_y"].astype(float).fillna(0) - by_order["own"].transform("sum")
    reduced = (own + rest * gross / by_order["gross"].transform("sum")).round(2) > 0
    units = lines["quantity"].astype(float)
    brands = lines[lines["brand"].notna()].groupby("brand")["quantity"].sum()
    return {
        "price_sensitivity": units[reduced].sum() / units.sum(),
        "brand_loyalty": brands.max() / brands.sum() if len(brands) else np.nan,
    }


def _answers(found: Facts) -> pd.DataFrame:
    """How many touches, and the share of them with an order in the seven days after."""
    touches = found.touches[
        (found.touches["touch_type"] != "assigned") & ~found.touches["is_holdout"].eq(other=True)
    ].copy()
    touches["day"] = touches["touched_at"].dt.normalize()
    touches = touches[touches["day"] + WINDOW < found.as_of]
    first = touches.groupby(["customer_id", "campaign_id", "day"], as_index=False)[
        "touched_at"
    ].min()
    moments = found.sales.groupby("customer_id")["ordered_at"].agg(list)
    first["answered"] = [
        any(touched <= moment < touched + WINDOW for moment in moments.get(customer, []))
        for customer, touched in zip(first["customer_id"], first["touched_at"], strict=True)
    ]
    return first.groupby("customer_id")["answered"].agg(["size", "mean"])


def segment(row: pd.Series) -> str:
    """The rules of the spec, one after the other; what is not known fulfils none."""
    place, churn, trend = row["clv_place"], row["churn_probability"], row["spending_trend"]
    rules = {
        "champion": place >= 0.8 and churn < 0.3 and row["days_since_last_order"] <= 90,
        "high_value_at_risk": place >= 0.7 and churn > 0.6,
        "growth_potential": place >= 0.6 and trend > 0 and churn < 0.4,
        "price_conscious": row["price_place"] >= 0.7 and row["promotion_responsiveness"] > 0.6,
        "loyal_declining": row["brand_loyalty"] > 0.7 and trend < -0.3,
        "new_potential": row["total_orders"] <= 3 and place >= 0.5,
    }
    return next((name for name, holds in rules.items() if holds), "standard")


def places(values: pd.Series) -> pd.Series:
    """The share below and half of the share of equal ones."""
    known = values.dropna()
    return (known.rank(method="min") - 1 + known.rank(method="max")) / (2 * len(known))
