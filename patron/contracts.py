"""Data contracts: what a mart promises to those who read it, from contracts/<mart>.yaml."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from patron.errors import PatronError
from patron.names import suggestion
from patron.yaml_file import checked, read_yaml

FOLDER = "contracts"
RELEASED = "released"
PROMISES = ("freshness", "accuracy", "availability")
Scalar = str | int | float | bool | date


def _version(text: str) -> str:
    if not re.fullmatch(r"\d+\.\d+\.\d+", text):
        raise ValueError("write it as major.minor.patch, such as '1.2.0'")
    return text


def _clock(text: str) -> str:
    time.fromisoformat(text)
    return text


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(f"there is no time zone '{name}'") from error
    return name


def _public(name: str) -> str:
    if not re.fullmatch(r"(marts|ml|quality)\.\w+", name):
        raise ValueError("name a table of marts, ml or quality, such as 'marts.mart_orders'")
    return name


def _type(text: str) -> str:
    name = text.partition("(")[0].strip().upper()
    if name not in TYPES:
        raise ValueError(f"there is no type '{name}'; {suggestion(name, TYPES)}")
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"it is no regular expression: {error}") from error
    return text


TYPES = (
    "BIGINT",
    "BOOLEAN",
    "DATE",
    "DECIMAL",
    "DOUBLE",
    "FLOAT",
    "HUGEINT",
    "INT",
    "INTEGER",
    "SMALLINT",
    "TEXT",
    "TIME",
    "TIMESTAMP",
    "TINYINT",
    "VARCHAR",
)
Version = Annotated[str, AfterValidator(_version)]
TableName = Annotated[str, AfterValidator(_public)]


class Strict(BaseModel):
    """A model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    """What is promised of a column.

    Attributes:
        type: Its type in DuckDB.
        required: Whether it is never null.
        unique: Whether no value occurs twice.
        min: The least value.
        max: The greatest value.
        accepted_values: The values that occur.
        regex: What every text matches.
        references: The column, as schema.table.column, in which every value occurs.
    """

    type: Annotated[str, AfterValidator(_type)]
    required: bool = False
    unique: bool = False
    min: int | float | date | None = None
    max: int | float | date | None = None
    accepted_values: tuple[Scalar, ...] = ()
    regex: Annotated[str, AfterValidator(_pattern)] | None = None
    references: Annotated[str, Field(pattern=r"^\w+\.\w+\.\w+$")] | None = None

    @model_validator(mode="after")
    def _least_below_greatest(self) -> Self:
        least: Any = self.min
        greatest: Any = self.max
        if least is None or greatest is None:
            return self
        if isinstance(least, date) is not isinstance(greatest, date):
            raise ValueError(f"{least} and {greatest} cannot be compared")
        if least > greatest:
            raise ValueError(f"the least value {least} is above the greatest {greatest}")
        return self


class Check(BaseModel):
    """An audit of the library that the whole table passes; further keys are its arguments.

    Attributes:
        audit: Name of the audit, see docs/audits.md.
        blocking: Whether rows that fail keep the table from being published.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    audit: str
    blocking: bool = True


class Freshness(Strict):
    """A day's data are there by a time of the next day.

    Attributes:
        daily_by: The time, as HH:MM.
        timezone: Where it is that time.
    """

    daily_by: Annotated[str, AfterValidator(_clock)]
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"

    def deadline(self, day: date) -> datetime:
        """When, in UTC, the data of the day before `day` are due."""
        there = datetime.combine(day, time.fromisoformat(self.daily_by), ZoneInfo(self.timezone))
        return there.astimezone(UTC).replace(tzinfo=None)

    def last_deadline(self, now: datetime) -> datetime:
        """The latest time before `now` (UTC, naive as in our tables) at which data were due."""
        return self.deadline(self._due(now))

    def due_through(self, now: datetime) -> date:
        """The last day whose data have to be there at `now` (UTC, naive as in our tables)."""
        return self._due(now) - timedelta(days=1)

    def _due(self, now: datetime) -> date:
        today = now.replace(tzinfo=UTC).astimezone(ZoneInfo(self.timezone)).date()
        return today if self.deadline(today) <= now else today - timedelta(days=1)

    def __str__(self) -> str:
        return f"daily by {self.daily_by} {self.timezone}"


class Accuracy(Strict):
    """The table agrees with what it is made of: audits of its model that find nothing.

    Attributes:
        statement: What agrees with what, for people.
        audits: Names of the model's audits that measure it.
        tolerance: By how much the two may differ.
    """

    statement: str
    audits: Annotated[tuple[str, ...], Field(min_length=1)]
    tolerance: Annotated[float, Field(ge=0)] = 0

    def __str__(self) -> str:
        return f"{', '.join(self.audits)} within {self.tolerance:g}"


class Availability(Strict):
    """A good version of the table is there.

    Attributes:
        share: Of how many of the days, 0 to 1.
        days: The days looked back.
    """

    share: Annotated[float, Field(gt=0, le=1)]
    days: Annotated[int, Field(gt=0)] = 30

    def __str__(self) -> str:
        return f"{self.share:.1%} of {self.days} days"


class NoticeDays(Strict):
    """How long before a change readers are told."""

    breaking: Annotated[int, Field(ge=0)]
    other: Annotated[int, Field(ge=0)] = 0


class Notice(Strict):
    """A change that readers were told of.

    Attributes:
        given: The day on which they were told.
        date: The day from which the change counts.
        reason: Why.
    """

    given: date
    date: date
    reason: Annotated[str, Field(min_length=1)]


class Deprecated(Strict):
    """The table will go.

    Attributes:
        since: The day from which it should not be used in anything new.
        replaced_by: The table to read instead.
        removal: The day on which it goes.
    """

    since: date
    replaced_by: TableName
    removal: date

    def __str__(self) -> str:
        return (
            f"Deprecated since {self.since}: read {self.replaced_by}, "
            f"this table goes on {self.removal}."
        )


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
