"""What the metrics should reach."""

from __future__ import annotations

import typing as t
from datetime import datetime
from pathlib import Path

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName

from patron.config import project_variables
from patron.metric_tables import target_rows
from patron.metrics import FOLDER, read_metrics

PROJECT = Path(__file__).parents[2]
# Read when the project is loaded, so that a changed target shows in the plan.
TARGETS = target_rows(read_metrics(PROJECT / FOLDER), project_variables(PROJECT))
KEY = ("metric", "grain", "dimension", "member", "valid_from")


@model(
    "quality.metric_targets",
    kind={"name": ModelKindName.FULL},
    owner="data_team",
    cron="@daily",
    tags=["quality", "metrics"],
    grains=["(metric, grain, dimension, member, valid_from)"],
    columns={
        "metric": "text",
        "grain": "text",
        "dimension": "text",
        "member": "text",
        "target": "double",
        "warning_share": "double",
        "valid_from": "date",
        "valid_until": "date",
    },
    description="What the metrics should reach. One row per metric, length of period, member and "
    "time. Answers: which target did a metric have at a time, and how far may it be missed before "
    "it counts as missed?",
    column_descriptions={
        "metric": "Name of the metric, see quality.metric_definitions",
        "grain": "Length of the period: day, week, month, quarter or year",
        "dimension": "By what the metric is divided; all for the whole shop",
        "member": "Member of the dimension",
        "target": "What it should reach, or not exceed where less is better",
        "warning_share": "Share of the target by which it may be missed and is watched only",
        "valid_from": "First day; 1 January 1900 where it always was",
        "valid_until": "Last day; 31 December 2199 where nobody knows",
    },
    audits=[
        ("not_null", {"columns": [exp.column(name) for name in (*KEY, "target")]}),
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
    """The targets that were planned."""
    if TARGETS:
        frame = pd.DataFrame(TARGETS)
        for name in ("valid_from", "valid_until"):
            frame[name] = pd.to_datetime(frame[name])
        yield frame
