"""How complex the queries of the models are, counted in their files."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName


@model(
    "quality.model_complexity",
    kind={"name": ModelKindName.FULL},
    owner="data_team",
    cron="@daily",
    tags=["quality"],
    grains=["model"],
    columns={
        "model": "text",
        "file": "text",
        "joins": "bigint",
        "ctes": "bigint",
        "cases": "bigint",
        "lines": "bigint",
        "complexity": "double",
    },
    description="How much there is to understand in each model, counted in its file as it was on "
    "the day of the run. One row per model. Answers: which models are hard to read, and why?",
    column_descriptions={
        "model": "The model",
        "file": "Its file in models/",
        "joins": "Joins of its query",
        "ctes": "Common table expressions of its query",
        "cases": "CASE expressions of its query",
        "lines": "Lines of its query, or of the file of a Python model",
        "complexity": "Joins, common table expressions and cases, and a point for every ten lines",
    },
    audits=[
        ("not_null", {"columns": [exp.column("model"), exp.column("complexity")]}),
        ("unique_values", {"columns": [exp.column("model")]}),
    ],
)
def execute(
    context: ExecutionContext,
    start: datetime,
    end: datetime,
    execution_time: datetime,
    **kwargs: t.Any,
) -> t.Iterator[pd.DataFrame]:
    """Count in the files of the project."""
    from operate.health.complexity import model_files
    from patron.shop import find_project

    rows = [found.as_dict() for found in model_files(find_project())]
    if rows:
        yield pd.DataFrame(rows)
