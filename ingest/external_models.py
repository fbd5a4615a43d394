"""The raw tables as SQLMesh sees them: typed external models whose audits gate everything below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ingest.contract import Table, load_contract

EXTERNAL_MODELS_FILE = Path("external_models") / "raw.yaml"
HEADER = "# Written by 'patron ingest contract --external-models' from ingest/contract.yaml.\n"
UNIQUE_KEY = "unique_combination_of_columns"


def external_models() -> str:
    """The text of `external_models/raw.yaml`."""
    contract = load_contract()
    models = [_model(table) for table in contract.tables]
    models += [_model(table) for table in contract.records]
    return HEADER + yaml.safe_dump(models, sort_keys=False, allow_unicode=True, width=100)


def write_external_models(project: Path) -> Path:
    """Write the file into the project.

    Returns:
        The path written.
    """
    path = project / EXTERNAL_MODELS_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(external_models(), encoding="utf-8")
    return path


def _model(table: Table) -> dict[str, Any]:
    return {
        "name": f"raw.{table.name}",
        "description": table.description,
        "columns": {column.name: column.sql_type for column in table.all_columns},
        "column_descriptions": {column.name: column.description for column in table.all_columns},
        "audits": [
            {
                "name": "not_null",
                "columns": _names(c.name for c in table.all_columns if c.required),
            },
            _unique_key(table),
        ],
    }


def _unique_key(table: Table) -> dict[str, Any]:
    """A key that was there once when the audit last passed can only have come again since."""
    audit = {"name": UNIQUE_KEY, "columns": _names(table.primary_key)}
    key = table.primary_key[0]
    if "_loaded_at" in {column.name for column in table.all_columns}:
        loaded = f"SELECT {key} FROM raw.{table.name} WHERE _loaded_at >= ({_since(table)})"
        audit["condition"] = f"{key} IN ({loaded})"
    return audit


def _since(table: Table) -> str:
    """When production last found the keys of a table unique, where runs follow one another.

    The interval of a run begins on the day of the run before. One that begins earlier is of the
    first run, or of somebody who asks for more than what is new: then all of the interval counts.
    """
    return (
        "SELECT CASE WHEN MAX(audited_at) < @start_dt::TIMESTAMP + INTERVAL '2' DAY"
        " THEN MAX(audited_at) ELSE @start_dt::TIMESTAMP END FROM quality.audit_results"
        f" WHERE environment = 'prod' AND model = 'raw.{table.name}'"
        f" AND audit = '{UNIQUE_KEY}' AND failed_rows = 0"
    )


def _names(columns: Any) -> str:
    return "[" + ", ".join(columns) + "]"
