"""The definitions of metrics/*.yaml as a table."""

from __future__ import annotations

import typing as t
from datetime import datetime
from pathlib import Path

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName

from patron.metric_tables import definition_rows
from patron.metrics import FOLDER, read_metrics

# Read when the project is loaded, so that a changed definition shows in the plan.
DEFINITIONS = definition_rows(read_metrics(Path(__file__).parents[2] / FOLDER))
DATES = ("certified_date", "deprecated_date")


@model(
    "quality.metric_definitions",
    kind={"name": ModelKindName.FULL},
    owner="data_team",
    cron="@daily",
    tags=["quality", "metrics"],
    grains=["metric"],
    columns={
        "metric": "text",
        "label": "text",
        "description": "text",
        "model": "text",
        "base_model": "text",
        "expression": "text",
        "query": "text",
        "kind": "text",
        "derived_from": "text",
        "over": "text",
        "filter": "text",
        "dimensions": "text",
        "grains": "text",
        "unit": "text",
        "format": "text",
        "direction": "text",
        "owner": "text",
        "materiality": "double",
        "settles_after_days": "int",
        "version": "int",
        "certified_by": "text",
        "certified_date": "date",
        "deprecated_date": "date",
        "replaced_by": "text",
    },
    description="What each number means: the definitions in metrics/, used everywhere. "
    "One row per metric. Answers: how is a number computed, over which table, who answers for it, "
    "how is it shown, and may it still be used?",
    column_descriptions={
        "metric": "Name of the metric",
        "label": "Its name for people",
        "description": "What it means, for people",
        "model": "The table it is computed over, where readers find it",
        "base_model": "The table with the same columns by dimension and member, else the same",
        "expression": "How it is computed, as an SQL aggregate over the table, for a month where "
        "the length of the period matters",
        "query": "A query that shows it for the whole shop",
        "kind": "sum, ratio, distinct_count, average or derived",
        "derived_from": "The metrics it is derived from, separated by commas",
        "over": "The rows that tell of a period: within it, all so_far, the last of it, or now",
        "filter": "Condition for the rows that count",
        "dimensions": "By what it may be divided, separated by commas",
        "grains": "Lengths of period that it is told of, separated by commas",
        "unit": "money, count, share, score, days, stars or ratio",
        "format": "Format in which it is shown",
        "direction": "up where more is better, down where less is",
        "owner": "Who answers for it",
        "materiality": "Share of change from which on a change matters",
        "settles_after_days": "Days after a period in which its value may still change",
        "version": "Raised with every change of what it means",
        "certified_by": "Who vouches for the definition",
        "certified_date": "Since when",
        "deprecated_date": "Since when it should not be used",
        "replaced_by": "The metric to use instead",
    },
    audits=[
        ("not_null", {"columns": [exp.column("metric"), exp.column("expression")]}),
        ("unique_values", {"columns": [exp.column("metric")]}),
    ],
)
def execute(
    context: ExecutionContext,
    start: datetime,
    end: datetime,
    execution_time: datetime,
    **kwargs: t.Any,
) -> t.Iterator[pd.DataFrame]:
    """The definitions that were planned."""
    if DEFINITIONS:
        frame = pd.DataFrame(DEFINITIONS)
        for name in DATES:
            frame[name] = pd.to_datetime(frame[name])
        yield frame
