"""Points in a plane, bins of a histogram, and boxes of a box plot."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.builder.charts.canvas import INK, Canvas, Point
from reports.builder.charts.ticks import FURTHEST, value_scale

At = Callable[[float, float], Point]
_MAX_HITS = 2_000
SMALLEST, LARGEST = 3.0, 26.0


def radius(size: float | None, largest: float, factor: float = 1.0) -> float:
    """The radius of a dot whose area stands for a number.

    Args:
        size: The number.
        largest: The number of the largest dot of the drawing.
        factor: How much larger than usual dots are, at most twice.
    """
    share = abs(size or 0.0) / largest if largest else 0.0
    return max(SMALLEST, LARGEST * min(factor, 2.0) * math.sqrt(share))


@dataclass(frozen=True)
class Dot:
    """A point: where it is, how large, and what is said about it."""

    x: float
    y: float
    radius: float
    color: str
    tip: str


@dataclass(frozen=True)
class Bin:
    """A bin of a histogram: from a value, up to a value, and how many are in it."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Box:
    """A box: its name, its middle, its ends and its whiskers."""

    name: str
    middle: float
    low: float | None
    high: float | None
    least: float | None
    most: float | None
    color: str
    tip: str


def dots(canvas: Canvas, at: At, shown: Sequence[Dot], opacity: float) -> None:
    """Points, the large ones first, so that they hide nothing."""
    for each in sorted((dot for dot in shown if dot.radius), key=lambda dot: -dot.radius):
        canvas.circle(
            at(each.x, each.y),
            each.radius,
            each.color,
            fill_opacity=f"{opacity:g}",
            stroke="var(--card)",
            stroke_width="0.5",
            class_="dot",
        )
    for each in shown[:_MAX_HITS]:
        x, y = at(each.x, each.y)
        reach = max(each.radius, 5.0)
        canvas.hit((x - reach, y - reach), (2 * reach, 2 * reach), each.tip)


def binned(values: Sequence[float]) -> list[Bin]:
    """Bins of one round width: about as many as the square root of the number of values."""
    values = [max(-FURTHEST, min(value, FURTHEST)) for value in values]
    low, high = min(values), max(values)
    if low == high:
        return [Bin(low, low + (abs(low) * 0.1 or 1.0), len(values))]
    edges = value_scale(low, high, max(1, math.ceil(math.sqrt(len(values))))).ticks
    counts = [0] * (len(edges) - 1)
    step = edges[1] - edges[0]
    for value in values:
        place = int((value - edges[0]) / step + 1e-9)
        counts[min(max(place, 0), len(counts) - 1)] += 1
    return [Bin(edges[i], edges[i + 1], count) for i, count in enumerate(counts)]


def bins(
    canvas: Canvas,
    at: At,
    shown: Sequence[Bin],
    color: str,
    tip: Callable[[Bin], str],
    opacity: float | None = None,
) -> None:
    """The bars of a histogram, side by side."""
    for each in shown:
        left, top = at(each.low, each.count)
        right, floor = at(each.high, 0)
        if each.count:
            size = (max(right - left - 1, 0.5), max(floor - top, 0.5))
            paint = None if opacity is None else f"{opacity:g}"
            canvas.rect((left, top), size, color, class_="bin", fill_opacity=paint)
        canvas.hit((left, 0), (max(right - left, 0.5), floor), tip(each))


def boxes(canvas: Canvas, shown: Sequence[Box], at: At, *, turned: bool) -> None:
    """Boxes with their whiskers; turned ones lie down."""

    def point(along: float, value: float) -> Point:
        return at(value, along) if turned else at(along, value)

    for place, each in enumerate(shown):
        half = 0.28
        if each.least is not None and each.most is not None:
            canvas.line(point(place, each.least), point(place, each.most), INK, class_="whisker")
            for end in (each.least, each.most):
                canvas.line(point(place - half / 2, end), point(place + half / 2, end), INK)
        if each.low is not None and each.high is not None:
            one, two = point(place - half, each.low), point(place + half, each.high)
            corner = (min(one[0], two[0]), min(one[1], two[1]))
            size = (max(abs(one[0] - two[0]), 1.0), max(abs(one[1] - two[1]), 1.0))
            canvas.rect(corner, size, each.color, class_="box", stroke="var(--card)")
        ends = point(place - half, each.middle), point(place + half, each.middle)
        canvas.line(*ends, INK, stroke_width="2", class_="median")
    for place, each in enumerate(shown):
        values = [
            v for v in (each.least, each.low, each.middle, each.high, each.most) if v is not None
        ]
        one, two = point(place - 0.5, min(values)), point(place + 0.5, max(values))
        corner = (min(one[0], two[0]), min(one[1], two[1]) - 3)
        canvas.hit(corner, (abs(one[0] - two[0]) + 1, abs(one[1] - two[1]) + 6), each.tip)
