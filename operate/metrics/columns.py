"""Columns and types of the models that metrics are computed over, read from their files alone."""

from __future__ import annotations

import ast
from pathlib import Path

from sqlglot import exp

from patron.errors import PatronError

Columns = dict[str, str]


def model_columns(project: Path, table: str) -> Columns:
    """Column names with types in DuckDB.

    The files of the house say both: a SQL model in the casts of its last SELECT, a Python model in
    `columns`. So no project has to be loaded.

    Raises:
        PatronError: If no file is that of the model.
    """
    schema, name = table.split(".")
    folder = project / "models" / schema
    for path in (*folder.rglob(f"{name}.sql"), *folder.rglob(f"{name}.py")):
        return _of_query(path) if path.suffix == ".sql" else _of_python(path)
    raise PatronError(
        f"there is no model '{table}'",
        where=f"no {name}.sql or {name}.py below {folder}",
        remedy="correct 'model' or 'base' of the metric",
    )


def _of_query(path: Path) -> Columns:
    from sqlmesh.core.dialect import parse

    query = parse(path.read_text(encoding="utf-8"), default_dialect="duckdb")[-1]
    return {column.alias_or_name: _type(column) for column in getattr(query, "selects", [])}


def _type(column: exp.Expression) -> str:
    cast = column.unalias()
    return cast.to.sql("duckdb") if isinstance(cast, exp.Cast) else "DOUBLE"


def _of_python(path: Path) -> Columns:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "columns":
            found: Columns = ast.literal_eval(node.value)
            return found
    return {}
