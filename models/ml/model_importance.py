"""What each trained model goes by, as a table."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlmesh import ExecutionContext, model

from ml.declare import TASK_AND_VERSION, card_table

DECLARED = card_table(
    "task", "version", "feature", known=("task", "version", "feature", "importance")
)


@model(
    "ml.model_importance",
    **DECLARED,
    columns={
        "task": "text",
        "version": "text",
        "feature": "text",
        "importance": "double",
        "place": "bigint",
    },
    description="What each trained model goes by. One row per task, version and feature. Answers: "
    "which facts about a customer matter most for the prediction?",
    column_descriptions={
        **TASK_AND_VERSION,
        "feature": "Column of ml.customer_features, or one that BTYD models add",
        "importance": "How much worse the deciding metric gets on held-out rows when the "
        "column is shuffled",
        "place": "1 is the most important",
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
    from ml.tables import important, typed
    from patron.shop import find_shop

    yield from typed(important(find_shop()))
