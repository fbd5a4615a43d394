"""Customer lifetime value, as scored on each day."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName


@model(
    "ml.clv_predictions",
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
        "expected_orders": "double",
        "predicted_clv": "double",
        "predicted_clv_lower": "double",
        "predicted_clv_upper": "double",
        "predicted_margin": "double",
        **{f"predicted_clv_month_{month}": "double" for month in range(1, 13)},
        "reason_1": "text",
        "reason_2": "text",
        "reason_3": "text",
    },
    description="Net revenue that each customer is expected to bring over the horizon, as scored "
    "on each day by the champion of that day. One row per scoring date and customer with an "
    "order. Answers: what is a customer worth, in revenue and in margin, within "
    "which range, when, and why?",
    column_descriptions={
        "scoring_date": "The last day of the data, or of the interval when the data is late",
        "customer_id": "The shop's id of the customer",
        "cutoff_date": "The score knows the orders before this day",
        "model_version": "Version of the model in the registry",
        "horizon_days": "Days the score looks ahead",
        "expected_orders": "Expected orders over the horizon",
        "predicted_clv": "Expected net revenue over the horizon",
        "predicted_clv_lower": "Lower end of the 80% range",
        "predicted_clv_upper": "Upper end of the 80% range",
        "predicted_margin": "Expected gross margin over the horizon; null where no cost is known",
        **{
            f"predicted_clv_month_{month}": f"Expected net revenue of month {month} of the "
            "horizon, whose months are equally long; null beyond the horizon"
            for month in range(1, 13)
        },
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
                    exp.column("predicted_clv"),
                    exp.column("predicted_clv_lower"),
                    exp.column("predicted_clv_upper"),
                ]
            },
        ),
        (
            "unique_combination_of_columns",
            {"columns": [exp.column("scoring_date"), exp.column("customer_id")]},
        ),
        ("accepted_range", {"column": exp.column("expected_orders"), "min_v": 0}),
        ("accepted_range", {"column": exp.column("predicted_clv_lower"), "min_v": 0}),
        (
            "forall",
            {
                "criteria": [
                    exp.column("predicted_clv_lower") <= exp.column("predicted_clv"),
                    exp.column("predicted_clv") <= exp.column("predicted_clv_upper"),
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

    yield from predictions(context, "clv", start, end)
