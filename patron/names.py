"""Suggestions for names that do not exist."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(name: str, known: Iterable[str]) -> str:
    """What to do about an unknown name: the nearest known one, else all of them."""
    options = list(known)
    near = get_close_matches(name, options, n=1, cutoff=0.5)
    if near:
        return f"did you mean '{near[0]}'? Known: {', '.join(options)}"
    return f"known: {', '.join(options)}" if options else "there are none so far"
