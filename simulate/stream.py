"""What a stream is: how its rows are made, its key, and how its defects are found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from simulate.campaigns import Campaign
from simulate.orders import Portion
from simulate.window import Delivery


@dataclass(frozen=True)
class Defect:
    """A kind of injected defect.

    Attributes:
        name: As listed in the truth.
        condition: Which rows of the frame have it, in SQL.
        detail: More about it, in SQL over `delivered` (columns as delivered) and `marked` (frame).
    """

    name: str
    condition: str
    detail: str = "NULL"


@dataclass(frozen=True)
class Stream:
    """A stream of rows that the shop delivers as files.

    Attributes:
        name: Folder of its files.
        key: Columns of its primary key.
        select: The delivered columns, in SQL over `frame`.
        defects: What may be wrong with its rows.
        moment: Column that says when this version of a row arose.
        extra_columns: Delivered columns that no contract knows.
    """

    name: str
    key: tuple[str, ...]
    select: str
    moment: str = "updated_at"
    defects: tuple[Defect, ...] = ()
    extra_columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reference(Stream):
    """A stream that describes: `rows` makes the frame of a delivery."""

    rows: Callable[[Delivery], pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Event(Stream):
    """A stream of what happens: `rows` makes the frame of a portion of orders."""

    rows: Callable[[Delivery, Portion], pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Contact(Stream):
    """A stream of contacts with customers: `rows` makes the frame of some campaigns."""

    rows: Callable[[Delivery, list[Campaign]], pd.DataFrame]


DUPLICATE = Defect("duplicate_row", "duplicate")
LATE = Defect("late_row", "is_late")
NEGATIVE = Defect("negative_amount", "is_negative AND is_new")
