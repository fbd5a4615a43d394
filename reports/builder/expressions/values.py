"""What JavaScript makes of values: their text, their truth, their type."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date


def text_of(value: object) -> str:  # noqa: PLR0911  one case for each type
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
        case list() | tuple():
            return ",".join(text_of(item) for item in value)
        case dict():
            return "[object Object]"
        case _:
            return "" if callable(value) else str(value)


def truthy(value: object) -> bool:
    """JavaScript's truth: 0, empty text, null and NaN are false, lists and rows are true."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return False
    if isinstance(value, bool | int | float | str):
        return bool(value)
    return True


def type_of(value: object) -> str:
    """What `typeof` says."""
    match value:
        case None:
            return "undefined"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case Mapping():
            return "object"
        case _:
            return "function" if callable(value) else "object"
