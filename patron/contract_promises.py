"""What a contract promises of the table: when, how right, how often, how long before a change."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from patron.contract_columns import Strict


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


TableName = Annotated[str, AfterValidator(_public)]


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
