"""What JavaScript's `toLocaleString` and `toFixed` write, in English."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from reports.builder.formats.excel import apply_code
from reports.builder.formats.tags import SYMBOLS

_MOST_DIGITS = 20
_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_BRITISH = ("en-gb", "en-au", "en-nz", "en-ie", "en-in", "de", "fr", "es", "it", "nl", "pt")


def fixed(value: float, digits: object = 0) -> str:
    """A number with so many decimals; halves are rounded up, as JavaScript does."""
    count = max(0, min(int(_number(digits)), _MOST_DIGITS))
    if not math.isfinite(value) or abs(value) >= 1e21:
        return f"{value:g}"
    exact = Decimal(value).quantize(Decimal(1).scaleb(-count), ROUND_HALF_UP)
    return f"{exact:f}"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def locale_number(value: float, options: object = None) -> str:
    """A number as `toLocaleString(locale, options)` writes it.

    Args:
        value: The number.
        options: `style`, `currency`, `notation`, `useGrouping`, and the fewest and most decimals.
    """
    given = options if isinstance(options, Mapping) else {}
    if not math.isfinite(value):
        return "–"
    style, unit, amount = given.get("style"), "", float(value)
    fewest, most = (2, 2) if style == "currency" else (0, 0) if style == "percent" else (0, 3)
    if style == "percent":
        amount, unit = amount * 100, "%"
    if given.get("notation") == "compact":
        amount, unit = _compact(amount)
        fewest, most = 0, (0 if abs(amount) >= 100 else 1)
    fewest, most = _digits(given, fewest, most)
    text = _grouped(abs(amount), fewest, most, grouping=given.get("useGrouping") is not False)
    sign = "-" if value < 0 and any(each in "123456789" for each in text) else ""
    symbol = _symbol(given) if style == "currency" else ""
    return f"{sign}{symbol}{text}{unit}"


def _compact(amount: float) -> tuple[float, str]:
    for size, unit in _UNITS:
        if abs(amount) >= size:
            return amount / size, unit
    return amount, ""


def _digits(given: Mapping[str, object], fewest: int, most: int) -> tuple[int, int]:
    low, high = given.get("minimumFractionDigits"), given.get("maximumFractionDigits")
    if isinstance(low, int | float):
        fewest = max(0, min(int(low), _MOST_DIGITS))
        most = max(most, fewest)
    if isinstance(high, int | float):
        most = max(0, min(int(high), _MOST_DIGITS))
        fewest = min(fewest, most)
    return fewest, most


def _grouped(amount: float, fewest: int, most: int, *, grouping: bool) -> str:
    whole, _, decimals = fixed(amount, most).partition(".")
    kept = decimals[:fewest] + decimals[fewest:].rstrip("0")
    shown = f"{int(whole):,}" if grouping and whole.isdigit() else whole
    return f"{shown}.{kept}" if kept else shown


def _symbol(given: Mapping[str, object]) -> str:
    code = str(given.get("currency") or "USD")
    return SYMBOLS.get(code.lower(), f"{code.upper()} ")


def locale_date(value: date, locale: object = None, options: object = None) -> str:
    """A date as `toLocaleDateString(locale, options)` writes it."""
    given = options if isinstance(options, Mapping) else {}
    british = str(locale or "").lower().startswith(_BRITISH)
    month = {"long": "mmmm", "short": "mmm", "2-digit": "mm", "numeric": "m"}.get(
        str(given.get("month")), ""
    )
    day = {"2-digit": "dd", "numeric": "d"}.get(str(given.get("day")), "")
    year = {"2-digit": "yy", "numeric": "yyyy"}.get(str(given.get("year")), "")
    weekday = {"long": "dddd", "short": "ddd"}.get(str(given.get("weekday")), "")
    if not (month or day or year or weekday):
        return apply_code("dd/mm/yyyy" if british else "m/d/yyyy", value)
    if len(month) < 3:
        order = (day, month, year) if british else (month, day, year)
        return apply_code("/".join(part for part in order if part) or weekday, value)
    if british:
        code = " ".join(part for part in (day, month, year) if part)
    else:
        first = " ".join(part for part in (month, day) if part)
        code = (", " if day else " ").join(part for part in (first, year) if part)
    parts = [apply_code(part, value) for part in (weekday, code) if part]
    return ", ".join(parts)


def locale_moment(value: date, locale: object = None, options: object = None) -> str:
    """A date with its time, if it has one, as `toLocaleString` writes it."""
    day = locale_date(value, locale, options)
    if isinstance(value, datetime) and not options:
        return f"{day}, {apply_code('h:mm:ss am/pm', value)}"
    return day
