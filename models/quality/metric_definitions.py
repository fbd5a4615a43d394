"""The definitions of metrics/*.yaml as a table."""

from __future__ import annotations

import typing as t
from datetime import datetime
from pathlib import Path

import pandas as pd
import yaml
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName

COLUMNS = ("label", "description", "expression", "kind", "unit", "direction")


def read_definitions(folder: Path) -> list[dict[str, str]]:
    """One row per metric of the YAML files in a folder."""
    families = [
        yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))
    ]
    return [
        {"metric": name, "model": family["model"], "owner": family["owner"]}
        | {column: metric[column] for column in COLUMNS}
        for family in families
        for name, metric in family["metrics"].items()
    ]


# Read when the project is loaded, so that a changed definition shows in the plan.
DEFINITIONS = read_definitions(Path(__file__).parents[2] / "metrics")


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
    """The definitions that were planned."""
    if DEFINITIONS:
        yield pd.DataFrame(DEFINITIONS)
