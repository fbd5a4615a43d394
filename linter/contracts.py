"""What a mart promises in contracts/ is what its model gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from sqlglot import exp
from sqlmesh.core.linter.rule import Rule, RuleViolation
from sqlmesh.core.model import Model

from linter.completeness import is_ours
from linter.layers import parts

FOLDER = "contracts"


class ContractKept(Rule):
    """Every mart has a contract, and its model has exactly the columns and types promised."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse a mart without contract, and one that breaks it."""
        schema, table = parts(model.name)
        if not is_ours(model) or schema != "marts" or not table.startswith("mart_"):
            return None
        path = Path(self.context.path) / FOLDER / f"{table}.yaml"
        if not path.is_file():
            return self.violation(f"{model.name} has no contract; write {FOLDER}/{path.name}")
        contract = yaml.safe_load(path.read_text(encoding="utf-8"))
        for problem in _problems(contract, model):
            return self.violation(f"{model.name} breaks {FOLDER}/{path.name}: {problem}")
        return None


def _problems(contract: dict[str, Any], model: Model) -> list[str]:
    promised: dict[str, dict[str, Any]] = contract["columns"]
    given = model.columns_to_types or {}
    found = [f"{name} is promised and missing" for name in promised if name not in given]
    found += [f"{name} is given and not promised" for name in given if name not in promised]
    for name, column in promised.items():
        wanted = exp.DataType.build(column["type"], dialect="duckdb")
        if name in given and given[name] != wanted:
            found.append(f"{name} is {given[name].sql('duckdb')}, promised {column['type']}")
    required = {name for name, column in promised.items() if column.get("required")}
    if unchecked := sorted(required - _never_null(model)):
        found.append(f"{', '.join(unchecked)} is promised never null, which no not_null checks")
    if contract["owner"] != model.owner:
        found.append(f"the owner is {model.owner}, promised {contract['owner']}")
    return found


def _never_null(model: Model) -> set[str]:
    names: set[str] = set()
    for audit, arguments in model.audits:
        if audit == "not_null":
            names.update(column.name for column in arguments["columns"].find_all(exp.Column))
    return names
