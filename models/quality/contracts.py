"""The promises of contracts/*.yaml as a table."""

from __future__ import annotations

import typing as t
from datetime import datetime
from pathlib import Path

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model.kind import ModelKindName

from patron.contract_tables import promise_rows
from patron.contracts import read_contracts

# Read when the project is loaded, so that a changed promise shows in the plan.
PROMISES = promise_rows(read_contracts(Path(__file__).parents[2]))


@model(
    "quality.contracts",
    kind={"name": ModelKindName.FULL},
    owner="data_team",
    cron="@daily",
    tags=["quality", "contracts"],
    grains=["(model, promise, item)"],
    columns={
        "model": "text",
        "contract_version": "text",
        "promise": "text",
        "item": "text",
        "promised": "text",
        "owner": "text",
        "stakeholders": "text",
    },
    description="What marts promise to those who read them: the contracts in contracts/. Whether "
    "promises are kept is in quality.contract_status and quality.audit_results. One row per table, "
    "promise and what it is about. Answers: what may a reader rely on, when are data there, which "
    "checks stop bad rows, and who answers for it?",
    column_descriptions={
        "model": "The table",
        "contract_version": "Version of the contract",
        "promise": "grain, freshness, accuracy, availability, notice, deprecation, column, check, "
        "or consumer for who reads it outside the project",
        "item": "The column, the audit or the consumer; else the promise again",
        "promised": "What is promised, for people",
        "owner": "The team that keeps it",
        "stakeholders": "Who has a say, separated by commas",
    },
    audits=[
        ("not_null", {"columns": [exp.column(name) for name in ("model", "promise", "promised")]}),
        (
            "unique_combination_of_columns",
            {"columns": [exp.column(name) for name in ("model", "promise", "item")]},
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
    """The promises that were planned."""
    if PROMISES:
        yield pd.DataFrame(PROMISES)
