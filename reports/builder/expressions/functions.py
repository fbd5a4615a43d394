"""What expressions may call: a fixed list of methods and functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from reports.builder.expressions.lexer import ExpressionError
from reports.builder.notices import did_you_mean


def text_of(value: object) -> str:
    """A value as JavaScript would put it into text; nothing for null."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return "" if math.isnan(value) else f"{value:.15g}"
        case date():
            return value.isoformat()
        case _:
            return str(value)


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


_MATH: dict[str, Callable[..., object]] = {
    "abs": abs,
    "round": _round,
    "floor": math.floor,
    "ceil": math.ceil,
    "max": max,
    "min": min,
    "sqrt": math.sqrt,
}
FUNCTIONS: Mapping[str, object] = MappingProxyType(
    {"trend": trend, "plural": plural, "change": change, "Math": _MATH}
)


def method(target: object, name: str, arguments: Sequence[object]) -> object:
    """The result of `target.name(arguments)` for the methods that pages may use.

    Raises:
        ExpressionError: If values of this kind have no such method.
    """
    if target is None:
        return None
    methods = _methods_of(target)
    if name not in methods:
        raise ExpressionError(f"no method '{name}' here{did_you_mean(name, methods)}")
    try:
        return methods[name](target, *arguments)
    except (TypeError, ValueError, IndexError) as error:
        raise ExpressionError(f".{name}(...) cannot take these arguments: {error}") from error


def _methods_of(target: object) -> Mapping[str, Callable[..., object]]:
    if isinstance(target, str):
        return _TEXT_METHODS
    if isinstance(target, Sequence):
        return _LIST_METHODS
    if isinstance(target, int | float):
        return _NUMBER_METHODS
    return {}


def _slice(target: Sequence[object], start: int = 0, end: int | None = None) -> object:
    return target[start:end]


def _at(target: Sequence[object], index: int) -> object:
    return target[index] if -len(target) <= index < len(target) else None


def _join(target: Sequence[object], separator: str = ",") -> str:
    return separator.join(text_of(item) for item in target)


def _to_fixed(target: float, digits: int = 0) -> str:
    return f"{target:.{min(int(digits), 20)}f}"


def _to_locale_string(target: float, *_: object) -> str:
    return f"{target:,.3f}".rstrip("0").rstrip(".")


def _includes(target: Sequence[object], wanted: object) -> bool:
    return wanted in target


_TEXT_METHODS: Mapping[str, Callable[..., object]] = {
    "slice": _slice,
    "at": _at,
    "includes": _includes,
    "toUpperCase": str.upper,
    "toLowerCase": str.lower,
    "trim": str.strip,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "replace": lambda target, old, new: target.replace(old, new, 1),
    "replaceAll": lambda target, old, new: target.replace(old, new),
    "toString": str,
}
_LIST_METHODS: Mapping[str, Callable[..., object]] = {
    "slice": _slice,
    "at": _at,
    "includes": _includes,
    "join": _join,
}
_NUMBER_METHODS: Mapping[str, Callable[..., object]] = {
    "toFixed": _to_fixed,
    "toLocaleString": _to_locale_string,
    "toString": text_of,
}
