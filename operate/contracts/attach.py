"""The checks of contracts as audits of their models, as if they were written there.

A contract that changes is a model that changed: the audits are part of its fingerprint, and
SQLMesh reads models whose contract is newer than its cache again.
"""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import Any

from sqlglot import exp
from sqlmesh.core import dialect
from sqlmesh.core.loader import SqlMeshLoader
from sqlmesh.core.model import definition
from sqlmesh.utils.errors import SQLMeshError

from patron.contract_audits import audits
from patron.contracts import FOLDER, Contract, contract_of

_CREATE = "klass name defaults path time_column_format jinja_macros"
_CACHE_ENTRY = "self model_path"
_MARK = "_patron_contracts"
PUBLIC = ("marts", "ml", "quality")

Call = tuple[str, dict[str, exp.Expr]]


def install() -> None:
    """Let SQLMesh read contracts beside models, once per process.

    Raises:
        SQLMeshError: If this is not the SQLMesh that this was written for.
    """
    if hasattr(definition, _MARK):
        return
    cache: Any = SqlMeshLoader._Cache
    _expect(definition._create_model, _CREATE)
    _expect(cache._model_cache_entry_id, _CACHE_ENTRY)
    definition._create_model = _with_contract(definition._create_model)
    cache._model_cache_entry_id = _aware_of_contracts(cache._model_cache_entry_id)
    setattr(definition, _MARK, True)


def calls(contract: Contract) -> list[Call]:
    """The audits of a contract as a MODEL block would have them."""
    return [
        (
            audit.name,
            {name: dialect.parse_one(sql, "duckdb") for name, sql in audit.arguments.items()},
        )
        for audit in audits(contract)
    ]


def _expect(function: Any, parameters: str) -> None:
    found = " ".join(inspect.signature(function).parameters)
    if not found.startswith(parameters):
        raise SQLMeshError(
            f"SQLMesh's function {function.__name__} is not as expected: {found}. The checks of "
            "contracts would be passed over. Install exactly what requirements/run.lock says "
            "('make install')."
        )


def _with_contract(original: Any) -> Any:
    @functools.wraps(original)
    def create(klass: Any, name: Any, *, module_path: Path = Path(), **kwargs: Any) -> Any:
        table = exp.to_table(name, dialect="duckdb")
        contract = contract_of(module_path, f"{table.db}.{table.name}")
        if contract is not None:
            written = dialect.extract_function_calls(kwargs.get("audits", []))
            kwargs["audits"] = [*written, *calls(contract)]
            if contract.deprecated:
                kwargs["description"] = f"{contract.deprecated} {_text(kwargs.get('description'))}"
        return original(klass, name, module_path=module_path, **kwargs)

    return create


def _text(description: Any) -> str:
    return description.name if isinstance(description, exp.Expr) else str(description or "")


def _aware_of_contracts(original: Any) -> Any:
    @functools.wraps(original)
    def entry_id(cache: Any, model_path: Path) -> str:
        found: str = original(cache, model_path)
        if not set(PUBLIC) & set(model_path.parts):
            return found
        files = [path.stat().st_mtime_ns for path in (cache.config_path / FOLDER).glob("*.yaml")]
        return f"{found}__{len(files)}_{max(files, default=0)}"

    return entry_id
