"""A chart as small as a word."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from reports.builder.charts import palette


def sparkline(
    values: Sequence[float | None],
    *,
    label: str,
    kind: str = "line",
    color: str | None = None,
    width: int = 120,
    height: int = 28,
) -> Markup:
    """An SVG of values in order; a line starts at the lowest value, bars and areas at zero.

    Args:
        values: In order, None for a gap.
        label: What it shows, for screen readers.
        kind: `line`, `area` or `bar`.
        color: A colour of the theme.
        width: In pixels.
        height: In pixels.
    """
    present = [value for value in values if value is not None]
    if len(present) < 2:
        return Markup("")
    low = min(present) if kind == "line" else min(0.0, *present)
    span = (max(present) - low) or 1.0
    step = (width - 6) / (len(values) - 1)
    places = [
        None if value is None else (3 + i * step, 3 + (height - 6) * (1 - (value - low) / span))
        for i, value in enumerate(values)
    ]
    paint = palette.color(color or "accent") or palette.SERIES[0]
    draw = {"bar": _bars, "area": _area}.get(kind, _line)
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img"'
        ' aria-label="{}">{}</svg>'
    ).format(width, height, width, height, label, draw(places, paint, step, height))


def _point(place: tuple[float, float]) -> str:
    return f"{place[0]:.1f},{place[1]:.1f}"


def _stretches(places: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs = groupby(places, key=lambda place: place is not None)
    return [[place for place in run if place] for there, run in runs if there]


def _line(
    places: Sequence[tuple[float, float] | None], paint: str, step: float, height: int
) -> Markup:
    del step, height
    path = "".join("M" + "L".join(map(_point, run)) for run in _stretches(places))
    last = next(place for place in reversed(places) if place)
    return Markup(
        '<path d="{}" fill="none" stroke="{}" stroke-width="1.75"/>'
        '<circle cx="{:.1f}" cy="{:.1f}" r="2.5" fill="{}"/>'
    ).format(path, paint, *last, paint)


def _area(
    places: Sequence[tuple[float, float] | None], paint: str, step: float, height: int
) -> Markup:
    shapes = "".join(
        f"M{run[0][0]:.1f},{height - 3}L{'L'.join(map(_point, run))}L{run[-1][0]:.1f},{height - 3}Z"
        for run in _stretches(places)
    )
    area = Markup('<path d="{}" fill="{}" opacity=".25"/>').format(shapes, paint)
    return area + _line(places, paint, step, height)


def _bars(
    places: Sequence[tuple[float, float] | None], paint: str, step: float, height: int
) -> Markup:
    wide = max(1.0, step * 0.7)
    return Markup("").join(
        Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>').format(
            x - wide / 2, y, wide, max(0.5, height - 3 - y), paint
        )
        for x, y in filter(None, places)
    )
