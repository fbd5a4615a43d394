"""What drawings on two axes share: caption, axes, height, and what a page lays over them."""

from __future__ import annotations

from collections.abc import Sequence

from reports.builder.charts.annotations import Annotation
from reports.builder.charts.figure import Caption
from reports.builder.charts.model import Axes
from reports.builder.components.base import Prop, Use
from reports.builder.components.references import Axis, drawn_over
from reports.builder.data.result import Row, number

FOREIGN = tuple(
    Prop(name, "ignored") for name in ("y2", "y2Fmt", "labels", "labelSize", "labelFmt")
)


def caption_of(use: Use) -> Caption:
    """What stands over a drawing."""
    legend = None if use.values["legend"] is None else use.flag("legend")
    return Caption(use.text("title") or "", use.text("subtitle") or "", "", legend)


def axes_of(use: Use) -> Axes:
    """Which parts of the axes a page wants."""
    return Axes(
        x_grid=use.flag("xGridlines"),
        y_grid=use.flag("yGridlines"),
        x_labels=use.flag("xAxisLabels"),
        y_labels=use.flag("yAxisLabels"),
        x_base=use.flag("xBaseline"),
        y_base=use.flag("yBaseline"),
        x_ticks=use.flag("xTickMarks"),
        y_ticks=use.flag("yTickMarks"),
    )


def height_of(use: Use) -> float:
    """The height of the plotting area, within reason."""
    return max(40.0, min(use.number("chartAreaHeight") or 190.0, 2000.0))


def numbers_of(rows: Sequence[Row], column: str) -> list[float]:
    """The numbers of a column."""
    return [found for row in rows if (found := number(row.get(column))) is not None]


def references_of(use: Use, x: str, y: str) -> tuple[Annotation, ...]:
    """The lines, areas and remarks that stand inside a chart."""
    return drawn_over(use, Axis(x, use.text("xFmt")), Axis(y, use.text("yFmt")))
