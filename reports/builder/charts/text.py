"""How wide text is in the charts' font, so that labels get the room they need.

The widths are those of Helvetica, Arial and Liberation Sans, which share their metrics; the theme
asks for exactly these fonts in charts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

FONT_SIZE = 12
_WIDTHS = {
    **dict.fromkeys("ijl'|", 222),
    **dict.fromkeys("ft/.,:; I!()-–[]r", 300),
    **dict.fromkeys("ckvxyzsJ", 500),
    **dict.fromkeys("abdeghnopqu0123456789L+=<>€$£_?", 560),
    **dict.fromkeys("ABEFKPSVXYTZ&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("mM%", 860),
    "W": 944,
    "@": 1015,
    **dict.fromkeys("…→←", 1000),
    " ": 278,
}
_OTHER = 667


def width(text: str, size: float = FONT_SIZE) -> float:
    """The width of a line of text in pixels."""
    return sum(_WIDTHS.get(character, _OTHER) for character in text) * size / 1000


def shorten(text: str, room: float, size: float = FONT_SIZE) -> str:
    """The text if it fits, else its beginning and an ellipsis."""
    if width(text, size) <= room:
        return text
    used, kept = width("…", size), 0
    for character in text:
        used += width(character, size)
        if used > room:
            break
        kept += 1
    return text[:kept].rstrip() + "…"


def distinct(texts: Sequence[str], room: float, size: float = FONT_SIZE) -> list[str]:
    """Texts shortened to the room; those that would then read the same keep their ends too."""
    found = [shorten(text, room, size) for text in texts]
    alike = {short for short in found if found.count(short) > 1}
    return [
        _middle(text, room, size) if short in alike and short != text else short
        for text, short in zip(texts, found, strict=True)
    ]


def _middle(text: str, room: float, size: float) -> str:
    """The beginning and the end of a text, with an ellipsis between them."""
    kept = len(text) - 2
    while kept > 1:
        head, tail = text[: (kept + 1) // 2].rstrip(), text[-(kept // 2) :].lstrip()
        if width(shortened := f"{head}…{tail}", size) <= room:
            return shortened
        kept -= 1
    return shorten(text, room, size)


def wrap(text: str, room: float, lines: int = 2) -> list[str] | None:
    """The text in at most so many lines, broken at spaces; None if it does not fit."""
    found = [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if width(longer) <= room:
            found[-1] = longer
        elif width(word) <= room and found[-1]:
            found.append(word)
        else:
            return None
    return found if len(found) <= lines else None


def spread(positions: list[float], distance: float, lowest: float, highest: float) -> list[float]:
    """Positions moved apart until neighbours keep a distance, in the order given.

    Args:
        positions: Where the labels would like to be.
        distance: What neighbours keep.
        lowest: The first allowed position.
        highest: The last allowed position, if they all fit.
    """
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    placed = [max(lowest, positions[index]) for index in order]
    for first, second in pairwise(range(len(placed))):
        placed[second] = max(placed[second], placed[first] + distance)
    overflow = placed[-1] - highest if placed else 0
    for index in reversed(range(len(placed))):
        if overflow <= 0:
            break
        ceiling = highest if index == len(placed) - 1 else placed[index + 1] - distance
        placed[index] = max(lowest, min(placed[index], ceiling))
    result = [0.0] * len(positions)
    for place, index in zip(placed, order, strict=True):
        result[index] = place
    return result
