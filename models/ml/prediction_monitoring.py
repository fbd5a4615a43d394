"""Predictions held against what came, as a table."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName


@model(
    "ml.prediction_monitoring",
    kind={"name": ModelKindName.FULL},
    owner="data_team",
    cron="@daily",
    tags=["ml"],
    grains=["(task, model_version, scoring_date, kind, subject, metric)"],
    depends_on=[
        "intermediate.int_as_of",
        "intermediate.int_customer_days",
        "ml.churn_predictions",
        "ml.clv_predictions",
        "ml.customer_features_now",
        "ml.next_order_predictions",
    ],
    columns={
        "task": "text",
        "model_version": "text",
        "kind": "text",
        "subject": "text",
        "metric": "text",
        "value": "double",
        "expected": "double",
        "customer_count": "bigint",
        "is_alert": "boolean",
        "is_latest": "boolean",
        "scoring_month": "date",
        "scoring_date": "date",
    },
    description="How predictions turned out. One row per task, model version, first scoring day of "
    "a month, kind, subject and metric; outcomes once the horizon is over, drift at once. Answers: "
    "were the predictions right, are they still as good as at training, do scores and customers "
    "still look like those the model learned from?",
    column_descriptions={
        "task": "What the model predicts: clv, churn, next_order",
        "model_version": "Version of the model that scored",
        "kind": "outcome: scores against what came; score_drift: against the first scores of the "
        "model; feature_drift: against the day of its training",
        "subject": "What was judged, or the feature",
        "metric": "Name of the metric; psi is the population stability index",
        "value": "The metric",
        "expected": "The metric on the months held out at training; null where it has none",
        "customer_count": "Customers it was measured on",
        "is_alert": "Beyond its threshold, see docs/predictions.md",
        "is_latest": "The newest figure of its kind, subject and metric",
        "scoring_month": "First day of the month",
        "scoring_date": "The day of the scores; for features the day before the cutoff",
    },
    audits=[
        (
            "not_null",
            {"columns": [exp.column("task"), exp.column("model_version"), exp.column("metric")]},
        ),
        (
            "unique_combination_of_columns",
            {
                "columns": [
                    exp.column("task"),
                    exp.column("model_version"),
                    exp.column("scoring_date"),
                    exp.column("kind"),
                    exp.column("subject"),
                    exp.column("metric"),
                ]
            },
        ),
        (
            "forall",
            {
                "criteria": [exp.not_(exp.column("is_alert"))],
                "condition": exp.and_(
                    exp.column("is_latest"), exp.column("kind").neq("feature_drift")
                ),
                "blocking": exp.false(),
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
    """Judge what can be judged; no rows when nothing was scored."""
    from ml.monitoring import monitored

    yield from monitored(context)
