"""What the raw tables hold, column by column."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName


@model(
    "quality.source_profile",
    kind={"name": ModelKindName.FULL},
    owner="data_team",
    cron="@daily",
    tags=["quality"],
    grains=["(stream, column_name)"],
    depends_on=[
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
        "column_name": "text",
        "column_type": "text",
        "is_required": "boolean",
        "is_personal": "boolean",
        "row_count": "bigint",
        "value_count": "bigint",
        "lowest": "text",
        "highest": "text",
    },
    description="What the shop delivers, column by column. One row per raw table and column of the "
    "contract. Answers: which columns are filled, how well, and in which range? Of personal data "
    "and of texts nothing is shown but counts.",
    column_descriptions={
        "stream": "Raw table",
        "column_name": "Column of the contract",
        "column_type": "Its logical type",
        "is_required": "A row without it is rejected",
        "is_personal": "It is personal data, so its values are not shown",
        "row_count": "Rows of the table",
        "value_count": "Rows in which the column has a value",
        "lowest": "Least number, day or moment, as text",
        "highest": "Greatest number, day or moment, as text",
    },
    audits=[
        ("not_null", {"columns": [exp.column("stream"), exp.column("column_name")]}),
        (
            "unique_combination_of_columns",
            {"columns": [exp.column("stream"), exp.column("column_name")]},
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
    """What each raw table holds."""
    from ingest.contract import load_contract
    from ingest.profile import profile_columns

    for table in load_contract().tables:
        columns = profile_columns(context.engine_adapter.fetchone, table)
        yield pd.DataFrame(column.as_dict() for column in columns).drop(columns="distinct_count")
