"""How trained models were judged, as a table."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlmesh import ExecutionContext, model

from ml.declare import TASK_AND_VERSION, card_table

DECLARED = card_table(
    "task", "version", "subject", "predictor", "metric", known=("task", "version", "metric")
)


@model(
    "ml.model_metrics",
    **DECLARED,
    columns={
        "task": "text",
        "version": "text",
        "subject": "text",
        "predictor": "text",
        "metric": "text",
        "predictor_name": "text",
        "metric_name": "text",
        "value": "double",
        "value_lower": "double",
        "value_upper": "double",
    },
    description="How each trained model did on the months held out, beside its baselines. One row "
    "per task, version, subject, predictor and metric. Answers: how good are the predictions, and "
    "better than what?",
    column_descriptions={
        **TASK_AND_VERSION,
        "subject": "What was judged, such as revenue, or active customers",
        "predictor": "The model itself, or the baseline beside it",
        "metric": "Key of the metric, see docs/predictions.md",
        "predictor_name": "The predictor in words",
        "metric_name": "The metric in words",
        "value": "The metric on the months held out",
        "value_lower": "Lower end of its 95% interval; null for figures without one",
        "value_upper": "Upper end of its 95% interval; null for figures without one",
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
    from ml.tables import measured, typed
    from patron.shop import find_shop

    yield from typed(measured(find_shop()))
