"""What a mart promises in contracts/ is what its model gives, and is said there only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlglot import exp
from sqlmesh.core.audit.builtin import BUILT_IN_AUDITS
from sqlmesh.core.linter.rule import Rule, RuleViolation
from sqlmesh.core.model import Model

from linter.completeness import is_ours
from linter.layers import parts
from operate.contracts.attach import Call, calls
from patron.contract_promises import Accuracy
from patron.contracts import FOLDER, Contract, contract_of
from patron.errors import PatronError

# What a contract says of columns and rows; audits that compare with other tables may stand in the
# MODEL block, and the contract names them under 'accuracy'.
SAID_IN_CONTRACTS = {
    "not_null",
    "unique_values",
    "unique_combination_of_columns",
    "accepted_range",
    "accepted_values",
    "match_regex_pattern_list",
    "forall",
    "no_gaps",
}


class ContractKept(Rule):
    """Every mart has a contract, and its model is as promised: columns, types, checks, accuracy."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse a mart without contract, and one that breaks it."""
        schema, table = parts(model.name)
        if not is_ours(model):
            return None
        try:
            contract = _contract(self, model)
        except PatronError as error:
            return self.violation(str(error))
        if contract is None:
            if schema == "marts" and table.startswith("mart_"):
                return self.violation(f"{model.name} has no contract; write {FOLDER}/{table}.yaml")
            return None
        for problem in _problems(contract, model):
            return self.violation(f"{model.name} breaks {FOLDER}/{table}.yaml: {problem}")
        return None


class CheckedOnce(Rule):
    """What a contract can say of a table's columns and rows is not said in the MODEL block, too."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse audits written beside a contract that belong into it."""
        contract = _contract(self, model) if is_ours(model) else None
        if contract is None:
            return None
        for audit, _ in _written(model, contract):
            if audit in SAID_IN_CONTRACTS:
                path = f"{FOLDER}/{contract.table}.yaml"
                return self.violation(
                    f"{model.name} has the audit {audit} in its MODEL block; "
                    f"say it in {path}, from which it is generated"
                )
        return None


class DeprecatedRead(Rule):
    """A model that reads a table which will go (a warning)."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Name what is deprecated, what to read instead and when it goes."""
        if not is_ours(model):
            return None
        for dependency in sorted(model.depends_on):
            name = ".".join(parts(dependency))
            contract = contract_of(Path(self.context.path), name)
            if contract is not None and contract.deprecated is not None:
                going = contract.deprecated
                return self.violation(
                    f"{model.name} reads {name}, deprecated since {going.since}: "
                    f"read {going.replaced_by} before {going.removal}, when it goes"
                )
        return None


def _contract(rule: Rule, model: Model) -> Contract | None:
    return contract_of(Path(rule.context.path), ".".join(parts(model.name)))


def _problems(contract: Contract, model: Model) -> Iterator[str]:
    yield from _column_problems(contract, model)
    if (grain := {name for key in model.grains for name in _columns(key)}) != set(contract.grain):
        given = ", ".join(sorted(grain)) or "nothing"
        yield f"the grain is {given}, promised {', '.join(contract.grain)}"
    if contract.owner != model.owner:
        yield f"the owner is {model.owner}, promised {contract.owner}"
    yield from _audit_problems(contract, model)
    yield from _accuracy_problems(contract.accuracy, model)


def _column_problems(contract: Contract, model: Model) -> Iterator[str]:
    given = model.columns_to_types or {}
    for name, column in contract.columns.items():
        if name not in given:
            yield f"{name} is promised and missing"
            continue
        if given[name] != exp.DataType.build(column.type, dialect="duckdb"):
            yield f"{name} is {given[name].sql('duckdb')}, promised {column.type}"
    for name in given:
        if name not in contract.columns:
            yield f"{name} is given and not promised"


def _audit_problems(contract: Contract, model: Model) -> Iterator[str]:
    given = [_text(call) for call in model.audits]
    known = {*BUILT_IN_AUDITS, *model.audit_definitions}
    for call in calls(contract):
        if call[0] not in known:
            yield f"there is no audit {call[0]}"
        elif _text(call) not in given:
            yield f"its check {call[0]} is not an audit of the model; is the contract's file known?"


def _accuracy_problems(accuracy: Accuracy, model: Model) -> Iterator[str]:
    for name in accuracy.audits:
        found = [arguments for audit, arguments in model.audits if audit == name]
        if not found:
            yield f"its accuracy is measured by {name}, which is no audit of the model"
        for arguments in found:
            tolerance = arguments.get("tolerance", exp.Literal.number(0))
            if isinstance(tolerance, exp.Literal) and float(tolerance.name) > accuracy.tolerance:
                yield f"{name} tolerates {tolerance.name}, promised {accuracy.tolerance:g}"


def _written(model: Model, contract: Contract) -> list[Call]:
    """The audits of the MODEL block: those of the contract come after them, one by one."""
    written: list[Call] = model.audits[: len(model.audits) - len(calls(contract))]
    return written


def _text(call: Call) -> str:
    name, arguments = call
    return f"{name} {sorted((key, value.sql('duckdb')) for key, value in arguments.items())}"


def _columns(key: exp.Expr) -> list[str]:
    return [column.name for column in key.find_all(exp.Column)]
