"""Churn, as scored on each day."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName


@model(
    "ml.churn_predictions",
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
        "horizon_days": "int",
        "churn_probability": "double",
        "reason_1": "text",
        "reason_2": "text",
        "reason_3": "text",
    },
    description="Probability that a customer orders nothing within the horizon, as scored on each "
    "day by the champion of that day. One row per scoring date and customer with an order. "
    "Answers: who is about to leave, and why?",
    column_descriptions={
        "scoring_date": "The last day of the data, or of the interval when the data is late",
        "customer_id": "The shop's id of the customer",
        "cutoff_date": "The score knows the orders before this day",
        "model_version": "Version of the model in the registry",
        "horizon_days": "Days the score looks ahead",
        "churn_probability": "Probability that no order comes within the horizon",
        "reason_1": "What moves the score most, against the median customer",
        "reason_2": "What moves it second most",
        "reason_3": "What moves it third most",
    },
    audits=[
        (
            "not_null",
            {
                "columns": [
                    exp.column("scoring_date"),
                    exp.column("customer_id"),
                    exp.column("model_version"),
                    exp.column("churn_probability"),
                ]
            },
        ),
        (
            "unique_combination_of_columns",
            {"columns": [exp.column("scoring_date"), exp.column("customer_id")]},
        ),
        (
            "accepted_range",
            {"column": exp.column("churn_probability"), "min_v": 0, "max_v": 1},
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

    yield from predictions(context, "churn", start, end)
