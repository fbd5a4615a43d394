"""The period that a summary page is about: a day, week, month, quarter or year."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from patron.errors import UsageError
from reports.builder.formats.resolve import default_text

KINDS = ("day", "week", "month", "quarter", "year")
_DAY = timedelta(days=1)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_FORMS = {
    "day": re.compile(r"([12]\d{3})-(\d\d)-(\d\d)"),
    "week": re.compile(r"([12]\d{3})-W(\d\d)"),
    "month": re.compile(r"([12]\d{3})-(\d\d)"),
    "quarter": re.compile(r"([12]\d{3})-Q([1-4])"),
    "year": re.compile(r"([12]\d{3})"),
}


@dataclass(frozen=True)
class Period:
    """A period of the calendar.

    Attributes:
        kind: One of KINDS; weeks are those of ISO, from Monday.
        start: Its first day.
        end: Its last day.
    """

    kind: str
    start: date
    end: date

    @property
    def name(self) -> str:
        """What `--period` calls it: `2011-W45`, `2011-11`, `2011-11-08`, `2011-Q4` or `2011`."""
        year, week, _ = self.start.isocalendar()
        return {
            "day": self.start.isoformat(),
            "week": f"{year}-W{week:02}",
            "month": f"{self.start:%Y-%m}",
            "quarter": f"{self.start.year}-Q{(self.start.month + 2) // 3}",
            "year": str(self.start.year),
        }[self.kind]

    @property
    def label(self) -> str:
        """What a heading calls it."""
        year, week, _ = self.start.isocalendar()
        first = default_text(self.start)
        return {
            "day": first,
            "week": f"week {week} of {year}, {first} to {default_text(self.end)}",
            "month": f"{self.start:%B %Y}",
            "quarter": f"quarter {(self.start.month + 2) // 3} of {self.start.year}",
            "year": str(self.start.year),
        }[self.kind]

    def before(self) -> Period:
        """The period before this one."""
        return containing(self.kind, self.start - _DAY)

    def year_ago(self) -> Period:
        """The same period a year earlier: the same days, or for a week 52 weeks earlier."""
        if self.kind == "week":
            return containing("week", self.start - timedelta(weeks=52))
        day = min(self.start.day, 28) if self.start.month == 2 else self.start.day
        return containing(self.kind, self.start.replace(year=self.start.year - 1, day=day))


def containing(kind: str, day: date) -> Period:
    """The period of a kind that a day lies in."""
    if kind == "day":
        return Period(kind, day, day)
    if kind == "week":
        start = day - timedelta(days=day.weekday())
        return Period(kind, start, start + timedelta(days=6))
    length = _MONTHS[kind]
    start = date(day.year, (day.month - 1) // length * length + 1, 1)
    following = start.month - 1 + length
    end = date(start.year + following // 12, following % 12 + 1, 1) - _DAY
    return Period(kind, start, end)


def last_complete(kind: str, as_of: date) -> Period:
    """The last period that is over on the as-of date, the day after the last day of the data."""
    period = containing(kind, as_of - _DAY)
    return period if period.end < as_of else period.before()


def parse_period(text: str) -> Period:
    """The period of a name.

    Raises:
        UsageError: If it is none.
    """
    for kind, form in _FORMS.items():
        if match := form.fullmatch(text):
            numbers = [int(group) for group in match.groups()]
            try:
                return containing(kind, _first_day(kind, numbers))
            except ValueError:
                break
    raise UsageError(
        f"'{text}' is not a period",
        remedy="write a day (2011-11-08), week (2011-W45), month (2011-11), quarter (2011-Q4)"
        " or year (2011)",
    )


def _first_day(kind: str, numbers: list[int]) -> date:
    if kind == "week":
        return date.fromisocalendar(numbers[0], numbers[1], 1)
    if kind == "quarter":
        return date(numbers[0], numbers[1] * 3 - 2, 1)
    year, month, day = [*numbers, 1, 1][:3]
    return date(year, month, day)


def period_values(kind: str, period: Period | None) -> Mapping[str, object]:
    """What `params.period` is in a page; all null where there are no days yet."""
    if period is None:
        nothing = {"name": None, "label": None, "start": None, "end": None}
        return {"kind": kind, **nothing, "before": nothing, "year_ago": nothing}
    return {
        "kind": kind,
        **_values(period),
        "before": _values(period.before()),
        "year_ago": _values(period.year_ago()),
    }


def _values(period: Period) -> dict[str, object]:
    return {
        "name": period.name,
        "label": period.label,
        "start": period.start,
        "end": period.end,
    }
