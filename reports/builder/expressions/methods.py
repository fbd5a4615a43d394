"""The methods of texts, lists, numbers and dates that expressions may call."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from reports.builder.expressions.lexer import ExpressionError
from reports.builder.expressions.locale import fixed, locale_date, locale_moment, locale_number
from reports.builder.expressions.values import text_of, truthy

_MAX_TEXT = 100_000
Function = Callable[..., object]


def methods_of(target: object) -> Mapping[str, Function]:
    """The methods of a value, by name."""
    if isinstance(target, str):
        return _TEXT
    if isinstance(target, date):
        return _DATE
    if isinstance(target, Sequence):
        return _LIST
    if isinstance(target, bool | int | float):
        return _NUMBER
    return {}


def _slice(target: Sequence[object], start: object = 0, end: object = None) -> object:
    first = int(start) if isinstance(start, int | float) else 0
    last = int(end) if isinstance(end, int | float) else None
    return target[first:last]


def _substring(target: str, start: float = 0, end: float | None = None) -> str:
    first = max(0, int(start))
    last = len(target) if end is None else max(0, int(end))
    return target[min(first, last) : max(first, last)]


def _at(target: Sequence[object], index: float = 0) -> object:
    place = int(index)
    return target[place] if -len(target) <= place < len(target) else None


def _join(target: Sequence[object], separator: object = ",") -> str:
    return text_of(separator).join(text_of(item) for item in target)


def _includes(target: Sequence[object], wanted: object) -> bool:
    return text_of(wanted) in target if isinstance(target, str) else wanted in target


def _index(target: Sequence[object], wanted: object) -> int:
    if isinstance(target, str):
        return target.find(text_of(wanted))
    return next((place for place, item in enumerate(target) if item == wanted), -1)


def _callable(function: object) -> Function:
    if not callable(function):
        raise ExpressionError("a function such as 'row => row.x' is needed here")
    return function


def _filter(target: Sequence[object], test: object) -> list[object]:
    holds = _callable(test)
    return [item for place, item in enumerate(target) if truthy(holds(item, place))]


def _map(target: Sequence[object], change: object) -> list[object]:
    apply = _callable(change)
    return [apply(item, place) for place, item in enumerate(target)]


def _find(target: Sequence[object], test: object) -> object:
    return next(iter(_filter(target, test)), None)


def _find_index(target: Sequence[object], test: object) -> int:
    holds = _callable(test)
    found = (place for place, item in enumerate(target) if truthy(holds(item, place)))
    return next(found, -1)


def _some(target: Sequence[object], test: object) -> bool:
    return bool(_filter(target, test))


def _every(target: Sequence[object], test: object) -> bool:
    return len(_filter(target, test)) == len(target)


def _reduce(target: Sequence[object], combine: object, *start: object) -> object:
    apply = _callable(combine)
    if not start and not target:
        raise ExpressionError(".reduce(...) of an empty list needs a beginning")
    value, items = (start[0], target) if start else (target[0], target[1:])
    for place, item in enumerate(items):
        value = apply(value, item, place)
    return value


def _sort(target: Sequence[object], order: object = None) -> list[object]:
    if order is None:
        return sorted(target, key=text_of)
    compare = _callable(order)

    def sign(first: object, second: object) -> int:
        found = compare(first, second)
        return int((found > 0) - (found < 0)) if isinstance(found, int | float) else 0

    return sorted(target, key=functools.cmp_to_key(sign))


def _flat(target: Sequence[object], *_: object) -> list[object]:
    found: list[object] = []
    for item in target:
        nested = isinstance(item, Sequence) and not isinstance(item, str)
        found += item if nested and isinstance(item, Sequence) else [item]
    return found


def _concat(target: Sequence[object], *others: object) -> object:
    if isinstance(target, str):
        return (target + "".join(map(text_of, others)))[:_MAX_TEXT]
    return [*target, *_flat(others)]


def _repeat(target: str, count: float) -> str:
    return (target * max(0, min(int(count), _MAX_TEXT)))[:_MAX_TEXT]


def _pad(target: str, size: float, filler: str, *, before: bool) -> str:
    missing = min(int(size), _MAX_TEXT) - len(target)
    padding = (filler * max(missing, 0))[: max(missing, 0)] if filler else ""
    return padding + target if before else target + padding


def _split(target: str, separator: object = None) -> list[str]:
    if separator is None:
        return [target]
    return target.split(text_of(separator)) if separator != "" else list(target)


def _iso(target: date) -> str:
    moment = target if isinstance(target, datetime) else datetime(*target.timetuple()[:3])  # noqa: DTZ001
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _precision(target: float, digits: float = 6) -> str:
    return f"{target:.{max(1, min(int(digits), 20))}g}"


_TEXT: Mapping[str, Function] = {
    "slice": _slice,
    "substring": _substring,
    "substr": lambda target, start=0, size=None: _slice(
        target, start, None if size is None else start + size
    ),
    "at": _at,
    "charAt": lambda target, index=0: _at(target, index) or "",
    "includes": _includes,
    "indexOf": _index,
    "split": _split,
    "concat": _concat,
    "repeat": _repeat,
    "padStart": lambda target, size, filler=" ": _pad(target, size, filler, before=True),
    "padEnd": lambda target, size, filler=" ": _pad(target, size, filler, before=False),
    "toUpperCase": str.upper,
    "toLowerCase": str.lower,
    "toLocaleUpperCase": str.upper,
    "toLocaleLowerCase": str.lower,
    "trim": str.strip,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "replace": lambda target, old, new: target.replace(old, text_of(new), 1),
    "replaceAll": lambda target, old, new: target.replace(old, text_of(new))[:_MAX_TEXT],
    "toString": str,
    "localeCompare": lambda target, other: (target > text_of(other)) - (target < text_of(other)),
}
_LIST: Mapping[str, Function] = {
    "slice": _slice,
    "at": _at,
    "includes": _includes,
    "indexOf": _index,
    "join": _join,
    "filter": _filter,
    "map": _map,
    "find": _find,
    "findIndex": _find_index,
    "some": _some,
    "every": _every,
    "reduce": _reduce,
    "sort": _sort,
    "toSorted": _sort,
    "reverse": lambda target: list(reversed(target)),
    "toReversed": lambda target: list(reversed(target)),
    "flat": _flat,
    "flatMap": lambda target, change: _flat(_map(target, change)),
    "concat": _concat,
    "toString": _join,
}
_NUMBER: Mapping[str, Function] = {
    "toFixed": fixed,
    "toPrecision": _precision,
    "toLocaleString": lambda target, _=None, options=None: locale_number(target, options),
    "toString": lambda target, *_: text_of(target),
}
_DATE: Mapping[str, Function] = {
    "getFullYear": lambda target: target.year,
    "getMonth": lambda target: target.month - 1,
    "getDate": lambda target: target.day,
    "getDay": lambda target: (target.weekday() + 1) % 7,
    "getHours": lambda target: getattr(target, "hour", 0),
    "getMinutes": lambda target: getattr(target, "minute", 0),
    "toISOString": _iso,
    "toLocaleDateString": locale_date,
    "toLocaleString": locale_moment,
    "toDateString": lambda target: target.strftime("%a %b %d %Y"),
    "toString": text_of,
    "slice": lambda target, *ends: _slice(text_of(target), *ends),
    "substring": lambda target, *ends: _substring(text_of(target), *ends),
    "split": lambda target, separator=None: _split(text_of(target), separator),
}
