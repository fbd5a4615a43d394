"""What the numbers over time are recomputed from: a shop's raw tables, in pandas."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from patron.metrics import BASE
from tests.support.built_shop import BuiltShop
from tests.support.growth_shop import PREDICTIONS, make_empty, shop_of_seed

GRAINS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
DIMENSIONS = ("all", "country", "customer_type", "payment_method", "channel")


@cache
def shop() -> BuiltShop:
    """A shop some of whose orders are of guests, and some of whose products have no known cost."""
    found = shop_of_seed(1)
    found.connection.execute("UPDATE raw.orders SET customer_id = 'guest' WHERE order_id LIKE '%7'")
    found.connection.execute("UPDATE raw.products SET unit_cost = NULL WHERE product_id LIKE '%09'")
    found.connection.execute("UPDATE raw.orders SET payment_method = NULL WHERE order_id LIKE '%3'")
    make_empty(found, PREDICTIONS)
    found.connection.execute(
        f"INSERT INTO {PREDICTIONS} BY NAME SELECT customer_id, 0.25 AS churn_probability,"
        " 365 AS clv_horizon_days, LENGTH(first_name) * 10 AS predicted_clv_12m"
        " FROM raw.customers WHERE customer_id LIKE '%1'"
    )
    found.build("seeds.market_sizes")
    found.connection.execute(
        "INSERT INTO seeds.market_sizes VALUES ('all', '2025-01-01', '2025-12-31', 3650000, 'us'),"
        " ('DE', '2025-02-01', '2025-02-28', 56000, 'us')"
    )
    found.build(BASE, "marts.mart_executive_financial_summary")
    return found


def read(sql: str) -> pd.DataFrame:
    frame: pd.DataFrame = shop().connection.execute(sql).df()
    amounts = [name for name in frame if frame[name].dtype == object and "amount" in name]
    return frame.astype(dict.fromkeys(amounts, float))


@cache
def lines() -> pd.DataFrame:
    """The lines of orders that count, with cost and department."""
    frame = read(
        "SELECT i.order_id, i.product_id, i.quantity, i.unit_price::DOUBLE AS price,"
        " i.discount_amount::DOUBLE AS line_discount, p.unit_cost::DOUBLE AS unit_cost,"
        " COALESCE(c.parent_category_id, c.category_id) AS department FROM raw.order_items AS i"
        " JOIN raw.products AS p USING (product_id) JOIN raw.categories AS c USING (category_id)"
    )
    frame["cost"] = (frame["quantity"] * frame["unit_cost"]).round(2)
    return frame


@cache
def orders() -> pd.DataFrame:
    """The orders that count, with what they belong to in each dimension."""
    frame = read("SELECT * FROM raw.orders").drop(columns=["updated_at"])
    customers = read("SELECT * FROM raw.customers").set_index("customer_id")
    is_guest = frame["customer_id"] == "guest"
    is_known = frame["customer_id"].isin(customers.index)
    frame = frame[(frame["order_amount"].astype(float) > 0) & (is_guest | is_known)].copy()
    frame["day"] = frame["ordered_at"].dt.normalize()
    frame["counts"] = ~frame["order_status"].isin(["cancelled", "refunded"])
    frame["known"] = frame["customer_id"] != "guest"
    numbered = frame[frame["counts"] & frame["known"]].sort_values(["ordered_at", "order_id"])
    frame["number"] = numbered.groupby("customer_id").cumcount() + 1
    frame["all"] = "all"
    frame["country"] = frame["shipping_country"].fillna("unknown")
    frame["payment_method"] = frame["payment_method"].fillna("unknown")
    frame["channel"] = frame["customer_id"].map(customers["acquisition_channel"]).fillna("unknown")
    frame["customer_type"] = np.select(
        [~frame["known"], ~frame["counts"], frame["number"] == 1],
        ["guest", "none", "new"],
        "returning",
    )
    by_order = lines().groupby("order_id")
    cost = by_order["cost"].sum().where(by_order["cost"].count() == by_order.size())
    sold = frame["counts"].astype(int)
    frame["gmv"] = frame["order_amount"] * (frame["order_status"] != "cancelled")
    frame["discount_amount"] = frame["discount_amount"] * sold
    frame["net_revenue"] = frame["order_amount"] * sold - frame["discount_amount"]
    margin = frame["net_revenue"] - frame["order_id"].map(cost)
    frame["gross_margin"] = margin.where(frame["counts"], 0.0)
    frame["costed_revenue"] = frame["net_revenue"].where(frame["gross_margin"].notna())
    frame["units"] = frame["order_id"].map(by_order["quantity"].sum()).fillna(0) * sold
    frame["orders"] = sold
    frame["new_customers"] = (frame["number"] == 1).astype(int)
    frame["second_order_customers"] = (frame["number"] == 2).astype(int)
    return frame


def refunds() -> pd.DataFrame:
    """Returns of orders that stay sales, with what their order belongs to."""
    frame = read("SELECT order_id, product_id, refund_amount, returned_at FROM raw.returns")
    frame = frame.merge(orders()[orders()["counts"]][["order_id", *DIMENSIONS]], on="order_id")
    frame["day"] = frame["returned_at"].dt.normalize()
    frame["refunds"] = frame["refund_amount"]
    frame["return_count"] = 1
    frame["department"] = frame["product_id"].map(
        lines().drop_duplicates("product_id").set_index("product_id")["department"]
    )
    return frame[(frame["refunds"] >= 0) & (frame["day"] <= orders()["day"].max())]


def period(days: pd.Series, grain: str) -> pd.Series:
    return days.dt.to_period(GRAINS[grain]).dt.start_time


def summed(frame: pd.DataFrame, dimension: str, grain: str, names: list[str]) -> pd.DataFrame:
    key = [period(frame["day"], grain).rename("period"), frame[dimension].rename("member")]
    return frame.groupby(key)[names].sum()
