"""Data contracts: what a mart promises to those who read it, from contracts/<mart>.yaml."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from patron.contract_columns import Check, Column, Strict
from patron.contract_promises import (
    Accuracy,
    Availability,
    Deprecated,
    Freshness,
    Notice,
    NoticeDays,
    TableName,
)
from patron.errors import PatronError
from patron.yaml_file import checked, read_yaml

FOLDER = "contracts"
RELEASED = "released"


def _version(text: str) -> str:
    if not re.fullmatch(r"\d+\.\d+\.\d+", text):
        raise ValueError("write it as major.minor.patch, such as '1.2.0'")
    return text


Version = Annotated[str, AfterValidator(_version)]


class Contract(Strict):
    """What a mart promises.

    Attributes:
        model: The table.
        version: Version of the promise: major.minor.patch.
        owner: The team that keeps it.
        stakeholders: Who has a say.
        consumers: Who reads it outside the project; pages, metrics and models are found.
        grain: The columns that identify a row.
        notice_days: How long before a change readers are told.
        notice: The change they were told of last.
        released: In a snapshot: the day of the release.
    """

    model: TableName
    version: Version
    owner: Annotated[str, Field(min_length=1)]
    stakeholders: tuple[str, ...] = ()
    consumers: tuple[str, ...] = ()
    grain: Annotated[tuple[str, ...], Field(min_length=1)]
    freshness: Freshness
    accuracy: Accuracy
    availability: Availability
    notice_days: NoticeDays
    notice: Notice | None = None
    deprecated: Deprecated | None = None
    columns: dict[str, Column]
    checks: tuple[Check, ...] = ()
    released: date | None = None

    @model_validator(mode="after")
    def _known_grain(self) -> Self:
        if unknown := [name for name in self.grain if name not in self.columns]:
            raise ValueError(f"the grain names no promised column: {', '.join(unknown)}")
        return self

    @property
    def table(self) -> str:
        """The name of the table without its schema."""
        return self.model.rpartition(".")[2]

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that are never null."""
        return tuple(name for name, column in self.columns.items() if column.required)


def contract_file(project: Path, model: str) -> Path:
    """Where the contract of a table is, or would be."""
    return project / FOLDER / f"{model.rpartition('.')[2]}.yaml"


def read_contract(path: Path) -> Contract:
    """Read a contract, once as long as the file does not change.

    Raises:
        PatronError: If it is no contract; names file, key and remedy.
    """
    return _read(path, path.stat().st_mtime_ns)


def contract_of(project: Path, model: str) -> Contract | None:
    """The contract of a table, if there is one."""
    path = contract_file(project, model)
    if not path.is_file():
        return None
    contract = read_contract(path)
    return contract if contract.model == model else None


def read_contracts(project: Path) -> list[Contract]:
    """All contracts of the project, by table."""
    return [read_contract(path) for path in sorted((project / FOLDER).glob("*.yaml"))]


def released_contracts(project: Path) -> dict[str, Contract]:
    """The contracts as last released, by table."""
    paths = sorted((project / FOLDER / RELEASED).glob("*.yaml"))
    return {contract.model: contract for contract in map(read_contract, paths)}


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int) -> Contract:
    contract = checked(Contract, read_yaml(path) or {}, path)
    if contract.table != path.stem:
        raise PatronError(
            f"the contract of {contract.model} is in the wrong file",
            where=f"{path}: model",
            remedy=f"name the file {contract.table}.yaml, or correct the model",
        )
    return contract
