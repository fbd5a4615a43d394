"""Python models of the project, run without SQLMesh's context on tables that are there."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from sqlmesh.core.model.decorator import model

from tests.support.definitions import PROJECT, variables


@dataclass(frozen=True)
class PythonModel:
    """A Python model as its file declares it.

    Attributes:
        columns: Names and types of its columns.
        parents: The tables it reads.
        execute: What makes its rows.
    """

    columns: dict[str, str]
    parents: tuple[str, ...]
    execute: Callable[..., Any]

    def rows(self, connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        """What it makes of the tables of a database."""
        found = list(self.execute(_Context(connection), None, None, None))
        return pd.concat(found) if found else pd.DataFrame(columns=list(self.columns))


class _Context:
    """What the models ask of SQLMesh: tables by name, variables, and answers to queries."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.engine_adapter = self

    def resolve_table(self, name: str) -> str:
        return name

    def var(self, name: str) -> Any:
        return variables()[name]

    def fetchall(self, sql: str) -> list[Any]:
        return self._connection.execute(sql).fetchall()

    def fetchone(self, sql: str) -> Any:
        return self._connection.execute(sql).fetchone()


def is_python(name: str) -> bool:
    """Whether a model is written in Python."""
    return _path(name).is_file()


@cache
def python_model(name: str) -> PythonModel:
    """The Python model of a name such as `quality.source_quality`."""
    path = _path(name)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    before = model.get_registry()
    model.set_registry({})
    try:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        (declared,) = model.get_registry().values()
    finally:
        model.set_registry(before)
    columns = {column: str(kind) for column, kind in declared.columns.items()}
    parents = tuple(str(parent) for parent in declared.kwargs.get("depends_on", ()))
    return PythonModel(columns, parents, module.execute)


def _path(name: str) -> Path:
    return PROJECT / "models" / f"{name.replace('.', '/')}.py"
