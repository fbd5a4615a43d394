"""What the declarations of the tables about trained models share."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

TASK_AND_VERSION = {
    "task": "What the model predicts: clv, churn, next_order",
    "version": "Version of the model",
}


def card_table(
    *grain: str, known: tuple[str, ...] = (), audits: tuple[tuple[str, Any], ...] = ()
) -> dict[str, Any]:
    """Arguments of `@model` for a table that is read from the model cards each day.

    Args:
        grain: What names a row.
        known: The columns that always have a value; those of the grain by default.
        audits: More of them.
    """
    from sqlmesh.core.model.kind import ModelKindName

    return {
        "kind": {"name": ModelKindName.FULL},
        "owner": "data_team",
        "cron": "@daily",
        "tags": ["ml"],
        "grains": [f"({', '.join(grain)})"],
        "audits": [
            ("not_null", {"columns": [exp.column(name) for name in known or grain]}),
            ("unique_combination_of_columns", {"columns": [exp.column(name) for name in grain]}),
            *audits,
        ],
    }
