"""The registry of trained models as a table."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pandas as pd
from sqlglot import exp
from sqlmesh import ExecutionContext, model

from ml.declare import TASK_AND_VERSION, card_table

CHAMPIONS_ARE_USABLE = (
    "forall",
    {
        "criteria": [exp.or_(exp.not_("is_champion"), exp.column("is_usable"))],
        "blocking": exp.false(),
    },
)
DECLARED = card_table(
    "task", "version", known=("task", "version", "is_champion"), audits=(CHAMPIONS_ARE_USABLE,)
)


@model(
    "ml.model_registry",
    **DECLARED,
    columns={
        "task": "text",
        "version": "text",
        "problem": "text",
        "limits": "text",
        "parameters": "text",
        "data_fingerprint": "text",
        "model_sha256": "text",
        "git_commit": "text",
        "horizon_days": "int",
        "wanted_horizon_days": "int",
        "training_rows": "bigint",
        "training_customers": "bigint",
        "holdout_rows": "bigint",
        "feature_count": "bigint",
        "is_champion": "boolean",
        "is_scoring": "boolean",
        "is_usable": "boolean",
        "first_training_cutoff": "date",
        "first_holdout_cutoff": "date",
        "last_holdout_cutoff": "date",
        "as_of_date": "date",
    },
    description="Models that were trained, and which of them is in use. One row per task and "
    "version. Answers: which model makes the predictions, what did it "
    "learn from, what are its limits, is it usable?",
    column_descriptions={
        **TASK_AND_VERSION,
        "problem": "Why the model cannot be used; null when it can",
        "limits": "What a reader of its scores should not expect of them",
        "parameters": "What its parts were told, as JSON",
        "data_fingerprint": "Hash of the data it learned from",
        "model_sha256": "Hash of the model's file",
        "git_commit": "Commit of the project that trained it",
        "horizon_days": "Days it looks ahead",
        "wanted_horizon_days": "Days it should look ahead, had the history been long enough",
        "training_rows": "Rows it was trained on before it was judged",
        "training_customers": "Customers among them",
        "holdout_rows": "Later rows it was judged on",
        "feature_count": "Columns it learned from",
        "is_champion": "The model that was promoted last for its task",
        "is_scoring": "The model that scores: the champion, or the last one before it that can "
        "be used while the champion cannot",
        "is_usable": "Its file is whole and fits the installed libraries",
        "first_training_cutoff": "First cutoff it was trained on",
        "first_holdout_cutoff": "First cutoff it was judged on",
        "last_holdout_cutoff": "Last cutoff it was judged on",
        "as_of_date": "Day of the data it was trained with",
    },
)
def execute(
    context: ExecutionContext,
    start: datetime,
    end: datetime,
    execution_time: datetime,
    **kwargs: t.Any,
) -> t.Iterator[pd.DataFrame]:
    """Read the registry; no rows when nothing was trained."""
    from ml.tables import registered, typed
    from patron.shop import find_shop

    yield from typed(registered(find_shop()))
