"""Lines, bands, points and remarks that a page draws over a chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from reports.builder.charts.canvas import INK, Canvas, Point
from reports.builder.charts.text import FONT_SIZE, width, wrap

Kind = Literal["line", "area", "point", "callout"]
_REMARK = 180.0
# Texts over marks stay readable.
_HALO = {"stroke": "var(--card)", "stroke_width": "3", "paint_order": "stroke"}


@dataclass(frozen=True)
class Annotation:
    """One of them; what is not given reaches across the whole chart.

    Attributes:
        kind: What is drawn.
        x: Where it is, or where it begins.
        y: Likewise.
        x2: Where it ends.
        y2: Likewise.
        label: What stands at it.
        color: A CSS colour.
        label_color: The label's, if not the same.
        dash: The line's dashes; empty for a solid line.
        width: The line's.
        position: Where the label stands, as pages say it.
        opacity: Of a band.
        size: Of a point.
        bold: Whether the label is.
    """

    kind: Kind
    x: float | date | str | None = None
    y: float | None = None
    x2: float | date | str | None = None
    y2: float | None = None
    label: str = ""
    color: str = "var(--muted)"
    label_color: str | None = None
    dash: str = "4 3"
    width: float = 1.3
    position: str = ""
    opacity: float = 0.12
    size: float = 8.0
    bold: bool = False

    @property
    def across(self) -> bool:
        """Whether it is a line at one value."""
        return self.kind == "line" and self.x is None and self.y is not None

    @property
    def heights(self) -> list[float]:
        """The values that the value axis has to reach."""
        return [each for each in (self.y, self.y2) if each is not None]


@dataclass(frozen=True)
class Ground:
    """The plotting area that annotations are drawn on.

    Attributes:
        width: In pixels.
        height: In pixels.
        x: The share of the width for a position, None outside of the axis.
        y: The share of the height, from the bottom, for a value; None outside of the axis.
        turned: Whether positions go down and values go to the right.
        step: Half the share of the width that a named position takes.
    """

    width: float
    height: float
    x: Callable[[object], float | None]
    y: Callable[[object], float | None]
    turned: bool = False
    step: float = 0.0

    def point(self, x: float, y: float) -> Point:
        """Shares as pixels."""
        if self.turned:
            return y * self.width, x * self.height
        return x * self.width, (1 - y) * self.height


def draw_bands(canvas: Canvas, ground: Ground, annotations: Iterable[Annotation]) -> None:
    """What lies under the marks."""
    for each in annotations:
        if each.kind == "area":
            _band(canvas, ground, each)


def draw_annotations(canvas: Canvas, ground: Ground, annotations: Iterable[Annotation]) -> None:
    """What lies over the marks."""
    draw = {"line": _line, "point": _point, "callout": _callout, "area": _band_label}
    for each in annotations:
        draw[each.kind](canvas, ground, each)


def _span(
    place: Callable[[object], float | None], low: object, high: object
) -> tuple[float, float] | None:
    first = 0.0 if low is None else place(low)
    last = 1.0 if high is None else place(high)
    if first is None and last is None:
        return None
    one, two = 0.0 if first is None else first, 1.0 if last is None else last
    return min(one, two), max(one, two)


def _corners(ground: Ground, band: Annotation) -> tuple[Point, Point] | None:
    across, up = _span(ground.x, band.x, band.x2), _span(ground.y, band.y, band.y2)
    if across is None or up is None:
        return None
    left = max(0.0, across[0] - ground.step)
    right = min(1.0, across[1] + ground.step)
    one, two = ground.point(left, up[0]), ground.point(right, up[1])
    return (min(one[0], two[0]), min(one[1], two[1])), (abs(one[0] - two[0]), abs(one[1] - two[1]))


def _band(canvas: Canvas, ground: Ground, band: Annotation) -> None:
    if corners := _corners(ground, band):
        canvas.rect(*corners, band.color, fill_opacity=f"{band.opacity:g}", class_="band")


def _band_label(canvas: Canvas, ground: Ground, band: Annotation) -> None:
    corners = _corners(ground, band)
    if not corners or not band.label:
        return
    (left, top), (wide, high) = corners
    side = band.position.lower()
    down = "bottom" in side
    y = top + high - 5 if down else top + (high + 8) / 2 if side == "center" else top + 13
    x, anchor = left + 5, "start"
    if "right" in side:
        x, anchor = left + wide - 5, "end"
    elif side in ("top", "bottom", "center"):
        x, anchor = left + wide / 2, "middle"
    _label(canvas, ground, (x, y), band, anchor)


def _line(canvas: Canvas, ground: Ground, line: Annotation) -> None:
    ends = _ends(ground, line)
    if ends is None:
        return
    start, end = ends
    dash = line.dash or None
    canvas.line(
        start, end, line.color, stroke_width=f"{line.width:g}", stroke_dasharray=dash,
        class_="reference",
    )  # fmt: skip
    side = line.position.lower()
    if abs(start[1] - end[1]) >= abs(start[0] - end[0]):  # upright: its label stands at its top
        upper = min(start, end, key=lambda point: point[1])
        fits = upper[0] + 4 + width(line.label) <= ground.width
        at = (upper[0] + (4 if fits else -4), upper[1] + FONT_SIZE)
        _label(canvas, ground, at, line, "start" if fits else "end")
        return
    left, right = sorted((start, end))
    x, anchor = right[0], "end"
    if "start" in side or "left" in side:
        x, anchor = left[0], "start"
    elif "center" in side:
        x, anchor = (left[0] + right[0]) / 2, "middle"
    y = right[1] if anchor == "end" else left[1] if anchor == "start" else (left[1] + right[1]) / 2
    below = "below" in side or y < FONT_SIZE + 4
    _label(canvas, ground, (x, y + FONT_SIZE + 2 if below else y - 4), line, anchor)


def _ends(ground: Ground, line: Annotation) -> tuple[Point, Point] | None:
    if line.x is not None and line.y is not None:
        places = (ground.x(line.x), ground.y(line.y), ground.x(line.x2), ground.y(line.y2))
        if any(place is None for place in places):
            return None
        x, y, x2, y2 = (place or 0.0 for place in places)
        return ground.point(x, y), ground.point(x2, y2)
    if line.y is not None:
        at = ground.y(line.y)
        return None if at is None else (ground.point(0, at), ground.point(1, at))
    at = ground.x(line.x)
    return None if at is None else (ground.point(at, 0), ground.point(at, 1))


def _dot(canvas: Canvas, ground: Ground, mark: Annotation) -> Point | None:
    """The point itself, drawn, and where it is; None where the chart has no such place."""
    x, y = ground.x(mark.x), ground.y(mark.y)
    if x is None or y is None:
        return None
    at = ground.point(x, y)
    canvas.circle(
        at, max(mark.size / 2, 1.5), mark.color, stroke="var(--card)", class_="reference-point"
    )
    return at


def _point(canvas: Canvas, ground: Ground, mark: Annotation) -> None:
    at = _dot(canvas, ground, mark)
    if at is None:
        return
    place, anchor = _beside(at, mark, mark.size / 2 + 3)
    _label(canvas, ground, place, mark, anchor)


def _callout(canvas: Canvas, ground: Ground, mark: Annotation) -> None:
    at = _dot(canvas, ground, mark)
    if at is None:
        return
    lines = wrap(mark.label, _REMARK, 6) or [mark.label]
    (left, top), anchor = _beside(at, mark, mark.size / 2 + 6)
    high = 14 * (len(lines) - 1)
    first = top - high if "top" in (mark.position or "top").lower() else top
    room = max(width(line) for line in lines)
    for place, line in enumerate(lines):
        point = (_inside(ground, left, room, anchor), max(FONT_SIZE, first + 14 * place))
        canvas.text(point, line, mark.label_color or INK, text_anchor=_anchor(anchor), **_HALO)


def _beside(at: Point, mark: Annotation, gap: float) -> tuple[Point, str]:
    side = (mark.position or "top").lower()
    if "bottom" in side:
        return (at[0], at[1] + gap + FONT_SIZE - 2), "middle"
    if "left" in side:
        return (at[0] - gap, at[1] + 4), "end"
    if "right" in side:
        return (at[0] + gap, at[1] + 4), "start"
    return (at[0], at[1] - gap - 2), "middle"


def _label(canvas: Canvas, ground: Ground, at: Point, mark: Annotation, anchor: str) -> None:
    x = _inside(ground, at[0], width(mark.label), anchor)
    paint = mark.label_color or (INK if mark.kind == "area" else mark.color)
    canvas.text(
        (x, max(at[1], FONT_SIZE - 2)), mark.label, paint, text_anchor=_anchor(anchor),
        font_weight="bold" if mark.bold else None, **_HALO,
    )  # fmt: skip


def _inside(ground: Ground, x: float, room: float, anchor: str) -> float:
    """The text's place moved so that it does not leave the drawing."""
    before = {"start": 0.0, "middle": room / 2, "end": room}[anchor]
    return max(before, min(x, ground.width - (room - before)))


def _anchor(anchor: str) -> str | None:
    return None if anchor == "start" else anchor
