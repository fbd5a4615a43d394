"""How numbers, days and months stand in the texts that people read: never raw."""

from __future__ import annotations

from datetime import date

SHARE = "share"


def month_text(start: date, *, over: bool = True) -> str:
    """A month by its first day: `November 2026`, with `so far` while it is not over."""
    return f"{start:%B %Y}" + ("" if over else " so far")


def day_text(value: date) -> str:
    """A day: `1 November 2026`."""
    return f"{value.day} {value:%B %Y}"


def counted(count: int, one: str, many: str = "") -> str:
    """So many of something: `1 cycle`, `3 cycles`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def figure(value: float, unit: str | None) -> str:
    """A number in its unit: a share in percent, anything else with at most two decimals."""
    if unit == SHARE:
        return f"{value:.1%}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")
