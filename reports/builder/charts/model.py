"""What a chart shows, independent of its size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from reports.builder.charts.annotations import Annotation
from reports.builder.formats import Format

ChartKind = Literal["bar", "line", "area"]
Mark = Literal["bar", "line", "area", "point"]
Stacking = Literal["none", "stacked", "grouped"]
Gaps = Literal["gap", "connect", "zero"]
_AS_IS = Format("")


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
class Sizes:
    """How large the dots of a series are, and what that says.

    Attributes:
        label: What people read.
        values: One value for each position.
        format: How they are written.
        largest: The value of the largest dot, of all series.
    """

    label: str
    values: tuple[float | None, ...]
    format: Format
    largest: float


@dataclass(frozen=True)
class Series:
    """One line, or one colour of bars.

    Attributes:
        label: What people read.
        color: A CSS colour, usually a variable of the theme.
        values: One value for each position, None for a gap.
        format: How its values are written.
        muted: Whether it is only there to compare with.
        mark: How it is drawn, if not as the chart's other series.
        right: Whether its axis is the one on the right.
        sizes: How large its dots are, if they tell something.
        again: Whether it is a series that the chart shows already, drawn in another way.
    """

    label: str
    color: str
    values: tuple[float | None, ...]
    format: Format
    muted: bool = False
    mark: Mark | None = None
    right: bool = False
    sizes: Sizes | None = None
    again: bool = False


@dataclass(frozen=True)
class Axes:
    """Which parts of the axes are drawn.

    Attributes:
        x_grid: Lines at the positions' ticks.
        y_grid: Lines at the values' ticks.
        x_labels: Texts under the positions.
        y_labels: Texts beside the values.
        x_base: The line under the marks.
        y_base: The line at the left.
        x_ticks: Short strokes at the positions.
        y_ticks: Short strokes at the values.
        log: Whether equal distances of the value axis are equal ratios.
        right_title: What stands above the axis on the right.
        right_low: The lower end of the axis on the right, if fixed.
        right_high: Its upper end, if fixed.
    """

    x_grid: bool = False
    y_grid: bool = True
    x_labels: bool = True
    y_labels: bool = True
    x_base: bool = True
    y_base: bool = False
    x_ticks: bool = False
    y_ticks: bool = False
    log: bool = False
    right_title: str = ""
    right_low: float | None = None
    right_high: float | None = None


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
        label_size: The size of those texts.
        total_labels: Whether the sum stands over stacked bars.
        line_width: Of lines, if not the usual.
        dash: Of lines: the dashes, empty for solid ones.
        marker_size: The diameter of the dots of lines.
        fill_opacity: Of areas and bars, if not the usual.
        gaps: What lines do where a value is missing.
        axes: Which parts of the axes are drawn.
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
    label_size: int = 12
    total_labels: bool = False
    line_width: float | None = None
    dash: str = ""
    marker_size: float = 6.0
    fill_opacity: float | None = None
    gaps: Gaps = "gap"
    axes: Axes = Axes()


@dataclass(frozen=True)
class Chart:
    """Everything that is drawn.

    Attributes:
        kind: Bars, lines or areas.
        x_kind: Whether x is time, a number, or categories.
        positions: The values of x, in order.
        series: The values of y.
        axis_format: How ticks of the value axis are written.
        annotations: What is drawn over it.
        options: How it is drawn.
        position_format: How ticks of the other axis are written, if it is of numbers.
    """

    kind: ChartKind
    x_kind: Literal["time", "number", "category"]
    positions: tuple[Position, ...]
    series: tuple[Series, ...]
    axis_format: Format
    annotations: tuple[Annotation, ...]
    options: Options
    position_format: Format = _AS_IS

    @property
    def stacked(self) -> bool:
        """Whether values stand on each other."""
        return self.options.stacking == "stacked" and len(self.of_its_kind()) > 1

    @property
    def named(self) -> bool:
        """Whether positions have places of the same size, as names do."""
        return self.kind == "bar" or self.x_kind == "category"

    @property
    def told(self) -> tuple[Series, ...]:
        """The series that a reader is told of, each once."""
        return tuple(each for each in self.series if not each.again)

    def of_its_kind(self) -> tuple[Series, ...]:
        """The series that are drawn as the chart's kind, on its own axis."""
        return tuple(
            each for each in self.series if each.mark in (None, self.kind) and not each.right
        )

    def totals(self) -> list[tuple[float, float]]:
        """The lowest and highest point of each position on the left axis."""
        spans: list[tuple[float, float]] = []
        own = self.of_its_kind() if self.stacked else ()
        for index in range(len(self.positions)):
            values = [each.values[index] or 0.0 for each in own]
            alone = [each for each in self.series if each not in own and not each.right]
            present = [v for each in alone if (v := each.values[index]) is not None]
            if own:
                present += [sum(v for v in values if v < 0), sum(v for v in values if v > 0)]
            spans.append((min(present, default=0.0), max(present, default=0.0)))
        return spans
