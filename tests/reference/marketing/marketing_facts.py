"""What counts in marketing, in pandas, from the raw tables and the spec."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tests.support.built_shop import BuiltShop

DAY = pd.Timedelta(days=1)
WINDOW = 7 * DAY


@dataclass(frozen=True)
class Facts:
    """Sales to customers who are known, contacts of campaigns with them, spend.

    Attributes:
        sales: Orders neither cancelled nor refunded, with revenue, margin, day, first order.
        touches: Touches of customers who are known.
        spend: Lines of spend that are not negative.
        campaigns: The list of campaigns.
        customers: The list of customers.
        visits: Visits to the web shop.
        as_of: The day after the last order.
    """

    sales: pd.DataFrame
    touches: pd.DataFrame
    spend: pd.DataFrame
    campaigns: pd.DataFrame
    customers: pd.DataFrame
    visits: pd.DataFrame
    as_of: pd.Timestamp


def facts(shop: BuiltShop) -> Facts:
    """Clean the raw tables as the spec says: what breaks a rule does not count."""
    read = {
        name: shop.connection.execute(f"SELECT * FROM raw.{name}").df()
        for name in [
            "orders",
            "order_items",
            "products",
            "customers",
            "campaigns",
            "campaign_touches",
            "marketing_spend",
            "web_sessions",
        ]
    }
    known = set(read["customers"]["customer_id"])
    orders = read["orders"]
    orders = orders[(orders["order_amount"] > 0) & orders["customer_id"].isin(known)]
    as_of = orders["ordered_at"].max().normalize() + DAY
    sales = orders[~orders["order_status"].isin(["cancelled", "refunded"])].copy()
    sales["day"] = sales["ordered_at"].dt.normalize()
    sales["revenue"] = sales["order_amount"].astype(float) - sales["discount_amount"].astype(float)
    items = read["order_items"].merge(read["products"][["product_id", "unit_cost"]])
    cost = items["quantity"] * items["unit_cost"].astype(float)
    sales["margin"] = sales["revenue"] - sales["order_id"].map(
        cost.groupby(items["order_id"]).sum()
    )
    sales = sales.sort_values(["ordered_at", "order_id"])
    sales["is_first"] = ~sales["customer_id"].duplicated()
    touches = read["campaign_touches"]
    touches = touches[touches["customer_id"].isin(known) & (touches["touched_at"] < as_of)].copy()
    touches["day"] = touches["touched_at"].dt.normalize()
    spend = read["marketing_spend"].astype({"spend_amount": float})
    spend = spend[(spend["spend_amount"] >= 0) & (spend["spend_date"] < as_of)]
    visits = read["web_sessions"]
    visits = visits[visits["started_at"] < as_of].copy()
    visits["converted"] = visits["order_id"].isin(set(orders["order_id"]))
    return Facts(sales, touches, spend, read["campaigns"], read["customers"], visits, as_of)


def credited_orders(known: Facts) -> pd.DataFrame:
    """Order by order: the contacts of the week before it, and who gets what of it."""
    contacts = known.touches[known.touches["touch_type"] != "assigned"]
    by_customer = dict(
        list(contacts.sort_values(["touched_at", "touch_id"]).groupby("customer_id"))
    )
    rows = []
    for order in known.sales.itertuples():
        touches = by_customer.get(order.customer_id)
        if touches is None:
            continue
        before = touches[
            (touches["touched_at"] <= order.ordered_at)
            & (touches["touched_at"] >= order.ordered_at - WINDOW)
        ]
        names = list(before["campaign_id"])
        rows += [
            {
                "order_id": order.order_id,
                "customer_id": order.customer_id,
                "campaign_id": name,
                "first": float(names[0] == name),
                "last": float(names[-1] == name),
                "linear": names.count(name) / len(names),
                "revenue": order.revenue,
                "margin": order.margin,
                "is_first_order": order.is_first,
            }
            for name in sorted(set(names))
        ]
    return pd.DataFrame(rows)


def groups(known: Facts, campaign_id: str) -> tuple[pd.DataFrame, pd.Series]:
    """What each customer of a campaign bought while it lasted, and who was held out of it."""
    touches = known.touches[known.touches["campaign_id"] == campaign_id]
    assigned = touches.groupby("customer_id").agg(since=("day", "min"), held=("is_holdout", "any"))
    ends = known.campaigns.set_index("campaign_id")["ends_at"][campaign_id]
    last = (ends - pd.Timedelta(seconds=1)).normalize()
    sales = known.sales.join(assigned["since"], on="customer_id", how="inner")
    until = (sales["since"] + WINDOW).clip(lower=last)
    sales = sales[(sales["day"] >= sales["since"]) & (sales["day"] <= until)]
    bought = sales.groupby("customer_id")[["revenue", "margin"]].sum().reindex(assigned.index)
    return bought.fillna(0).round(2), assigned["held"]


def known_spend(known: Facts, campaign_id: str) -> pd.Series:
    """What each customer of a campaign had spent in the year before it began for them."""
    touches = known.touches[known.touches["campaign_id"] == campaign_id]
    since = touches.groupby("customer_id")["day"].min().rename("since")
    sales = known.sales.join(since, on="customer_id", how="inner")
    age = (sales["since"] - sales["day"]).dt.days
    spent = sales[(age > 0) & (age <= 365)].groupby("customer_id")["revenue"].sum()
    return spent.reindex(since.index).fillna(0).round(2)
