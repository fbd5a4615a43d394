"""The stage of a customer's relationship with the shop."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def lifecycle_stage(
    evaluator: MacroEvaluator, orders: exp.Expression, recency: exp.Expression
) -> str:
    """The stage of a customer by number of orders and days since the last one.

    Every combination falls in exactly one stage; no order at all is a prospect.

    Example: `@lifecycle_stage(total_orders, days_since_last_order)`
    """
    count, days = f"COALESCE({orders.sql('duckdb')}, 0)", recency.sql("duckdb")
    loyal_orders = evaluator.var("loyal_min_orders")
    loyal_days = evaluator.var("loyal_max_days")
    active_orders = evaluator.var("active_min_orders")
    active_days = evaluator.var("active_max_days")
    new_days = evaluator.var("new_max_days")
    risk_days = evaluator.var("at_risk_min_days")
    churned_days = evaluator.var("at_risk_max_days")
    return f"""CASE
        WHEN {count} = 0 THEN 'prospect'
        WHEN {count} >= {loyal_orders} AND {days} <= {loyal_days} THEN 'loyal'
        WHEN {count} >= {active_orders} AND {days} <= {active_days} THEN 'active'
        WHEN {count} = 1 AND {days} <= {new_days} THEN 'new'
        WHEN {days} > {churned_days} THEN 'churned'
        WHEN {days} >= {risk_days} THEN 'at_risk'
        ELSE 'dormant'
    END"""
