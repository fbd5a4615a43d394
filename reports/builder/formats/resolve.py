"""Choosing the format of a column: what the page says, else the name's suffix, else the values."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from reports.builder.data.result import Kind, number
from reports.builder.formats.excel import apply_code
from reports.builder.formats.tags import code_of, is_auto, is_tag, symbol_code

MISSING = "–"
_HOUSE_SUFFIXES = {"share": "pct1", "rate": "pct1", "amount": "money2"}
_NO_GROUPING = ("id", "year")
_AUTO_UNITS = ((5e12, 4, '"T"'), (5e9, 3, '"B"'), (5e6, 2, '"M"'), (5e3, 1, '"k"'))
_ABBREVIATIONS = {"id": "ID", "aov": "AOV", "clv": "CLV", "rfm": "RFM", "gmv": "GMV", "sql": "SQL"}
_CODE_SIGNS = frozenset("0#?")


@dataclass(frozen=True)
class Format:
    """How the values of one column are written.

    Attributes:
        code: The format code; empty for text as it is.
        is_ratio: Percentages and multiples: what no total may add up.
    """

    code: str
    is_ratio: bool = False

    def text(self, value: object) -> str:
        """The value for people; a dash when there is none."""
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return MISSING
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, list | tuple):
            return ", ".join(self.text(item) for item in value)
        if not self.code:
            return default_text(value)
        return apply_code(self.code, value)


@dataclass(frozen=True)
class Formatter:
    """Resolves formats for one site.

    Attributes:
        currency: The reporting currency, ISO 4217: what `money` stands for.
        custom: A shop's own tags and their codes.
    """

    currency: str = "EUR"
    custom: Mapping[str, str] = field(default_factory=dict)

    def resolve(
        self,
        wanted: str | None,
        column: str = "",
        kind: Kind = "number",
        values: Iterable[object] = (),
    ) -> Format:
        """The format of a column.

        Args:
            wanted: The tag or code that the page asks for, if it does.
            column: The column's name, whose suffix may name a format.
            kind: What the column holds.
            values: What it holds, for formats that choose decimals and unit by the values.
        """
        tag = wanted or suffix_tag(column, self.currency) or ""
        if not tag and (kind != "number" or column.lower().split("_")[-1] in _NO_GROUPING):
            return Format(_default_code(kind, column))
        folded = (tag or "auto").lower()
        tag = self.custom.get(tag, tag)
        if is_auto(folded):
            return self._auto(folded, values)
        code = code_of(folded, self.currency) or tag
        return Format(code, is_ratio=folded.startswith(("pct", "mult")) or "%" in code)

    def knows(self, wanted: str) -> bool:
        """Whether a tag exists or a code has something to fill in."""
        if wanted in self.custom or is_tag(wanted.lower(), self.currency):
            return True
        has_digits = bool(_CODE_SIGNS & set(wanted))
        return _is_date_code(wanted) or (has_digits and (wanted.isdigit() or not wanted.isalnum()))

    def title(self, column: str) -> str:
        """A column's name for people: `net_revenue_amount` becomes `Net revenue`."""
        tag = column.rpartition("_")[2]
        house = tag == "amount"
        bare = column
        if "_" in column and (house or (is_tag(tag.lower(), self.currency) and tag != "id")):
            bare = column.rpartition("_")[0]
        words = [_ABBREVIATIONS.get(word.lower(), word) for word in bare.split("_") if word]
        title = " ".join(words)
        return title[:1].upper() + title[1:]

    def _auto(self, tag: str, values: Iterable[object]) -> Format:
        numbers = [found for value in values if (found := number(value)) is not None]
        if tag == "pct":
            scaled = [value * 100 for value in numbers]
            return Format(f"#,##0{_decimals(scaled, most=2)}%", is_ratio=True)
        symbol = symbol_code(tag, self.currency) if tag not in ("auto", "num") else ""
        median = statistics.median(map(abs, numbers)) if numbers else 0.0
        for lowest, thousands, unit in _AUTO_UNITS:
            if median >= lowest and tag != "num":
                scaled = [value / 1000**thousands for value in numbers]
                return Format(f"{symbol}#,##0{_decimals(scaled)}{',' * thousands}{unit}")
        if all(value == int(value) for value in numbers):
            return Format(f"{symbol}#,##0")
        return Format(f"{symbol}#,##0{_decimals(numbers)}")


def suffix_tag(column: str, currency: str) -> str | None:
    """The format that a column's name ends with, if it does."""
    stem, _, suffix = column.lower().rpartition("_")
    if not stem or suffix in ("id", "day", "month", "num"):
        return "id" if suffix == "id" and stem else None
    if suffix in _HOUSE_SUFFIXES:
        return _HOUSE_SUFFIXES[suffix]
    return suffix if is_tag(suffix, currency) else None


def default_text(value: object) -> str:
    """A value without a format of its own."""
    match value:
        case datetime():
            return apply_code("d mmm yyyy hh:mm", value)
        case date():
            return apply_code("d mmm yyyy", value)
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:.3E}"
        case _:
            return str(value)


def _default_code(kind: Kind, column: str) -> str:
    if kind == "number":
        return "0"
    if kind in ("date", "timestamp") and column.lower().split("_")[-1] == "month":
        return "mmm yyyy"
    return ""


def _decimals(values: list[float], most: int = 2) -> str:
    """As many decimals as give the median three significant digits."""
    median = statistics.median(map(abs, values)) if values else 0.0
    digits = 3 - (math.floor(math.log10(median)) + 1) if median > 0 else 0
    count = max(0, min(most, digits))
    return "." + "0" * count if count else ""


def _is_date_code(code: str) -> bool:
    return bool(code) and set(code.lower()) <= set("ymdhs /:-.,")
