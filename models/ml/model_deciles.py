"""What each trained model predicted and what came, in tenths, as a table."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlmesh import ExecutionContext, model

from ml.declare import TASK_AND_VERSION, card_table

DECLARED = card_table(
    "task",
    "version",
    "subject",
    "decile",
    known=("task", "version", "subject", "decile", "row_count"),
)


@model(
    "ml.model_deciles",
    **DECLARED,
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
        **TASK_AND_VERSION,
        "subject": "What was judged, such as revenue, or active customers",
        "predicted_mean": "Mean of the predictions in the tenth",
        "actual_mean": "Mean of what came",
        "decile": "1 has the highest predictions",
        "row_count": "Held-out rows in the tenth",
    },
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
