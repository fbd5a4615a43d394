"""Maps: the states of the USA, areas of a GeoJSON file, and points by latitude and longitude."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reports.builder.charts.canvas import GRID, INK, Canvas, Point, polyline
from reports.builder.charts.heat import scale
from reports.builder.charts.shade import Shades
from reports.builder.charts.text import shorten, width
from reports.builder.charts.us_states import COLUMNS, NAMES, PLACES, ROWS
from reports.builder.formats import Format

_MAX_LATITUDE = 85.0
_MAX_NAMED = 12
Ring = Sequence[Point]


@dataclass(frozen=True)
class States:
    """The states with their values.

    Attributes:
        values: By two letters.
        tips: What is said about each.
        shades: Their colours.
        style: How values are written.
        legend: Whether the scale of colours is shown.
    """

    values: Mapping[str, float]
    tips: Mapping[str, str]
    shades: Shades
    style: Format
    legend: bool = True

    def draw(self, total: float) -> Canvas:
        """The drawing at a width."""
        cell = min(total / COLUMNS, 56.0)
        left = (total - cell * COLUMNS) / 2
        canvas = Canvas(total, cell * ROWS + (34 if self.legend else 4))
        for code, (column, row) in PLACES.items():
            at = (left + column * cell, row * cell)
            value = self.values.get(code)
            paint = "var(--shade)" if value is None else self.shades.color(value)
            canvas.rect(
                at, (cell - 2, cell - 2), paint, rx=3.0, class_="none" if value is None else "state"
            )
            if cell >= 20:
                middle = (at[0] + cell / 2 - 1, at[1] + cell / 2 + 3)
                canvas.text(middle, code, INK, text_anchor="middle", style="font-size:11px")
            canvas.hit(at, (cell - 2, cell - 2), self.tips.get(code, f"{NAMES[code]}: –"))
        if self.legend:
            scale(canvas, self.shades, self.style, cell * ROWS + 8)
        return canvas


@dataclass(frozen=True)
class Area:
    """An area: the rings around it, its colour, and what is said about it."""

    rings: Sequence[Ring]
    color: str
    tip: str


@dataclass(frozen=True)
class Spot:
    """A point of the earth: longitude, latitude, radius, colour, and what is said about it."""

    at: Point
    radius: float
    color: str
    tip: str


@dataclass(frozen=True)
class Earth:
    """A piece of the earth, as Mercator draws it, with areas and points on it.

    Attributes:
        areas: What lies below.
        spots: What lies above.
        height: The most that the drawing may be high.
        shades: The scale of colours, if there is one to explain.
        style: How its values are written.
    """

    areas: Sequence[Area] = ()
    spots: Sequence[Spot] = ()
    height: float = 300.0
    shades: Shades | None = None
    style: Format = field(default_factory=lambda: Format("#,##0"))

    def draw(self, total: float) -> Canvas:
        """The drawing at a width."""
        places = [_project(point) for area in self.areas for ring in area.rings for point in ring]
        places += [_project(spot.at) for spot in self.spots]
        margin = max((spot.radius for spot in self.spots), default=0.0) + 8
        left, right = min(x for x, _ in places), max(x for x, _ in places)
        top, bottom = min(y for _, y in places), max(y for _, y in places)
        wide, high = max(right - left, 1e-3), max(bottom - top, 1e-3)
        unit = min((total - 2 * margin) / wide, (self.height - 2 * margin) / high)
        unit = max(unit, 1e-6)
        shift = (total - wide * unit) / 2, max(margin, (self.height - high * unit) / 2)
        canvas = Canvas(total, self.height + (30 if self.shades else 0))
        if not self.areas:
            canvas.rect((0, 0), (total, self.height), "var(--shade)", stroke=GRID, rx=6.0)

        def pixel(point: Point) -> Point:
            x, y = _project(point)
            return shift[0] + (x - left) * unit, shift[1] + (y - top) * unit

        for area in self.areas:
            shape = "".join(polyline(map(pixel, ring), closed=True) for ring in area.rings)
            canvas.path(
                shape, fill=area.color, stroke="var(--card)", stroke_width="0.8", role="img",
                fill_rule="evenodd", aria_label=area.tip, data_tip=area.tip, class_="area",
            )  # fmt: skip
        for spot in sorted(self.spots, key=lambda each: -each.radius):
            canvas.circle(
                pixel(spot.at), spot.radius, spot.color, fill_opacity="0.75",
                stroke="var(--card)", role="img", aria_label=spot.tip, data_tip=spot.tip,
                class_="spot",
            )  # fmt: skip
        if len(self.spots) <= _MAX_NAMED:
            for spot in self.spots:
                self._name(canvas, pixel(spot.at), spot)
        if self.shades:
            scale(canvas, self.shades, self.style, self.height + 6)
        return canvas

    def _name(self, canvas: Canvas, at: Point, spot: Spot) -> None:
        """A point's name, on the side where there is room."""
        name = shorten(spot.tip.partition("\n")[0], 120)
        fits = at[0] + spot.radius + 4 + width(name) <= canvas.width
        x = at[0] + (spot.radius + 4 if fits else -spot.radius - 4)
        canvas.text(
            (x, at[1] + 4), name, INK, text_anchor=None if fits else "end", stroke="var(--card)",
            stroke_width="3", paint_order="stroke",
        )  # fmt: skip


def _project(point: Point) -> Point:
    """Mercator, in degrees; north is up."""
    latitude = math.radians(max(-_MAX_LATITUDE, min(point[1], _MAX_LATITUDE)))
    return point[0], -math.degrees(math.log(math.tan(math.pi / 4 + latitude / 2)))


def rings_of(geometry: object) -> list[list[Point]]:
    """The rings of a GeoJSON polygon or of several, thinned to what a page can show."""
    if not isinstance(geometry, Mapping):
        return []
    shape, coordinates = geometry.get("type"), geometry.get("coordinates")
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(shape))
    found: list[list[Point]] = []
    for polygon in polygons if isinstance(polygons, list) else []:
        for ring in polygon if isinstance(polygon, list) else []:
            points = list(_points(ring))
            if len(points) >= 3:
                found.append(points[:: max(1, len(points) // 400)])
    return found


def _points(ring: object) -> Iterator[Point]:
    for point in ring if isinstance(ring, list) else []:
        if isinstance(point, list) and len(point) >= 2:
            x, y = point[0], point[1]
            if isinstance(x, int | float) and isinstance(y, int | float):
                yield float(x), float(y)
