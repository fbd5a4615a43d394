"""What an order belongs to in each dimension of the numbers."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def order_member(
    evaluator: MacroEvaluator,
    dimension: exp.Expression,
    orders: exp.Expression,
    customers: exp.Expression,
) -> str:
    """The member of a dimension that an order belongs to; `unknown` where the shop does not say.

    Args:
        evaluator: Given by SQLMesh.
        dimension: A name of seeds.kpi_dimensions.
        orders: The alias of rows of intermediate.int_orders.
        customers: The alias of their rows of staging.stg_customers.

    Example: `@order_member(dimensions.dimension, orders, customers)`
    """
    order, customer = orders.name, customers.name
    return f"""CASE {dimension.sql(dialect="duckdb")}
        WHEN 'country' THEN COALESCE({order}.shipping_country, 'unknown')
        WHEN 'payment_method' THEN COALESCE({order}.payment_method, 'unknown')
        WHEN 'channel' THEN COALESCE({customer}.acquisition_channel, 'unknown')
        WHEN 'customer_type' THEN CASE
            WHEN {order}.is_guest THEN 'guest' WHEN NOT {order}.is_valid_sale THEN 'none'
            WHEN {order}.is_first_order THEN 'new' ELSE 'returning' END
        WHEN 'all' THEN 'all' END"""
