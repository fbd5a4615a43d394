"""Orders, lines, payments and returns as the spec has them, in pandas from raw."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

NO_SALE = ("cancelled", "refunded")
PAID = ("captured", "paid", "succeeded", "settled", "completed")
MONEY = ("order_amount", "shipping_amount", "tax_amount", "discount_amount")


@dataclass(frozen=True)
class Star:
    """The facts by their keys, with the columns of the marts that are numbers, names or flags.

    Attributes:
        orders: Orders that count, cancelled ones too.
        lines: Their lines; the discount is the exact one, before it is rounded to cents.
        payments: Payments of these orders.
        returns: Returns of these orders.
    """

    orders: pd.DataFrame
    lines: pd.DataFrame
    payments: pd.DataFrame
    returns: pd.DataFrame


def star(connection: duckdb.DuckDBPyConnection) -> Star:
    """Recompute the facts of a shop whose amounts are all in one currency."""
    raw = {
        name: connection.execute(f"FROM raw.{name}").df()
        for name in ("orders", "order_items", "products", "customers", "payments", "returns")
    }
    orders = counted(raw["orders"], set(raw["customers"]["customer_id"]))
    lines = priced(raw["order_items"], raw["products"], orders)
    orders = orders.join(totals(lines), on="order_id")
    orders["line_count"] = orders["line_count"].fillna(0)
    orders["item_count"] = orders["item_count"].fillna(0)
    orders["gross_margin_amount"] = orders["net_revenue_amount"] - orders["cost_amount"]
    return Star(
        numbered(orders).set_index("order_id").sort_index(),
        lines.set_index(["order_id", "line_number"]).sort_index(),
        paid(raw["payments"], set(orders["order_id"])),
        returned(raw["returns"], orders),
    )


def counted(orders: pd.DataFrame, customers: set[str]) -> pd.DataFrame:
    """Orders that no rule refuses, with what follows from their own row."""
    orders = orders.astype(dict.fromkeys(MONEY, float)).fillna(dict.fromkeys(MONEY, 0.0))
    is_sale = ~orders["order_status"].isin(NO_SALE)
    orders = orders[
        orders["customer_id"].isin(customers)
        & (orders["order_amount"] >= 0)
        & ~(is_sale & (orders["order_amount"] == 0))
        & orders["discount_amount"].between(0, orders["order_amount"])
    ].copy()
    amount, discount = orders["order_amount"], orders["discount_amount"]
    for name in ("payment_method", "shipping_method"):
        orders[name] = orders[name].str.strip().str.lower()
    orders["gross_amount"] = amount
    orders["is_valid_sale"] = is_sale
    orders["net_revenue_amount"] = (amount - discount).where(orders["is_valid_sale"], 0)
    orders["total_amount"] = amount + orders["shipping_amount"] + orders["tax_amount"] - discount
    orders["used_discount"] = discount > 0
    orders["order_value_tier"] = np.select([amount >= 100, amount >= 50], ["High", "Medium"], "Low")
    orders["order_date"] = orders["ordered_at"].dt.normalize()
    orders["is_weekend"] = orders["order_date"].dt.dayofweek >= 5
    hour = orders["ordered_at"].dt.hour
    orders["order_hour"] = hour
    parts = [hour.between(6, 11), hour.between(12, 17), hour.between(18, 22)]
    orders["part_of_day"] = np.select(parts, ["morning", "afternoon", "evening"], "night")
    return orders.assign(is_guest=False)


def priced(items: pd.DataFrame, products: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Lines with money: a discount on the whole order is shared out by value."""
    items = items.drop(columns=["updated_at"]).astype(
        {"unit_price": float, "discount_amount": float}
    )
    items = items[(items["quantity"] > 0) & (items["unit_price"] >= 0)]
    named = orders[["order_id", "customer_id", "is_valid_sale", "ordered_at", "order_date"]]
    given = orders.set_index("order_id")["discount_amount"]
    lines = items.merge(named, on="order_id").merge(
        products[["product_id", "product_name", "unit_cost"]], on="product_id", how="left"
    )
    lines["gross_amount"] = (lines["quantity"] * lines["unit_price"]).round(2)
    own = lines["discount_amount"].fillna(0)
    of_order = lines.assign(own=own).groupby("order_id")
    rest = lines["order_id"].map(given) - of_order["own"].transform("sum")
    share = lines["gross_amount"] / of_order["gross_amount"].transform("sum").replace(0, np.nan)
    lines["discount_amount"] = own + (rest * share).fillna(0)
    sold = lines["is_valid_sale"].astype(int)
    lines["net_revenue_amount"] = (lines["gross_amount"] - lines["discount_amount"]) * sold
    lines["cost_amount"] = lines["quantity"] * lines["unit_cost"].astype(float) * sold
    lines["gross_margin_amount"] = lines["net_revenue_amount"] - lines["cost_amount"]
    lines["is_reorder"] = again(lines)
    name = lines["product_name"].fillna("").str.lower()
    lines["is_organic"] = name.str.contains("organic")
    lines["is_gluten_free"] = name.str.contains("gluten[ -]?free")
    return lines.assign(is_guest=False)


def again(lines: pd.DataFrame) -> pd.Series:
    """Had the customer bought the product at an earlier moment?"""
    sold = lines[lines["is_valid_sale"]]
    first = sold.groupby(["customer_id", "product_id"])["ordered_at"].min().rename("first")
    since = lines.join(first, on=["customer_id", "product_id"])["first"]
    return lines["is_valid_sale"] & (since < lines["ordered_at"])


def totals(lines: pd.DataFrame) -> pd.DataFrame:
    """What lines say of their order; a cost unknown for one line is unknown for the order."""
    by_order = lines.groupby("order_id")
    cost = by_order["cost_amount"].sum().where(by_order["cost_amount"].count() == by_order.size())
    return pd.DataFrame(
        {
            "line_count": by_order.size(),
            "item_count": by_order["quantity"].sum(),
            "cost_amount": cost,
        }
    )


def numbered(orders: pd.DataFrame) -> pd.DataFrame:
    """The place of an order among the valid sales of its customer, and the days before it."""
    sales = orders[orders["is_valid_sale"]].sort_values(["ordered_at", "order_id"])
    of_customer = sales.groupby("customer_id")
    orders["customer_order_number"] = of_customer.cumcount() + 1
    orders["days_since_prior_order"] = of_customer["order_date"].diff().dt.days
    orders["is_first_order"] = orders["customer_order_number"] == 1
    return orders


def paid(payments: pd.DataFrame, orders: set[str]) -> pd.DataFrame:
    """Payments of orders that count, which of them are money."""
    payments = payments[payments["order_id"].isin(orders)].astype({"amount": float})
    payments = payments[payments["amount"] >= 0].copy()
    status = payments["payment_status"].str.strip().str.lower()
    payments["is_captured"] = status.isna() | status.isin(PAID)
    payments["paid_date"] = payments["paid_at"].dt.normalize()
    return payments.set_index("payment_id").sort_index()


def returned(returns: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Returns of orders that count, none of them before its order."""
    returns = returns[returns["order_id"].isin(orders["order_id"])].astype({"refund_amount": float})
    returns = returns[(returns["refund_amount"] >= 0) & ~(returns["quantity"] <= 0)].copy()
    day = returns["returned_at"].dt.normalize()
    ordered = returns["order_id"].map(orders.set_index("order_id")["order_date"])
    returns["returned_date"] = np.maximum(day, ordered)
    return returns.set_index("return_id").sort_index()
