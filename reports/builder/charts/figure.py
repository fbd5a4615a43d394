"""A chart as it stands in a page: caption, legend, one drawing for each width, and its data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.builder.charts.canvas import Canvas
from reports.builder.charts.layout import has_direct_labels, lay_out
from reports.builder.charts.model import Chart
from reports.builder.charts.overlay import with_overlay
from reports.builder.charts.svg import draw
from reports.builder.charts.vega import specification, told_columns
from reports.builder.render.templates import Templates

# The widths in which a chart is drawn, by how many share a row; the page shows the one that fits.
_WIDTHS = {1: (1030, 640, 330), 2: (484, 330), 3: (310,)}
_CLASSES = {1030: "wide", 640: "middle", 484: "half", 330: "narrow", 310: "only"}
_KINDS = {"bar": "Bar chart", "line": "Line chart", "area": "Area chart"}


@dataclass(frozen=True)
class Caption:
    """What stands above and behind a chart.

    Attributes:
        title: What it shows.
        subtitle: Unit, period, source.
        x_title: The heading of the positions in the data table.
        legend: Whether series are named above; None lets the chart decide.
    """

    title: str
    subtitle: str
    x_title: str
    legend: bool | None = None


def figure(chart: Chart, caption: Caption, columns: int, templates: Templates) -> Markup:
    """The HTML of a chart.

    Args:
        chart: What it shows.
        caption: What is said about it.
        columns: How many figures share a row.
        templates: The theme's.
    """
    label = summary(chart, caption)
    drawings = [
        (_CLASSES[width], Markup(_drawing(chart, width, label)))  # noqa: S704  every text is escaped
        for width in _WIDTHS[min(columns, 3)]
    ]
    several = len(chart.told) > 1
    behind = told_columns(chart)
    legend = several and not has_direct_labels(chart) if caption.legend is None else caption.legend
    return templates.render(
        "chart.html",
        caption=caption,
        drawings=drawings,
        legend=[(each.label, each.color) for each in chart.told] if legend else [],
        texts=1,
        heads=[caption.x_title, *(label for label, _, _ in behind)],
        rows=[
            [position.text, *(style.text(values[index]) for _, style, values in behind)]
            for index, position in enumerate(chart.positions)
        ],
    )


@dataclass(frozen=True)
class Drawn:
    """A chart that is drawn shape by shape.

    Attributes:
        draw: Makes the drawing for a width.
        label: What it shows, for those who cannot see it.
        heads: The headings of the data behind it.
        rows: The data, as texts.
        legend: Names and colours.
        texts: How many columns of the data are texts, from the left.
    """

    draw: Callable[[float], Canvas]
    label: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    legend: Sequence[tuple[str, str]] = ()
    texts: int = 1


def drawn_figure(drawn: Drawn, caption: Caption, columns: int, templates: Templates) -> Markup:
    """The HTML of a chart that is drawn shape by shape, in as many widths as any other."""
    label = f"{caption.title}. {drawn.label}" if caption.title else drawn.label
    widths = _WIDTHS[min(columns, 3)]
    drawings = [_in_room(drawn.draw(width), width, label) for width in widths]
    legend = () if caption.legend is False else drawn.legend
    return templates.render(
        "chart.html",
        caption=caption,
        drawings=drawings,
        legend=list(legend),
        heads=drawn.heads,
        rows=drawn.rows,
        texts=drawn.texts,
    )


def _in_room(canvas: Canvas, width: int, label: str) -> tuple[str, Markup]:
    """The class of a drawing and its SVG: `broad` where it has to be scrolled."""
    broad = " broad" if canvas.wider_than(width) else ""
    return _CLASSES[width] + broad, Markup(canvas.svg(label, width))  # noqa: S704  escaped by the canvas


def _drawing(chart: Chart, width: int, label: str) -> str:
    layout = lay_out(chart, width)
    return with_overlay(draw(specification(chart, layout), label), chart, layout)


def summary(chart: Chart, caption: Caption) -> str:
    """One sentence for those who cannot see the chart."""
    first, last = chart.positions[0].text, chart.positions[-1].text
    spans = []
    for each in chart.told:
        values = [value for value in each.values if value is not None]
        if values:
            low, high = each.format.text(min(values)), each.format.text(max(values))
            spans.append(f"{each.label} between {low} and {high}")
    title = f"{caption.title}. " if caption.title else ""
    return f"{title}{_KINDS[chart.kind]}, {first} to {last}: {'; '.join(spans)}."
