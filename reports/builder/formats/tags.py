"""Format tags (`usd0`, `num1k`, `pct1`, `shortdate`) and the codes they stand for."""

from __future__ import annotations

import re
from functools import lru_cache

SYMBOLS = {
    "usd": "$",
    "aud": "A$",
    "brl": "R$",
    "cad": "C$",
    "chf": "CHF ",
    "cny": "¥",
    "dkk": "kr ",
    "eur": "€",
    "gbp": "£",
    "inr": "₹",
    "jpy": "¥",
    "krw": "₩",
    "mxn": "Mex$",
    "ngn": "₦",
    "nok": "kr ",
    "pln": "zł ",
    "rub": "₽",
    "sek": "kr ",
}
_UNITS = {"": "", "k": ',"k"', "m": ',,"M"', "b": ',,,"B"'}
_SIGNS = {"pct": "%", "mult": '"x"'}
_CODES = {
    "id": "0",
    "mult": '#,##0.0"x"',
    "sci": "0.00E+00",
    "ddd": "ddd",
    "dddd": "dddd",
    "mmm": "mmm",
    "mmmm": "mmmm",
    "yyyy": "yyyy",
    "shortdate": "mmm d/yy",
    "longdate": "mmmm d, yyyy",
    "fulldate": "dddd mmmm d, yyyy",
    "isodate": "yyyy-mm-dd",
    "mdy": "m/d/y",
    "dmy": "d/m/y",
    "hms": "H:MM:SS AM/PM",
    "day": "d mmm yyyy",
    "month": "mmm yyyy",
}
_TAG = re.compile(r"(num|pct|mult|money|[a-z]{3})([0-4])?([kmb])?")
_COMPACT = re.compile(r"(num|money|[a-z]{3})_compact")


@lru_cache(maxsize=512)
def code_of(tag: str, currency: str) -> str | None:
    """The format code of a tag; None if there is no such tag, or if it chooses by the values.

    Args:
        tag: Lower case, for instance `usd0k`; `money` stands for the reporting currency.
        currency: The reporting currency, ISO 4217.
    """
    if tag in _CODES:
        return _CODES[tag]
    compact = _COMPACT.fullmatch(tag)
    if compact and (compact[1] == "num" or is_currency(compact[1])):
        return _compact(symbol_code(compact[1], currency))
    match = _TAG.fullmatch(tag)
    if match is None or (match[1] not in ("num", "pct", "mult") and not is_currency(match[1])):
        return None
    name, digits, unit = match.groups()
    if digits is None and unit is None:
        return None
    decimals = "." + "0" * int(digits) if digits and digits != "0" else ""
    if name in ("pct", "mult"):
        return None if unit else f"#,##0{decimals}{_SIGNS[name]}"
    return f"{symbol_code(name, currency)}#,##0{decimals}{_UNITS[unit or '']}"


def _compact(symbol: str) -> str:
    """About three digits whatever the size: `950`, `12k`, `183k`, `2.50M`."""
    return f'[>=1000000]{symbol}#,##0.00,,"M";[>=10000]{symbol}#,##0,"k";{symbol}#,##0'


def is_auto(tag: str) -> bool:
    """Whether a tag lets the values choose decimals and unit: `auto`, `num`, `pct`, `usd`, ..."""
    return tag in ("auto", "num", "pct") or is_currency(tag)


def is_tag(tag: str, currency: str) -> bool:
    """Whether a word is a format tag at all."""
    return is_auto(tag) or code_of(tag, currency) is not None


def is_currency(name: str) -> bool:
    """Whether a word names a currency, or the reporting currency."""
    return name == "money" or name in SYMBOLS


def symbol_code(name: str, currency: str) -> str:
    """The currency's symbol as a literal of a format code; nothing for `num`."""
    if name == "num":
        return ""
    iso = currency.lower() if name == "money" else name
    return f'"{SYMBOLS.get(iso, iso.upper() + " ")}"'
