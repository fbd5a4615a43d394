"""What expressions may call: a fixed list of methods and functions."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from reports.builder.expressions.lexer import ExpressionError
from reports.builder.expressions.methods import methods_of
from reports.builder.expressions.values import text_of, truthy
from reports.builder.notices import did_you_mean

__all__ = ["FUNCTIONS", "change", "method", "plural", "text_of", "trend"]
_WHOLE = re.compile(r"\s*([+-]?\d+)")
_DECIMAL = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


def trend(
    now: float | None,
    before: float | None,
    up: str = "rose",
    down: str = "fell",
    same: str = "did not change",
) -> str:
    """The word for a movement, so that no page claims a direction that the data do not have."""
    if now is None or before is None or now == before:
        return same
    return up if now > before else down


def plural(count: float | None, one: str, many: str) -> str:
    """`one` for exactly 1, else `many`."""
    return one if count == 1 else many


def change(now: float | None, before: float | None) -> float | None:
    """Relative change, None without a base to compare with."""
    if now is None or not before:
        return None
    return (now - before) / abs(before)


def _round(value: float, digits: int = 0) -> float:
    scale = 10.0**digits
    return float(math.floor(value * scale + 0.5) / scale)


def _number(value: object = 0) -> float | int | None:
    """A text or truth value as a number; None if it is none."""
    if value is None or value == "":
        return 0
    if isinstance(value, int | float):
        return value
    try:
        found = float(text_of(value).strip())
    except ValueError:
        return None
    return int(found) if math.isfinite(found) and found == int(found) else found


def _leading_number(value: object, *, whole: bool) -> float | int | None:
    match = (_WHOLE if whole else _DECIMAL).match(text_of(value))
    return (int(match[1]) if whole else float(match[1])) if match else None


def _date(*parts: object) -> date | None:
    """`new Date(text)` or `new Date(year, month, day)`; there is no clock in a report."""
    if not parts:
        raise ExpressionError("new Date() would be another day in every build; name one")
    if isinstance(parts[0], date):
        return parts[0]
    if len(parts) > 1:
        year, month, *rest = (int(str(part)) for part in parts[:3])
        index = year * 12 + month
        return date(index // 12, index % 12 + 1, rest[0] if rest else 1)
    text = text_of(parts[0]).replace("Z", "")
    try:
        return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
    except ValueError:
        return None


def _fields(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _truncated(value: float) -> int:
    return math.trunc(value)


_MATH: dict[str, object] = {
    "abs": abs,
    "round": _round,
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": _truncated,
    "sign": lambda value: (value > 0) - (value < 0),
    "max": lambda *values: max(values, default=None),
    "min": lambda *values: min(values, default=None),
    "sqrt": math.sqrt,
    "cbrt": lambda value: math.copysign(abs(value) ** (1 / 3), value),
    "pow": math.pow,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "log2": math.log2,
    "hypot": math.hypot,
    "PI": math.pi,
    "E": math.e,
}
FUNCTIONS: Mapping[str, object] = MappingProxyType(
    {
        "trend": trend,
        "plural": plural,
        "change": change,
        "Math": _MATH,
        "Number": _number,
        "String": text_of,
        "Boolean": truthy,
        "Date": _date,
        "parseInt": lambda value, *_: _leading_number(value, whole=True),
        "parseFloat": lambda value: _leading_number(value, whole=False),
        "isNaN": lambda value: _number(value) is None,
        "Object": {
            "keys": lambda value: list(_fields(value).keys()),
            "values": lambda value: list(_fields(value).values()),
            "entries": lambda value: [[key, each] for key, each in _fields(value).items()],
        },
        "Array": {
            "isArray": lambda value: isinstance(value, Sequence) and not isinstance(value, str)
        },
    }
)


def method(target: object, name: str, arguments: Sequence[object]) -> object:
    """The result of `target.name(arguments)` for the methods that pages may use.

    Raises:
        ExpressionError: If there is no such method, or it does not take these arguments.
    """
    if target is None:
        return None
    methods = methods_of(target)
    if name not in methods:
        near = did_you_mean(name, methods)
        raise ExpressionError(f"no method '{name}' here{near}")
    try:
        return methods[name](target, *arguments)
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError) as error:
        raise ExpressionError(f".{name}(...) cannot take these arguments: {error}") from error
