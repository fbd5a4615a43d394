"""How good what the shop delivers is, table by table."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName

FIELDS = (
    "stream",
    "column_name",
    "column_type",
    "is_required",
    "is_personal",
    "row_count",
    "value_count",
    "lowest",
    "highest",
)


@model(
    "quality.source_quality",
    kind={"name": ModelKindName.FULL},
    owner="data_team",
    cron="@daily",
    tags=["quality"],
    grains=["stream"],
    depends_on=[
        "quality.source_profile",
        "quality.rejected_rows",
        "raw.customers",
        "raw.categories",
        "raw.products",
        "raw.campaigns",
        "raw.orders",
        "raw.order_items",
        "raw.payments",
        "raw.returns",
        "raw.reviews",
        "raw.shipments",
        "raw.inventory",
        "raw.campaign_touches",
        "raw.marketing_spend",
        "raw.subscriptions",
        "raw.web_sessions",
        "raw.fx_rates",
        "raw.erasure_requests",
    ],
    columns={
        "stream": "text",
        "row_count": "bigint",
        "rejected_count": "bigint",
        "validity_share": "double",
        "completeness_share": "double",
        "quality_score": "double",
        "first_event_at": "timestamp",
        "last_event_at": "timestamp",
        "last_loaded_at": "timestamp",
    },
    description="How good what the shop delivers is. One row per raw table. Answers: which streams "
    "does the shop have, from when to when, how much of them is refused, how full are they?",
    column_descriptions={
        "stream": "Raw table",
        "row_count": "Rows of the table",
        "rejected_count": "Rows refused, by the contract at loading or by staging",
        "validity_share": "Rows not refused, of all rows delivered; null without rows",
        "completeness_share": "Values there are, of all values of the columns that are delivered",
        "quality_score": "0..100: weighted mean of validity and completeness",
        "first_event_at": "Earliest event, UTC",
        "last_event_at": "Latest event, UTC",
        "last_loaded_at": "When its newest row arrived, UTC",
    },
    audits=[
        ("not_null", {"columns": [exp.column("stream"), exp.column("row_count")]}),
        ("unique_values", {"columns": [exp.column("stream")]}),
        (
            "accepted_range",
            {
                "column": exp.column("quality_score"),
                "min_v": exp.Literal.number(0),
                "max_v": exp.Literal.number(100),
            },
        ),
    ],
)
def execute(
    context: ExecutionContext,
    start: datetime,
    end: datetime,
    execution_time: datetime,
    **kwargs: t.Any,
) -> t.Iterator[pd.DataFrame]:
    """Judge each raw table by its profile and the rows refused."""
    from ingest.contract import load_contract
    from ingest.profile import ColumnProfile, Refused, Weights, stream_quality

    weights = Weights(
        float(context.var("source_validity_weight")),
        float(context.var("source_completeness_weight")),
    )
    profile = context.resolve_table("quality.source_profile")
    rejected = context.resolve_table("quality.rejected_rows")
    columns: dict[str, list[ColumnProfile]] = {}
    for row in context.engine_adapter.fetchall(f"SELECT {', '.join(FIELDS)} FROM {profile}"):
        columns.setdefault(row[0], []).append(ColumnProfile(*row))
    counts = (
        "SELECT stream, SUM(CASE WHEN rejected_by = 'contract' THEN row_count ELSE 0 END), "
        "SUM(CASE WHEN rejected_by = 'staging' THEN row_count ELSE 0 END) "
        f"FROM {rejected} GROUP BY stream"
    )
    refused = {
        stream: Refused(int(by_contract), int(by_staging))
        for stream, by_contract, by_staging in context.engine_adapter.fetchall(counts)
    }
    fetch = context.engine_adapter.fetchone
    yield pd.DataFrame(
        stream_quality(
            fetch, table, columns.get(table.name, []), refused.get(table.name, Refused()), weights
        ).as_dict()
        for table in load_contract().tables
    )
