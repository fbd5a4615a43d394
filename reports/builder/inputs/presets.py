"""Named ranges of dates, such as `Last 30 Days`, counted back from the end of the data."""

from __future__ import annotations

import re
from datetime import date, timedelta

PRESETS = (
    "Last 7 Days",
    "Last 30 Days",
    "Last 90 Days",
    "Last 365 Days",
    "Last 3 Months",
    "Last 6 Months",
    "Last 12 Months",
    "Last Month",
    "Last Year",
    "Month to Date",
    "Month to Today",
    "Year to Date",
    "Year to Today",
    "All Time",
)
_COUNTED = re.compile(r"last (\d+) (days|months)")


def preset(  # noqa: PLR0911  one case for each name
    name: str, first: date, last: date
) -> tuple[date, date] | None:
    """The first and last day of a named range; None if there is no such name.

    Args:
        name: Such as `Last 30 Days`, in any case; months are whole months that are over.
        first: Where the data begin.
        last: Where they end, which takes the place of today.
    """
    wanted = " ".join(name.lower().split())
    month = last.replace(day=1)
    if match := _COUNTED.fullmatch(wanted):
        count = int(match[1])
        if match[2] == "days":
            return last - timedelta(max(count, 1) - 1), last
        return _months_before(month, count), month - timedelta(1)
    match wanted:
        case "last month":
            return _months_before(month, 1), month - timedelta(1)
        case "last year":
            return date(last.year - 1, 1, 1), date(last.year - 1, 12, 31)
        case "month to date" | "month to today":
            return month, last
        case "year to date" | "year to today":
            return date(last.year, 1, 1), last
        case "all time":
            return first, last
    return None


def _months_before(month: date, count: int) -> date:
    index = max(month.year * 12 + month.month - 1 - count, 12)
    return date(index // 12, index % 12 + 1, 1)
