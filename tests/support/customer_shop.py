"""One simulated shop with all models about customers, shared by the tests of a process."""

from __future__ import annotations

from functools import cache

from tests.support.built_shop import BuiltShop, simulated_again

STAR = (
    "marts.fct_orders",
    "marts.fct_order_items",
    "marts.fct_payments",
    "marts.fct_returns",
    "marts.dim_customers",
    "marts.dim_products",
    "marts.dim_dates",
)
MARTS = (
    "marts.mart_customer_analytics",
    "marts.mart_cohort_retention",
    "marts.mart_cohort_milestones",
    "marts.mart_customer_segments",
    "marts.mart_segment_migration",
    "marts.mart_action_list",
)
MODELS = (
    "intermediate.int_customer_finished_months",
    "intermediate.int_customer_running_month",
    "intermediate.int_customer_months",
    "intermediate.int_customer_behaviour_items",
    "intermediate.int_customer_behaviour_touches",
    "intermediate.int_customer_behaviour",
    # What a query about dates joins
    "marts.mart_executive_financial_summary",
    *STAR,
    *MARTS,
)
VERSIONS = ("intermediate.int_customer_versions", "intermediate.int_product_versions")
HISTORIES = ("marts.dim_customers_history", "marts.dim_products_history")
# No model is trained, so nothing is predicted.
PREDICTIONS = {
    "clv": "horizon_days INT, predicted_clv DOUBLE, predicted_clv_lower DOUBLE, "
    "predicted_clv_upper DOUBLE, predicted_margin DOUBLE",
    "churn": "churn_probability DOUBLE",
    "next_order": "expected_next_order_date DATE, next_order_from DATE, next_order_to DATE",
}
OPTIONS = ("--customers", "1000", "--orders", "10000", "--days", "730", "--seed", "1")
FIRST_RUN = "TIMESTAMP '2026-03-01 06:00:00'"


@cache
def customer_shop() -> BuiltShop:
    """The shop of seed 1 of which docs/marts/customers.md and core.md tell."""
    shop = simulated_again(*OPTIONS)
    without_predictions(shop)
    shop.build(*MODELS)
    shop.build(*VERSIONS)
    for name in VERSIONS:
        # The first run's versions, as SQLMesh makes them.
        shop.connection.execute(f"ALTER TABLE {name} ADD COLUMN valid_from TIMESTAMP")
        shop.connection.execute(f"ALTER TABLE {name} ADD COLUMN valid_to TIMESTAMP")
        shop.connection.execute(f"UPDATE {name} SET valid_from = {FIRST_RUN}")
    shop.build(*HISTORIES)
    return shop


def without_predictions(shop: BuiltShop) -> None:
    """Make the tables of predictions, with no rows."""
    for task, columns in PREDICTIONS.items():
        name = f"ml.{task}_predictions"
        shop.connection.execute(
            f"CREATE TABLE {name}"
            f" (scoring_date DATE, customer_id TEXT, model_version TEXT, {columns})"
        )
        shop.built.add(name)
