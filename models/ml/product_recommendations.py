"""Products to show each customer, as a table."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName


@model(
    "ml.product_recommendations",
    kind={"name": ModelKindName.FULL},
    owner="product_team",
    cron="@weekly",
    tags=["ml"],
    grains=["(customer_id, kind, place)"],
    depends_on=["intermediate.int_as_of", "intermediate.int_order_items"],
    columns={
        "customer_id": "text",
        "product_id": "text",
        "kind": "text",
        "place": "int",
        "score": "double",
    },
    description="Products that a customer may buy next, learned from what customers buy. One row "
    "per customer who ordered in the last year, kind and place. Answers: what will a customer buy "
    "again, and what would be new and right for them?",
    column_descriptions={
        "customer_id": "The shop's id of the customer",
        "product_id": "The shop's id of the product",
        "kind": "again: bought before; new: never bought, and customers alike buy it",
        "place": "1 comes first, within the kind",
        "score": "Orders its rank; to be compared within a customer and kind",
    },
    audits=[
        (
            "not_null",
            {
                "columns": [
                    exp.column("customer_id"),
                    exp.column("product_id"),
                    exp.column("kind"),
                    exp.column("place"),
                    exp.column("score"),
                ]
            },
        ),
        (
            "unique_combination_of_columns",
            {
                "columns": [
                    exp.column("customer_id"),
                    exp.column("kind"),
                    exp.column("place"),
                ]
            },
        ),
        (
            "unique_combination_of_columns",
            {"columns": [exp.column("customer_id"), exp.column("product_id")]},
        ),
    ],
)
def execute(
    context: ExecutionContext,
    start: datetime,
    end: datetime,
    execution_time: datetime,
    **kwargs: t.Any,
) -> t.Iterator[pd.DataFrame]:
    """Learn from a sample of customers and recommend to all, in batches."""
    from ml.recommending import recommendations

    yield from recommendations(context)
