"""Macros, models and audits of the project, loaded without a warehouse and run on DuckDB."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from sqlmesh.core.audit import ModelAudit
from sqlmesh.core.audit.definition import load_audit
from sqlmesh.core.config.loader import load_config_from_yaml
from sqlmesh.core.dialect import parse
from sqlmesh.core.macros import MacroEvaluator, MacroRegistry, macro
from sqlmesh.core.model import Model, load_sql_based_model
from sqlmesh.utils import UniqueKeyDict, sys_path
from sqlmesh.utils.metaprogramming import import_python_file

from operate.contracts import attach
from tests.support.clone import forget_macros

attach.install()
PROJECT = Path(__file__).parents[2]
_loaded: dict[str, Any] = {}
SCHEMAS = ("raw", "staging", "intermediate", "marts", "ml", "quality", "seeds")


@cache
def variables() -> dict[str, Any]:
    """The variables of config.yaml, as the local gateway sees them."""
    config = load_config_from_yaml(PROJECT / "config.yaml")
    return {**config["variables"], **config["gateways"]["local"]["variables"]}


def macro_registry() -> MacroRegistry:
    """SQLMesh's macros and ours.

    Another test that loads a project replaces our modules, and SQLMesh no longer finds what the
    functions of the old ones need: then they are loaded again.
    """
    if _loaded.get("modules") != _macro_modules():
        _loaded["registry"] = _load_macros()
        _loaded["modules"] = _macro_modules()
        audits.cache_clear()
    registry: MacroRegistry = _loaded["registry"]
    return registry


def _macro_modules() -> dict[str, int]:
    return {name: id(found) for name, found in sys.modules.items() if name.startswith("macros.")}


def _load_macros() -> MacroRegistry:
    forget_macros()
    before = macro.get_registry()
    with sys_path(PROJECT):
        for path in sorted((PROJECT / "macros").glob("*.py")):
            if path.stem != "__init__":
                import_python_file(path, PROJECT)
    registry = macro.get_registry()
    macro.set_registry(before)
    return registry


@cache
def audits() -> UniqueKeyDict[str, ModelAudit]:
    """The audits of audits/, by name."""
    loaded: UniqueKeyDict[str, ModelAudit] = UniqueKeyDict("audits")
    for path in sorted((PROJECT / "audits").rglob("*.sql")):
        expressions = parse(path.read_text(encoding="utf-8"), default_dialect="duckdb")
        audit = load_audit(
            expressions, path=path, dialect="duckdb", macros=macro_registry(), module_path=PROJECT
        )
        assert isinstance(audit, ModelAudit)
        loaded[audit.name] = audit
    return loaded


def model_of(
    text: str, *, path: Path | None = None, project: Path = PROJECT, **overrides: object
) -> Model:
    """The model that a text defines, with its contract; other values of variables by name."""
    model: Model = load_sql_based_model(
        parse(text, default_dialect="duckdb"),
        path=path,
        module_path=project,
        macros=macro_registry(),
        audit_definitions=audits(),
        dialect="duckdb",
        variables={**variables(), **overrides},
    )
    return model


def project_model(name: str, **overrides: object) -> Model:
    """A model of the project by its path below models/, without suffix."""
    path = PROJECT / "models" / f"{name}.sql"
    return model_of(path.read_text(encoding="utf-8"), path=path, **overrides)


def rendered(sql: str, **values: object) -> str:
    """DuckDB's SQL of a statement with our macros; values of variables by name."""
    evaluator = MacroEvaluator(dialect="duckdb")
    evaluator.macros = {f"@{name.upper()}": found.func for name, found in macro_registry().items()}
    evaluator.locals["__sqlmesh__vars__"] = {**variables(), **values}
    (expression,) = parse(sql, default_dialect="duckdb")
    transformed = evaluator.transform(expression)
    assert not isinstance(transformed, list)
    assert transformed is not None
    return transformed.sql(dialect="duckdb")


def value(sql: str, **values: object) -> Any:
    """The value that a SELECT with our macros gives."""
    row = duckdb.sql(rendered(sql, **values)).fetchone()
    assert row is not None
    return row[0]


def column(sql: str, **values: object) -> list[Any]:
    """The first column that a SELECT with our macros gives."""
    return [row[0] for row in duckdb.sql(rendered(sql, **values)).fetchall()]


def empty_warehouse() -> duckdb.DuckDBPyConnection:
    """A database in memory with our schemas."""
    connection = duckdb.connect()
    for schema in SCHEMAS:
        connection.execute(f"CREATE SCHEMA {schema}")
    return connection
