"""What a contract promises of columns and rows."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from patron.names import suggestion

Scalar = str | int | float | bool | date
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
