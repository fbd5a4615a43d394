"""The definitions of metrics/*.yaml as a table."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName


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
        "expression": "text",
        "kind": "text",
        "unit": "text",
        "direction": "text",
        "owner": "text",
    },
    description="What each number means: the definitions in metrics/, used everywhere. "
    "One row per metric. Answers: how is a number computed, over which table, and who answers "
    "for it?",
    column_descriptions={
        "metric": "Name of the metric",
        "label": "Its name for people",
        "description": "What it means, for people",
        "model": "The table it is computed over",
        "expression": "How it is computed, as an SQL aggregate over the table",
        "kind": "sum, count, average or ratio of sums",
        "unit": "money, count, share or score",
        "direction": "up where more is better, down where less is",
        "owner": "Who answers for it",
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
    """Read the definitions as they stand now."""
    import yaml

    from patron.shop import find_project

    columns = ("label", "description", "expression", "kind", "unit", "direction")
    rows = []
    for path in sorted((find_project() / "metrics").glob("*.yaml")):
        family = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, metric in family["metrics"].items():
            row = {column: metric[column] for column in columns}
            rows.append({"metric": name, "model": family["model"], "owner": family["owner"], **row})
    yield pd.DataFrame(rows)
