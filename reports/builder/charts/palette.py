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
    "primary": "var(--series-1)",
    "secondary": "var(--series-2)",
    "neutral": "var(--muted)",
    "base-content": "var(--ink)",
    "base-content-muted": "var(--muted)",
    "base-heading": "var(--ink)",
    "base-100": "var(--card)",
    "base-200": "var(--shade)",
    "base-300": "var(--line)",
}
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_FUNCTION = re.compile(r"(?:rgb|hsl)a?\([\d.,%\s/deg]+\)")
_SHADES = (
    "aqua aquamarine azure beige bisque black blue brown burlywood chartreuse chocolate coral"
    " cornsilk crimson cyan fuchsia gainsboro gold goldenrod gray green greenyellow grey honeydew"
    " indigo ivory khaki lavender lime limegreen linen magenta maroon moccasin navy olive orange"
    " orangered orchid peru pink plum purple red salmon seagreen seashell sienna silver skyblue"
    " slateblue slategray slategrey snow steelblue tan teal thistle tomato turquoise violet wheat"
    " white yellow yellowgreen rebeccapurple cornflowerblue cadetblue dodgerblue firebrick"
    " forestgreen hotpink indianred royalblue saddlebrown sandybrown springgreen olivedrab"
    " midnightblue mintcream mistyrose peachpuff rosybrown whitesmoke lawngreen transparent"
)
_WORDS = frozenset(_SHADES.split())
_COMPOUND = re.compile(r"(?:dark|light|medium|pale|deep)(?P<base>[a-z]+)")


def color(name: str) -> str | None:
    """A colour by its name in the theme, as `series-2`, or as CSS writes it."""
    if name in _NAMES:
        return _NAMES[name]
    if re.fullmatch(r"series-[1-8]", name):
        return f"var(--{name})"
    if _HEX.fullmatch(name) or _FUNCTION.fullmatch(name):
        return name
    word = name.lower()
    compound = _COMPOUND.fullmatch(word)
    return word if word in _WORDS or (compound and compound["base"] in _WORDS) else None
