"""Predictions in miniature: forward-only, incremental, made by Python."""

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName


@model(
    "ml.scores",
    kind={
        "name": ModelKindName.INCREMENTAL_BY_TIME_RANGE,
        "time_column": "scoring_date",
        "forward_only": True,
    },
    columns={"scoring_date": "date", "customer_id": "bigint", "score": "double"},
    grains=["scoring_date", "customer_id"],
    audits=[("not_null", {"columns": [exp.column("score")]})],
)
def execute(
    context: ExecutionContext, start: datetime, end: datetime, **kwargs: t.Any
) -> t.Iterator[pd.DataFrame]:
    table = context.resolve_table("marts.mart_customers")
    frame = context.fetchdf(f"SELECT customer_id, amount / 100.0 AS score FROM {table}")
    if frame.empty:
        yield from ()
        return
    frame["scoring_date"] = end.date()
    yield frame[["scoring_date", "customer_id", "score"]]
