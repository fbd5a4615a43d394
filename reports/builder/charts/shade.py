"""Colours for values: from weak to strong, or from one colour through others to the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# On a colour of the theme this strong, text still has a contrast of 4.5 to 1, in light and dark.
READABLE = 56.0


@dataclass(frozen=True)
class Shades:
    """A scale of colours over values.

    Attributes:
        colors: One colour that grows stronger, or several that the values go through.
        low: The value of the first.
        high: The value of the last.
        middle: The value in the middle, if it is not half-way.
        strongest: How much of a colour its strongest shade has, in percent.
        weakest: How much its weakest shade has.
    """

    colors: Sequence[str]
    low: float
    high: float
    middle: float | None = None
    strongest: float = 92.0
    weakest: float = 8.0

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1."""
        low, high = self.low, self.high
        if self.middle is not None and low < self.middle < high:
            if value < self.middle:
                return max(0.0, (value - low) / (self.middle - low) / 2)
            return min(1.0, 0.5 + (value - self.middle) / (high - self.middle) / 2)
        if high <= low:
            return 0.5
        return min(1.0, max(0.0, (value - low) / (high - low)))

    def color(self, value: float) -> str:
        """The colour of a value, in CSS."""
        share = self.share(value)
        if len(self.colors) == 1:
            strength = self.weakest + share * (self.strongest - self.weakest)
            return mix(self.colors[0], strength, "var(--card)")
        place = share * (len(self.colors) - 1)
        first = min(int(place), len(self.colors) - 2)
        full = mix(self.colors[first + 1], (place - first) * 100, self.colors[first])
        return mix(full, self.strongest, "var(--card)")


def mix(color: str, percent: float, other: str) -> str:
    """A mixture of two colours; variables of the theme are mixed by the browser."""
    return f"color-mix(in srgb,{color} {percent:.0f}%,{other})"
