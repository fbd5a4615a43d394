"""What a chart shows, independent of its size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from reports.builder.formats import Format

ChartKind = Literal["bar", "line", "area"]
Stacking = Literal["none", "stacked", "grouped"]


@dataclass(frozen=True)
class Position:
    """One value of x.

    Attributes:
        value: The date, number or text.
        text: What people read.
    """

    value: date | float | str
    text: str


@dataclass(frozen=True)
class Series:
    """One line, or one colour of bars.

    Attributes:
        label: What people read.
        color: A CSS colour, usually a variable of the theme.
        values: One value for each position, None for a gap.
        format: How its values are written.
        muted: Whether it is only there to compare with.
    """

    label: str
    color: str
    values: tuple[float | None, ...]
    format: Format
    muted: bool = False


@dataclass(frozen=True)
class Reference:
    """A line across the chart at a value of y, or at a value of x."""

    axis: Literal["x", "y"]
    value: float | date | str
    label: str
    color: str


@dataclass(frozen=True)
class Options:
    """How the chart is drawn.

    Attributes:
        stacking: What bars and areas of several series do.
        horizontal: Bars go to the right.
        labels: Values stand beside the marks.
        markers: Lines have a dot at each value.
        step: Lines go in steps.
        low: The lower end of the value axis, if fixed.
        high: The upper end of the value axis, if fixed.
        from_zero: Whether the value axis includes zero.
        plot_height: The height of the plotting area.
        y_title: What stands above the value axis.
        x_title: What stands under the other axis.
        label_format: How values beside the marks are written, if not as elsewhere.
    """

    stacking: Stacking = "none"
    horizontal: bool = False
    labels: bool = False
    markers: bool = False
    step: bool = False
    low: float | None = None
    high: float | None = None
    from_zero: bool = True
    plot_height: int = 190
    y_title: str = ""
    x_title: str = ""
    label_format: Format | None = None


@dataclass(frozen=True)
class Chart:
    """Everything that is drawn.

    Attributes:
        kind: Bars, lines or areas.
        x_kind: Whether x is time, a number, or categories.
        positions: The values of x, in order.
        series: The values of y.
        axis_format: How ticks of the value axis are written.
        references: Lines across.
        options: How it is drawn.
    """

    kind: ChartKind
    x_kind: Literal["time", "number", "category"]
    positions: tuple[Position, ...]
    series: tuple[Series, ...]
    axis_format: Format
    references: tuple[Reference, ...]
    options: Options

    @property
    def stacked(self) -> bool:
        """Whether values stand on each other."""
        return self.options.stacking == "stacked" and len(self.series) > 1

    def totals(self) -> list[tuple[float, float]]:
        """The lowest and highest point of each position."""
        spans: list[tuple[float, float]] = []
        for index in range(len(self.positions)):
            values = [each.values[index] or 0.0 for each in self.series]
            if self.stacked:
                spans.append((sum(v for v in values if v < 0), sum(v for v in values if v > 0)))
            else:
                present = [v for each in self.series if (v := each.values[index]) is not None]
                spans.append((min(present, default=0.0), max(present, default=0.0)))
        return spans
