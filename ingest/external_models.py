"""The raw tables as SQLMesh sees them: typed external models whose audits gate everything below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ingest.contract import Table, load_contract

EXTERNAL_MODELS_FILE = Path("external_models") / "raw.yaml"
HEADER = "# Written by 'patron ingest contract --external-models' from ingest/contract.yaml.\n"


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
    """A key that was there once when the audit last looked can only have come again since."""
    audit = {"name": "unique_combination_of_columns", "columns": _names(table.primary_key)}
    key = table.primary_key[0]
    if "_loaded_at" in {column.name for column in table.all_columns}:
        loaded = f"SELECT {key} FROM raw.{table.name} WHERE _loaded_at >= @start_dt::TIMESTAMP"
        audit["condition"] = f"{key} IN ({loaded})"
    return audit


def _names(columns: Any) -> str:
    return "[" + ", ".join(columns) + "]"
