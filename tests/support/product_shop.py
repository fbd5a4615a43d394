"""One simulated shop with all models about products, shared by the tests of a process."""

from __future__ import annotations

from functools import cache

from tests.support.built_shop import BuiltShop, simulated_again

PERIODS = ("hour", "day", "week", "month")
MARTS = (
    "marts.mart_product_performance",
    *(f"marts.mart_product_performance_{period}" for period in PERIODS),
    "marts.mart_product_affinity",
    "marts.mart_product_recommendations",
)
MODELS = (
    "intermediate.int_product_days",
    "intermediate.int_product_hours",
    "intermediate.int_product_summary",
    "intermediate.int_product_standing",
    "intermediate.int_product_stock",
    "intermediate.int_product_elasticity",
    "intermediate.int_product_customers",
    "intermediate.int_product_popularity",
    "intermediate.int_basket_pairs",
    *MARTS,
)
# What audits of the marts compare with.
COMPARED = ("marts.dim_products", "marts.dim_customers")
OPTIONS = ("--customers", "1000", "--orders", "10000", "--days", "730", "--seed", "1")


@cache
def product_shop() -> BuiltShop:
    """The shop of seed 1 of which docs/marts/products.md tells."""
    shop = simulated_again(*OPTIONS)
    shop.build(*MODELS, *COMPARED)
    return shop
