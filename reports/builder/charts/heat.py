"""Grids of colours: a heatmap of names, and a calendar of days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reports.builder.charts.canvas import INK, Canvas
from reports.builder.charts.shade import Shades
from reports.builder.charts.text import distinct, shorten, width
from reports.builder.formats import Format

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LEGEND_STEPS = 24


@dataclass(frozen=True)
class Grid:
    """A heatmap.

    Attributes:
        columns: The names at the top.
        rows: The names at the left.
        cells: Values by row and column.
        shades: Their colours.
        style: How they are written.
        cell_height: In pixels.
        labels: Whether cells show their values.
        legend: Whether the scale of colours is shown.
    """

    columns: Sequence[str]
    rows: Sequence[str]
    cells: Mapping[tuple[str, str], float]
    shades: Shades
    style: Format
    cell_height: float = 30.0
    labels: bool = True
    legend: bool = True

    def draw(self, total: float) -> Canvas:
        """The drawing at a width."""
        left = min(max(map(width, self.rows), default=0.0) + 8, total * 0.34)
        step = (total - left) / max(len(self.columns), 1)
        head = 22.0
        high = head + self.cell_height * len(self.rows)
        canvas = Canvas(total, high + (34 if self.legend else 4))
        _column_names(canvas, self.columns, left, step)
        names = distinct(self.rows, left - 8)
        for line, (row, name) in enumerate(zip(self.rows, names, strict=True)):
            top = head + line * self.cell_height
            canvas.text((left - 6, top + self.cell_height / 2 + 4), name, INK, text_anchor="end")
            for place, column in enumerate(self.columns):
                self._cell(canvas, (row, column), (left + place * step, top), step)
        if self.legend:
            scale(canvas, self.shades, self.style, high + 10)
        return canvas

    def _cell(
        self, canvas: Canvas, key: tuple[str, str], at: tuple[float, float], step: float
    ) -> None:
        value = self.cells.get(key)
        size = (max(step - 1, 0.6), self.cell_height - 1)
        if value is None:
            canvas.rect(at, size, "var(--shade)", class_="none")
            canvas.hit(at, size, f"{key[0]}, {key[1]}: –")
            return
        text = self.style.text(value)
        canvas.rect(at, size, self.shades.color(value), class_="cell")
        if self.labels and width(text, 11) <= step - 4 and self.cell_height >= 14:
            middle = (at[0] + step / 2, at[1] + self.cell_height / 2 + 4)
            canvas.text(middle, text, INK, text_anchor="middle", style="font-size:11px")
        canvas.hit(at, size, f"{key[0]}, {key[1]}: {text}")


def _column_names(canvas: Canvas, names: Sequence[str], left: float, step: float) -> None:
    widest = max(map(width, names), default=0.0) + 6
    every = max(1, round(widest / step + 0.5)) if widest > step else 1
    for place, name in enumerate(names):
        if place % every == 0:
            room = step * every - 2
            at = left + (place + 0.5) * step
            anchor = "middle"
            if every > 1:
                at, anchor = left + place * step, "start"
            canvas.text((at, 14.0), shorten(name, room), text_anchor=anchor)


def scale(canvas: Canvas, shades: Shades, style: Format, top: float) -> None:
    """The colours with the values of the ends."""
    low, high = style.text(shades.low), style.text(shades.high)
    start = width(low) + 8
    step = 4.0
    canvas.text((0.0, top + 11), low)
    for place in range(_LEGEND_STEPS):
        value = shades.low + (shades.high - shades.low) * place / (_LEGEND_STEPS - 1)
        canvas.rect((start + place * step, top + 2), (step + 0.4, 10), shades.color(value))
    canvas.text((start + _LEGEND_STEPS * step + 8, top + 11), high)


@dataclass(frozen=True)
class Calendar:
    """A calendar, a year in each stretch.

    Attributes:
        days: Values by day.
        shades: Their colours.
        style: How they are written.
        years: Whether years are named.
        months: Whether months are named.
        weekdays: Whether days of the week are named.
        legend: Whether the scale of colours is shown.
    """

    days: Mapping[date, float]
    shades: Shades
    style: Format
    years: bool = True
    months: bool = True
    weekdays: bool = True
    legend: bool = True

    def draw(self, total: float) -> Canvas:
        """The drawing at a width."""
        left = (38.0 if self.years else 0.0) + (30.0 if self.weekdays else 0.0)
        cell = min((total - left) / 54, 18.0)
        head = 18.0 if self.months else 4.0
        block = head + cell * 7 + 14
        years = sorted({day.year for day in self.days})
        canvas = Canvas(total, block * len(years) + (26 if self.legend else 0))
        for place, year in enumerate(years):
            self._year(canvas, year, (left, place * block + head), cell)
        if self.legend:
            scale(canvas, self.shades, self.style, block * len(years) + 4)
        return canvas

    def _year(self, canvas: Canvas, year: int, at: tuple[float, float], cell: float) -> None:
        left, top = at
        first = date(year, 1, 1)
        shift = first.weekday()
        if self.years:
            canvas.text((0.0, top + cell * 3.5 + 4), str(year), INK, font_weight="bold")
        if self.weekdays and cell >= 8:
            for place in (0, 2, 4):
                spot = (left - 6, top + (place + 0.8) * cell)
                canvas.text(spot, _DAYS[place], text_anchor="end", style="font-size:10px")
        for month in range(12):
            weeks = ((date(year, month + 1, 1) - first).days + shift) // 7
            if self.months and (cell >= 7 or month % 3 == 0):
                spot = (left + weeks * cell, top - 5)
                canvas.text(spot, _MONTHS[month], style="font-size:11px")
        day = first
        while day.year == year:
            index = (day - first).days + shift
            spot = (left + index // 7 * cell, top + index % 7 * cell)
            self._day(canvas, day, spot, cell)
            if day == date.max:
                break
            day += timedelta(1)

    def _day(self, canvas: Canvas, day: date, at: tuple[float, float], cell: float) -> None:
        value = self.days.get(day)
        size = (cell - 1, cell - 1)
        if value is None:
            canvas.rect(at, size, "var(--shade)", class_="none")
            return
        canvas.rect(at, size, self.shades.color(value), class_="cell")
        written = f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        canvas.hit(at, size, f"{written}: {self.style.text(value)}")
