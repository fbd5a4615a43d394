"""What each trained model predicted and what came, in tenths, as a table."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName


@model(
    "ml.model_deciles",
    kind={"name": ModelKindName.FULL},
    owner="data_team",
    cron="@daily",
    tags=["ml"],
    grains=["(task, version, subject, decile)"],
    columns={
        "task": "text",
        "version": "text",
        "subject": "text",
        "predicted_mean": "double",
        "actual_mean": "double",
        "decile": "bigint",
        "row_count": "bigint",
    },
    description="What each trained model predicted and what came, on the months held out. One row "
    "per task, version, subject and tenth by prediction. Answers: are high predictions followed "
    "by high values, and are they as high as predicted?",
    column_descriptions={
        "task": "What the model predicts: clv, churn, next_order",
        "version": "Version of the model",
        "subject": "What was judged, such as revenue, or active customers",
        "predicted_mean": "Mean of the predictions in the tenth",
        "actual_mean": "Mean of what came",
        "decile": "1 has the highest predictions",
        "row_count": "Held-out rows in the tenth",
    },
    audits=[
        (
            "not_null",
            {
                "columns": [
                    exp.column("task"),
                    exp.column("version"),
                    exp.column("subject"),
                    exp.column("decile"),
                    exp.column("row_count"),
                ]
            },
        ),
        (
            "unique_combination_of_columns",
            {
                "columns": [
                    exp.column("task"),
                    exp.column("version"),
                    exp.column("subject"),
                    exp.column("decile"),
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
    """Read the model cards; no rows when nothing was trained."""
    from ml.tables import divided, typed
    from patron.shop import find_shop

    yield from typed(divided(find_shop()))
