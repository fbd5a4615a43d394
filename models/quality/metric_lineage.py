"""What each metric is made of."""

from __future__ import annotations

import typing as t
from datetime import datetime
from pathlib import Path

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName

from patron.metric_tables import lineage_rows
from patron.metrics import FOLDER, read_metrics

# Read when the project is loaded, so that a changed definition shows in the plan.
LINEAGE = lineage_rows(read_metrics(Path(__file__).parents[2] / FOLDER))
KEY = ("metric", "model", "column_name")


@model(
    "quality.metric_lineage",
    kind={"name": ModelKindName.FULL},
    owner="data_team",
    cron="@daily",
    tags=["quality", "metrics"],
    grains=["(metric, model, column_name)"],
    columns={"metric": "text", "model": "text", "column_name": "text"},
    description="What each metric is made of, by its expression and filter. One row per metric, "
    "table and column. Answers: which metrics change if a column changes, and where does a number "
    "come from?",
    column_descriptions={
        "metric": "Name of the metric, see quality.metric_definitions",
        "model": "A table it is computed over",
        "column_name": "A column of the table that it is made of",
    },
    audits=[
        ("not_null", {"columns": [exp.column(name) for name in KEY]}),
        ("unique_combination_of_columns", {"columns": [exp.column(name) for name in KEY]}),
    ],
)
def execute(
    context: ExecutionContext,
    start: datetime,
    end: datetime,
    execution_time: datetime,
    **kwargs: t.Any,
) -> t.Iterator[pd.DataFrame]:
    """The lineage that was planned."""
    if LINEAGE:
        yield pd.DataFrame(LINEAGE)
