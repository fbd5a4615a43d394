"""Colours by name: variables of the theme, so that one chart serves light, dark and print."""

from __future__ import annotations

import re

SERIES = tuple(f"var(--series-{number})" for number in range(1, 9))
MUTED = "var(--series-muted)"
_NAMES = {
    "muted": MUTED,
    "base": "var(--muted)",
    "accent": "var(--series-1)",
    "info": "var(--series-1)",
    "positive": "var(--good)",
    "negative": "var(--bad)",
    "warning": "var(--warn)",
}
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_WORD = re.compile(r"[a-zA-Z]{3,20}")


def color(name: str) -> str | None:
    """A colour by its name in the theme, as `series-2`, as #hex, or as a CSS colour word."""
    if name in _NAMES:
        return _NAMES[name]
    if re.fullmatch(r"series-[1-8]", name):
        return f"var(--{name})"
    return name if _HEX.fullmatch(name) or _WORD.fullmatch(name) else None
