"""A plane with two axes, for drawings of points, boxes and bins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from reports.builder.charts.annotations import (
    Annotation,
    Ground,
    draw_annotations,
    draw_bands,
)
from reports.builder.charts.axes import Axis
from reports.builder.charts.canvas import GRID, INK, MUTED, Canvas, Point
from reports.builder.charts.model import Axes
from reports.builder.charts.text import distinct, width, wrap

_GAP = 8.0
_LINE = 13


@dataclass(frozen=True)
class Plane:
    """Two axes and what is written beside them.

    Attributes:
        x: Makes the axis at the bottom for a number of ticks.
        y: The axis at the left.
        height: Of the plotting area.
        x_title: What stands under the axis at the bottom.
        y_title: What stands over the axis at the left.
        axes: Which parts of the axes are drawn.
        annotations: What the page draws over it.
        margin: Room at the right, and at the left beside short texts.
        zero: Whether a line stands at 0 where an axis of numbers goes on below it.
    """

    x: Callable[[int], Axis]
    y: Axis
    height: float
    x_title: str = ""
    y_title: str = ""
    axes: Axes = field(default_factory=Axes)
    annotations: Sequence[Annotation] = ()
    margin: float = 14.0
    zero: bool = False

    def draw(
        self, total: float, marks: Callable[[Canvas, Callable[[float, float], Point]], None]
    ) -> Canvas:
        """The plane with its marks at a width.

        Args:
            total: The width of the whole drawing.
            marks: Draws on the plotting area, given a function from values to pixels.
        """
        names = [label for _, label in self.y.ticks] if self.axes.y_labels else []
        most = total * 0.4 if self.y.names else total
        left = max(min(max(map(width, names), default=0.0), most) + _GAP, self.margin)
        wide = max(total - left - self.margin, 40.0)
        x = self.x(max(2, int(wide / 80)))
        if self.axes.x_labels:
            before, after = _beyond(x, wide)
            left = max(left, before)
            wide = max(total - left - max(self.margin, after), 40.0)
        top = max(26.0 if self.y_title else 8.0, self.margin)
        bottom = 28.0 + (18 if self.x_title else 0)
        inner = Canvas(wide, self.height)
        ground = Ground(wide, self.height, x.place, self.y.place)
        draw_bands(inner, ground, self.annotations)
        self._grid(inner, x, left)

        def at(first: float, second: float) -> Point:
            return x.share(first) * wide, (1 - self.y.share(second)) * self.height

        marks(inner, at)
        draw_annotations(inner, ground, self.annotations)
        canvas = Canvas(total, top + self.height + bottom)
        canvas.add(inner, left, top)
        canvas.text((0.0, 12.0), self.y_title)
        middle = left + wide / 2
        canvas.text((middle, canvas.height - 6), self.x_title, text_anchor="middle")
        return canvas

    def _grid(self, canvas: Canvas, x: Axis, left: float) -> None:
        self._values(canvas, left)
        self._positions(canvas, x)
        if self.zero and x.spans_zero:
            at = x.share(0.0) * canvas.width
            canvas.line((at, 0), (at, self.height), MUTED, class_="zero")
        if self.zero and self.y.spans_zero:
            at = (1 - self.y.share(0.0)) * self.height
            canvas.line((0, at), (canvas.width, at), MUTED, class_="zero")
        if self.axes.x_base:
            canvas.line((0, self.height), (canvas.width, self.height), GRID)
        if self.axes.y_base:
            canvas.line((0, 0), (0, self.height), GRID)

    def _values(self, canvas: Canvas, left: float) -> None:
        texts = [label for _, label in self.y.ticks]
        shown = distinct(texts, left - _GAP) if self.y.names else texts
        for (value, label), text in zip(self.y.ticks, shown, strict=True):
            y = (1 - self.y.share(value)) * self.height
            if self.axes.y_grid and not self.y.names:
                canvas.line((0, y), (canvas.width, y))
            if self.axes.y_ticks:
                canvas.line((-4, y), (0, y))
            if self.axes.y_labels:
                paint = INK if self.y.names else MUTED
                lines = (text != label and wrap(label, left - _GAP)) or [text]
                for place, line in enumerate(lines):
                    low = y + 4 + _LINE * (place - (len(lines) - 1) / 2)
                    canvas.text((-6.0, low), line, paint, text_anchor="end")

    def _positions(self, canvas: Canvas, x: Axis) -> None:
        for value, label in _apart(x.ticks, lambda value: x.share(value) * canvas.width):
            at = x.share(value) * canvas.width
            if self.axes.x_grid:
                canvas.line((at, 0), (at, self.height))
            if self.axes.x_ticks:
                canvas.line((at, self.height), (at, self.height + 4))
            if self.axes.x_labels:
                canvas.text((at, self.height + 18), label, text_anchor="middle")


def _beyond(x: Axis, wide: float) -> tuple[float, float]:
    """How far the texts under an axis reach beyond its beginning and its end."""
    halves = [(x.share(value) * wide, width(label) / 2) for value, label in x.ticks]
    before = max((half - at for at, half in halves), default=0.0)
    return before, max((at + half - wide for at, half in halves), default=0.0)


def _apart(
    ticks: Iterable[tuple[float, str]], place: Callable[[float], float]
) -> list[tuple[float, str]]:
    """The ticks whose labels do not run into the one before."""
    kept: list[tuple[float, str]] = []
    end = float("-inf")
    for value, label in ticks:
        half = width(label) / 2
        if place(value) - half > end:
            kept.append((value, label))
            end = place(value) + half + 6
    return kept
