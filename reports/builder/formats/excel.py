"""Excel format codes: sections, digits, grouping, scaling commas, percent, literals and dates.

Covers what report pages use: `#,##0.0`, `$#,##0.0,,"M"`, `+0.0%;-0.0%;0.0%`, `[<1000]0;0.0,"k"`,
`mmm yyyy`, `0.00E+00`. Colours are read and ignored; fractions are not supported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

_TOKEN = re.compile(
    r"""(?P<literal>"[^"]*"|\\.|_.)
      | (?P<condition>\[(?:<=|>=|<>|<|>|=)-?[\d.]+\])
      | (?P<ignored>\[[^\]]*\]|\*.)
      | (?P<general>General)
      | (?P<half>am/pm|a/p)
      | (?P<date>y+|m+|d+|h+|s+)
      | (?P<exponent>e[+-]0+)
      | (?P<digits>[0\#?][0\#?,]*(?:\.[0\#?]*)?,*|\.[0\#?]+,*)
      | (?P<percent>%)
      | (?P<text>@)
      | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOT_ZERO = frozenset("123456789")
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@dataclass(frozen=True)
class _Section:
    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, float] | None

    @property
    def signed(self) -> bool:
        """Whether it begins with a sign of its own."""
        return bool(self.tokens) and self.tokens[0][1] in ("+", "-")


def apply_code(code: str, value: object) -> str:
    """A number, date or text as the format code says.

    Args:
        code: The Excel format code.
        value: An int, float, date, datetime or text; other things are shown as they are.
    """
    sections = _sections(code)
    if isinstance(value, date):
        return _format_date(sections[0], value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _format_text(sections, str(value))
    section, signed = _choose(sections, value)
    text = _format_number(section, value if signed else abs(value))
    if value and section.signed and not set(text) & _NOT_ZERO:
        # What is rounded to 0 has no sign: it is written as 0 is, not as -0.0 or +0.0.
        return _format_number(sections[2], 0) if len(sections) > 2 else text.lstrip("+-")
    return text


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    tokens: list[tuple[str, str]] = []
    condition: tuple[str, float] | None = None
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "other", match.group()
        if kind == "other" and text == ";":
            sections.append(_Section(_minutes(tokens), condition))
            tokens, condition = [], None
        elif kind == "condition" and (found := _CONDITION.fullmatch(text)):
            condition = (found[1], float(found[2]))
        elif kind != "ignored":
            tokens.append((kind, _literal(kind, text)))
    sections.append(_Section(_minutes(tokens), condition))
    return tuple(sections)


def _literal(kind: str, text: str) -> str:
    if kind != "literal":
        return text
    return text[1:-1] if text.startswith('"') else text[1:] if text[0] == "\\" else " "


def _minutes(tokens: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """An `m` after hours or before seconds means minutes."""
    dates = [index for index, (kind, _) in enumerate(tokens) if kind == "date"]
    for place, index in enumerate(dates):
        before = tokens[dates[place - 1]][1][0].lower() if place else ""
        after = tokens[dates[place + 1]][1][0].lower() if place + 1 < len(dates) else ""
        if tokens[index][1][0].lower() == "m" and (before == "h" or after == "s"):
            tokens[index] = ("minutes", tokens[index][1])
    return tuple(tokens)


def _choose(sections: tuple[_Section, ...], value: float) -> tuple[_Section, bool]:
    """The section for a value, and whether it still needs its minus sign."""
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None or _holds(section.condition, value):
                return section, True
    numeric = sections[:3]
    if value < 0 and len(numeric) > 1:
        return numeric[1], False
    if value == 0 and len(numeric) > 2:
        return numeric[2], True
    return numeric[0], True


def _holds(condition: tuple[str, float], value: float) -> bool:
    operator, bound = condition
    return {
        "<": value < bound,
        ">": value > bound,
        "<=": value <= bound,
        ">=": value >= bound,
        "=": value == bound,
        "<>": value != bound,
    }[operator]


def _format_text(sections: tuple[_Section, ...], value: str) -> str:
    chosen = sections[3] if len(sections) > 3 else None
    if chosen is None:
        return value
    return "".join(value if kind == "text" else text for kind, text in chosen.tokens)


def _format_number(section: _Section, value: float) -> str:
    scale = sum(kind == "percent" for kind, _ in section.tokens) * 2
    placeholders = [text for kind, text in section.tokens if kind == "digits"]
    exponent = next((text for kind, text in section.tokens if kind == "exponent"), None)
    body = ""
    if placeholders:
        body = _digits(placeholders[0], value, scale, exponent)
    negative = value < 0 and any(character in "123456789" for character in body.split("E")[0])
    parts: list[str] = []
    for kind, text in section.tokens:
        if kind == "digits":
            parts.append(body)
            body = ""
        elif kind == "general":
            parts.append(f"{abs(value):.12g}")
            negative = value < 0
        elif kind != "exponent":
            parts.append(text)
    return ("-" if negative else "") + "".join(parts)


def _digits(pattern: str, value: float, scale: int, exponent: str | None) -> str:
    scaling = len(pattern) - len(pattern.rstrip(","))
    whole, _, fraction = pattern.rstrip(",").partition(".")
    try:
        amount = Decimal(str(abs(value))).scaleb(scale - 3 * scaling)
    except InvalidOperation:
        return str(value)
    if exponent:
        return _scientific(amount, len(fraction), len(exponent) - 2)
    if amount.adjusted() > 24:
        return f"{amount:.3E}"
    rounded = str(amount.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP))
    integer, _, decimals = rounded.partition(".")
    integer = integer.lstrip("0").rjust(whole.replace(",", "").count("0"), "0")
    if "," in whole:
        integer = f"{int(integer):,}".rjust(len(integer)) if integer else ""
    needed = len(fraction.rstrip("#"))
    decimals = decimals[:needed] + decimals[needed:].rstrip("0")
    return integer + ("." + decimals if decimals else "")


def _scientific(amount: Decimal, decimals: int, width: int) -> str:
    mantissa, _, power = f"{amount:.{decimals}E}".partition("E")
    sign = "-" if power.startswith("-") else "+"
    return f"{mantissa}E{sign}{power.lstrip('+-').rjust(width, '0')}"


def _format_date(section: _Section, value: date) -> str:
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    half = any(kind == "half" for kind, _ in section.tokens)
    return "".join(_date_part(kind, text, moment, half) for kind, text in section.tokens)


def _date_part(  # noqa: PLR0911  one case for each letter
    kind: str, text: str, moment: datetime, half: bool
) -> str:
    if kind == "minutes":
        return f"{moment.minute:0{min(len(text), 2)}d}"
    if kind == "half":
        return "PM" if moment.hour >= 12 else "AM"
    if kind != "date":
        return text
    size = len(text)
    two = f"0{min(size, 2)}d"
    match text[0].lower():
        case "y":
            return f"{moment.year:04d}" if size > 2 else f"{moment.year % 100:02d}"
        case "m":
            return _named(_MONTHS[moment.month - 1], size) or format(moment.month, two)
        case "d":
            return _named(_DAYS[moment.weekday()], size) or format(moment.day, two)
        case "h":
            return format((moment.hour % 12 or 12) if half else moment.hour, two)
        case _:
            return format(moment.second, two)


def _named(name: str, size: int) -> str:
    """The name in full or its first three letters; nothing where a number is wanted."""
    return name if size >= 4 else name[:3] if size == 3 else ""
