"""The next order, as scored on each day."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName


@model(
    "ml.next_order_predictions",
    kind={
        "name": ModelKindName.INCREMENTAL_BY_TIME_RANGE,
        "time_column": "scoring_date",
        "forward_only": True,
        # What was said on a day is a record: no restatement may replace it.
        "disable_restatement": True,
    },
    owner="data_team",
    cron="@daily",
    tags=["ml"],
    grains=["(scoring_date, customer_id)"],
    depends_on=["ml.customer_features_now"],
    columns={
        "scoring_date": "date",
        "customer_id": "text",
        "cutoff_date": "date",
        "model_version": "text",
        "expected_next_order_date": "date",
        "next_order_from": "date",
        "next_order_to": "date",
        "order_probability_30d": "double",
    },
    description="When each customer is expected to order next, as scored on each day by the "
    "champion of that day. One row per scoring date and customer with an order. Answers: when will "
    "a customer come back, and how likely within 30 days?",
    column_descriptions={
        "scoring_date": "The last day of the data, or of the interval when the data is late",
        "customer_id": "The shop's id of the customer",
        "cutoff_date": "The score knows the orders before this day",
        "model_version": "Version of the model in the registry",
        "expected_next_order_date": "When the next order is expected, if one comes within the "
        "horizon; null where that is unlikely",
        "next_order_from": "First day of the 80% range",
        "next_order_to": "Last day of the 80% range",
        "order_probability_30d": "Probability of an order within 30 days",
    },
    audits=[
        (
            "not_null",
            {
                "columns": [
                    exp.column("scoring_date"),
                    exp.column("customer_id"),
                    exp.column("model_version"),
                    exp.column("order_probability_30d"),
                ]
            },
        ),
        (
            "unique_combination_of_columns",
            {"columns": [exp.column("scoring_date"), exp.column("customer_id")]},
        ),
        (
            "accepted_range",
            {"column": exp.column("order_probability_30d"), "min_v": 0, "max_v": 1},
        ),
        (
            "forall",
            {
                "criteria": [
                    exp.column("cutoff_date") <= exp.column("next_order_from"),
                    exp.column("next_order_from") <= exp.column("expected_next_order_date"),
                    exp.column("expected_next_order_date") <= exp.column("next_order_to"),
                ]
            },
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
    """Score with the champion; no rows without one."""
    from ml.scoring import predictions

    yield from predictions(context, "next_order", start, end)
