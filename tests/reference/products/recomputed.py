"""Products, baskets and recommendations of a shop in pandas, from the raw tables and the spec."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations, pairwise

import duckdb
import numpy as np
import pandas as pd

DAY = pd.Timedelta(days=1)
STREAMS = ("orders", "order_items", "returns", "reviews", "inventory", "products", "customers")


@dataclass(frozen=True)
class Facts:
    """What counts: lines of valid sales, returns of them, reviews and counts of stock.

    Attributes:
        lines: Order lines with customer, time, day, net revenue, in the order of time.
        orders: Valid sales.
        returns: Returns of goods from valid sales.
        reviews: Reviews of products of orders that count.
        inventory: Counts of stock.
        products: The list of products.
        customers: Ids of all customers.
        as_of: The day after the last order.
    """

    lines: pd.DataFrame
    orders: pd.DataFrame
    returns: pd.DataFrame
    reviews: pd.DataFrame
    inventory: pd.DataFrame
    products: pd.DataFrame
    customers: set[str]
    as_of: pd.Timestamp

    @property
    def counts(self) -> pd.DataFrame:
        """Counts of stock that can be."""
        return self.inventory[self.inventory["quantity_on_hand"] >= 0]


def facts(connection: duckdb.DuckDBPyConnection) -> Facts:
    """Clean the raw tables as the spec says: what breaks a rule does not count."""
    raw = {
        name: connection.execute(f"SELECT * FROM raw.{name}").df()
        for name in [
            "orders",
            "order_items",
            "returns",
            "reviews",
            "inventory",
            "products",
            "customers",
        ]
    }
    orders = raw["orders"]
    customers = set(raw["customers"]["customer_id"])
    is_sale = ~orders["order_status"].isin(["cancelled", "refunded"])
    orders = orders[(orders["order_amount"] > 0) & orders["customer_id"].isin(customers)]
    as_of = orders["ordered_at"].max().normalize() + DAY
    sales = orders[is_sale.reindex(orders.index)].copy()
    sales["day"] = sales["ordered_at"].dt.normalize()
    lines = raw["order_items"].merge(
        sales[["order_id", "customer_id", "ordered_at", "day"]], on="order_id"
    )
    lines["gross"] = lines["quantity"] * lines["unit_price"].astype(float)
    lines["net"] = lines["gross"] - lines["discount_amount"].astype(float).fillna(0)
    returns = raw["returns"]
    returns = returns[returns["order_id"].isin(sales["order_id"]) & returns["product_id"].notna()]
    returns = returns[returns["returned_at"] < as_of]
    reviews = raw["reviews"]
    reviews = reviews[reviews["order_id"].isin(orders["order_id"]) & reviews["product_id"].notna()]
    reviews = reviews[reviews["created_at"] < as_of]
    inventory = raw["inventory"]
    inventory = inventory[inventory["snapshot_at"] < as_of]
    lines = lines.sort_values(["ordered_at", "order_id", "line_number"])
    return Facts(lines, sales, returns, reviews, inventory, raw["products"], customers, as_of)


def reorders(lines: pd.DataFrame) -> list[bool]:
    """Line by line: had the customer bought the product at an earlier moment?"""
    first: dict[tuple[str, str], pd.Timestamp] = {}
    flags = []
    for customer, product, moment in zip(
        lines["customer_id"], lines["product_id"], lines["ordered_at"], strict=True
    ):
        earliest = first.setdefault((customer, product), moment)
        flags.append(earliest < moment)
    return flags


def abc_classes(revenue: dict[str, float]) -> dict[str, str]:
    """Walk from the best product down until 80%, then 95% of the revenue is earned."""
    total, earned, classes = sum(revenue.values()), 0.0, {}
    for product in sorted(revenue, key=lambda name: (-revenue[name], name)):
        share = earned / total
        classes[product] = "A" if share < 0.8 else "B" if share < 0.95 else "C"
        earned = round(earned + revenue[product], 2)
    return classes


def elasticity(days: pd.DataFrame, shop_lines: pd.Series) -> tuple[float, float]:
    """Slope of log demand over log price of one product and its standard error.

    Demand is per order line of the shop, and varies by chance as counts do (Poisson).

    Args:
        days: Lines and price of the days on which it was sold, by day.
        shop_lines: Order lines of the shop on each of its days.
    """
    sold: Counter[float] = Counter()
    exposed: Counter[float] = Counter()
    rows = list(days.itertuples())
    for before, after in pairwise(rows):
        between = shop_lines.loc[before.Index + DAY : after.Index].sum()
        sold[after.price] += after.lines
        exposed[before.price] += between / 2
        exposed[after.price] += between / 2
    points = [price for price in sold if sold[price]]
    weights = np.array([sold[price] for price in points], float)
    prices = np.log(points)
    spread = np.sqrt(np.cov(prices, aweights=weights, ddof=0)) if len(points) > 1 else 0.0
    if weights.sum() < 100 or len(points) < 4 or spread < 0.03:
        return float("nan"), float("nan")
    demand = np.log(weights / np.array([exposed[price] for price in points]))
    design = np.column_stack([np.ones_like(prices), prices])
    covariance = np.linalg.inv(design.T @ np.diag(weights) @ design)
    slope = np.polyfit(prices, demand, 1, w=np.sqrt(weights))[0]
    return float(slope), float(np.sqrt(covariance[1, 1]))


def baskets(lines: pd.DataFrame) -> list[frozenset[str]]:
    """The products of each order."""
    return [frozenset(products) for products in lines.groupby("order_id")["product_id"].agg(set)]


def pair_counts(found: list[frozenset[str]]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """In how many baskets each product is, and each pair of products."""
    single = Counter(product for basket in found for product in basket)
    pairs = Counter(pair for basket in found for pair in combinations(sorted(basket), 2))
    return single, pairs


def recommended(
    known: Facts, customer: str, rules: pd.DataFrame, count: int = 5
) -> list[tuple[str, str, float]]:
    """Product, source and score of what to show a customer."""
    since = known.as_of - 90 * DAY
    recent = known.lines[known.lines["day"] >= since]
    orders = (known.orders["day"] >= since).sum()
    listed = known.products.set_index("product_id")["is_active"]
    share = (recent.groupby("product_id")["order_id"].nunique() / orders).to_dict()
    share = {p: s for p, s in share.items() if listed.get(p, True)}
    own = known.lines[known.lines["customer_id"] == customer]
    total = known.orders["customer_id"].eq(customer).sum()
    bought = own.groupby("product_id")["order_id"].nunique().to_dict()
    options: dict[str, tuple[float, str]] = {}

    def offer(product: str, score: float, source: str) -> None:
        if product not in options or score > options[product][0]:
            options[product] = (score, source)

    popular = sorted(share, key=lambda p: (-share[p], p))[: 2 * count]
    habits = {p: (n + 5 * share[p]) / (total + 5) for p, n in bought.items() if p in share}
    favourites = sorted(habits, key=lambda p: (-habits[p], p))[:count]
    for product in favourites:
        offer(product, habits[product], "repeat")
        own_rules = rules[(rules["antecedent"] == product) & rules["consequent"].isin(share)]
        for rule in own_rules.nlargest(3, "gain").itertuples():
            score = 5 * share[rule.consequent] / (total + 5) + habits[product] * rule.gain
            offer(rule.consequent, min(score, 1), "affinity")
    for product in popular:
        offer(product, 5 * share[product] / (total + 5), "popularity")
    best = sorted(options, key=lambda p: (-options[p][0], p))[:count]
    return [(product, options[product][1], options[product][0]) for product in best]
