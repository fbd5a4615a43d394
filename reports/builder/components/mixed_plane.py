"""<Chart> with bins, or with nothing but dots: every row has its own place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from reports.builder.charts import palette
from reports.builder.charts.axes import Axis, number_axis
from reports.builder.charts.canvas import Canvas, Point, polyline
from reports.builder.charts.figure import Drawn, drawn_figure
from reports.builder.charts.plane import Plane
from reports.builder.charts.points import LARGEST, Bin, Dot, binned, bins, dots, radius
from reports.builder.components import references
from reports.builder.components.base import ComponentError, Use
from reports.builder.components.chart_props import axis_title, colors, first_of, series_color
from reports.builder.components.frames import axes_of, caption_of, height_of, numbers_of
from reports.builder.components.points import position_axis
from reports.builder.data.result import Row, number
from reports.builder.expressions.functions import text_of
from reports.builder.formats import Format

Kind = Literal["Hist", "Area", "Line", "Scatter", "Bubble"]
_ORDER: tuple[Kind, ...] = ("Hist", "Area", "Line", "Bubble", "Scatter")
_PLAIN = 5.0


@dataclass(frozen=True)
class _Layer:
    """One part of the drawing, for one column and one series.

    Attributes:
        kind: The tag of the part.
        name: What readers call it.
        x: The column of its positions.
        rows: What it shows, those without a place left out.
        color: Of all its marks.
        y: The column of its values; of bins there is none.
        size: The column that says how large its dots are.
        bins: What is counted in it.
    """

    kind: Kind
    name: str
    x: str
    rows: Sequence[Row]
    color: str
    y: str = ""
    size: str = ""
    bins: Sequence[Bin] = ()


def on_plane(use: Use, parts: Sequence[Use]) -> Markup:
    """The HTML of a chart whose parts are drawn row by row.

    Args:
        use: The tag of the chart.
        parts: The tags inside it.

    Raises:
        ComponentError: If there is nothing to draw.
    """
    layers = _layers(use, parts)
    x, y = layers[0].x, next((each.y for each in layers if each.y), "")
    styles = _Styles(use, x, y, next((each.size for each in layers if each.size), ""), parts)
    over = references.drawn_over(
        use,
        references.Axis(x, use.text("xFmt")),
        references.Axis(y, use.text("yFmt")) if y else references.Axis("", "num0"),
    )
    y_axis = number_axis(
        [*_heights(layers), *(height for each in over for height in each.heights)],
        styles.y,
        5,
        low=use.number("yMin"),
        high=use.number("yMax"),
        from_zero=any(each.kind in ("Hist", "Area") for each in layers),
        log=use.flag("yLog") and not any(each.bins for each in layers),
    )
    x_axis = _positions(use, layers, styles.x)
    counted = "Count" if not y else use.page.formatter.title(y)
    plane = Plane(
        x=x_axis,
        y=y_axis,
        height=height_of(use),
        x_title=axis_title(use, "xAxisTitle", x) or use.page.formatter.title(x),
        y_title=axis_title(use, "yAxisTitle", y) or counted,
        axes=axes_of(use),
        annotations=over,
        margin=LARGEST + 2 if any(each.size for each in layers) else 14.0,
    )
    items = [item for each in layers for item in _items(each, styles)]
    drawn = Drawn(
        draw=lambda wide: plane.draw(
            wide, lambda canvas, at: _draw(canvas, at, layers, (x_axis(4), y_axis), styles)
        ),
        label="; ".join(f"{each.name}: {_said(each, styles)}" for each in layers),
        heads=["Shown", use.page.formatter.title(x), counted, *styles.size_heads],
        rows=items,
        legend=[(each.name, each.color) for each in layers] if len(layers) > 1 else (),
        texts=2,
    )
    return drawn_figure(drawn, caption_of(use), use.page.columns, use.page.templates)


class _Styles:
    """How the values of a chart are written."""

    def __init__(self, use: Use, x: str, y: str, size: str, parts: Sequence[Use]) -> None:
        wanted = (part.text("sizeFmt") for part in parts if part.component.prop("sizeFmt"))
        self.title = use.page.formatter.title
        self.x = use.format(use.text("xFmt"), x)
        self.y = use.format(use.text("yFmt"), y) if y else Format("#,##0")
        self.size = use.format(next((each for each in wanted if each), None), size)
        self.size_heads = [self.title(size)] if size else []


def _layers(use: Use, parts: Sequence[Use]) -> list[_Layer]:
    found: list[_Layer] = []
    ordered = sorted(parts, key=lambda part: _ORDER.index(part.component.name))
    for part in ordered:
        given = part.values["fillColor"] or part.values["lineColor"]
        own = palette.color(first_of(given)) if given else None
        for one in _split(use, part):
            color = own or series_color(colors(use), one.name, len(found))
            found.append(_Layer(**{**vars(one), "color": color}))
    if not found:
        names = ", ".join(f"<{part.component.name}>" for part in parts)
        raise ComponentError(f"<Chart> finds no numbers for {names}")
    return found


def _split(use: Use, part: Use) -> Iterator[_Layer]:
    """The layers of one tag: one for each column, and each member of the chart's series."""
    kind: Kind = part.component.name  # type: ignore[assignment]
    x = part.text("x") or use.text("x") or (use.data.column_names or ("",))[0]
    title = use.page.formatter.title
    if kind == "Hist":
        values = numbers_of(use.data.rows, x)
        if values:
            name = part.text("name") or f"Count of {title(x)}"
            yield _Layer(kind, name, x, (), "", bins=binned(values))
        return
    series = use.text("series")
    size = (part.text("size") or "") if part.component.prop("size") else ""
    columns = part.columns("y") or use.columns("y")
    for column in columns:
        rows = [
            row
            for row in use.data.rows
            if row.get(x) is not None and number(row.get(column)) is not None
        ]
        members = list(dict.fromkeys(text_of(row.get(series)) for row in rows)) if series else [""]
        for member in members if rows else ():
            name = member or part.text("name") or title(column)
            shown = [row for row in rows if not series or text_of(row.get(series)) == member]
            yield _Layer(kind, name, x, shown, "", column, size)


def _heights(layers: Sequence[_Layer]) -> list[float]:
    counts = [float(each.count) for layer in layers for each in layer.bins]
    return counts + [value for layer in layers for value in numbers_of(layer.rows, layer.y)]


def _positions(use: Use, layers: Sequence[_Layer], style: Format) -> Callable[[int], Axis]:
    edges = [edge for each in layers for bin_ in each.bins for edge in (bin_.low, bin_.high)]
    if not edges:
        return position_axis(use, [row[each.x] for each in layers for row in each.rows], style)
    edges += [value for each in layers for value in numbers_of(each.rows, each.x)]
    return lambda count: number_axis(edges, style, count, low=min(edges), high=max(edges))


def _draw(
    canvas: Canvas,
    at: Callable[[float, float], Point],
    layers: Sequence[_Layer],
    axes: tuple[Axis, Axis],
    styles: _Styles,
) -> None:
    largest = max(
        (abs(value) for each in layers for value in numbers_of(each.rows, each.size)), default=0.0
    )
    spots: list[Dot] = []
    for layer in layers:
        if layer.bins:
            several = len(layers) > 1
            bins(
                canvas, at, layer.bins, layer.color,
                lambda each: f"{_span(each, styles)}: {each.count:,}",
                opacity=0.6 if several else None,
            )  # fmt: skip
            continue
        places = _places(layer, axes)
        _course(canvas, at, layer, [place for place, _ in places])
        for (x, y), row in places:
            extent = radius(number(row.get(layer.size)), largest) if layer.size else _PLAIN
            drawn = extent if layer.kind in ("Scatter", "Bubble") else 0.0
            spots.append(Dot(x, y, drawn, layer.color, "\n".join(_lines(layer, row, styles))))
    dots(canvas, at, spots, 0.7)


def _places(layer: _Layer, axes: tuple[Axis, Axis]) -> list[tuple[tuple[float, float], Row]]:
    """Where the rows of a layer are, from left to right, those outside left out."""
    found: list[tuple[tuple[float, float], Row]] = []
    for row in layer.rows:
        given = text_of(row[layer.x]) if axes[0].names else row[layer.x]
        x, y = axes[0].number(given), number(row.get(layer.y))
        if (
            x is not None
            and y is not None
            and 0 <= axes[0].share(x) <= 1
            and 0 <= axes[1].share(y) <= 1
        ):
            found.append(((x, y), row))
    return sorted(found, key=lambda each: each[0][0])


def _course(
    canvas: Canvas,
    at: Callable[[float, float], Point],
    layer: _Layer,
    places: Sequence[tuple[float, float]],
) -> None:
    points = [at(x, y) for x, y in places]
    if layer.kind == "Area" and points:
        ends = [at(places[-1][0], 0.0), at(places[0][0], 0.0)]
        canvas.path(polyline([*points, *ends], closed=True), fill=layer.color, fill_opacity="0.3")
    if layer.kind in ("Area", "Line"):
        canvas.path(
            polyline(points), fill="none", stroke=layer.color, stroke_width="2.25", class_="line"
        )


def _lines(layer: _Layer, row: Row, styles: _Styles) -> list[str]:
    wanted = ((layer.x, styles.x), (layer.y, styles.y), (layer.size, styles.size))
    said = [f"{styles.title(name)}: {style.text(row.get(name))}" for name, style in wanted if name]
    return said if layer.name == styles.title(layer.y) else [layer.name, *said]


def _items(layer: _Layer, styles: _Styles) -> Iterator[list[str]]:
    """The rows of the data behind the drawing."""
    empty = [""] * len(styles.size_heads)
    for each in layer.bins:
        yield [layer.name, _span(each, styles), f"{each.count:,}", *empty]
    for row in layer.rows:
        size = [styles.size.text(row.get(layer.size))] if layer.size else empty
        yield [layer.name, styles.x.text(row[layer.x]), styles.y.text(row[layer.y]), *size]


def _said(layer: _Layer, styles: _Styles) -> str:
    if layer.bins:
        return f"distribution of {sum(each.count for each in layer.bins):,} values"
    values = numbers_of(layer.rows, layer.y)
    low, high = styles.y.text(min(values)), styles.y.text(max(values))
    return f"{len(layer.rows):,} points from {low} to {high}"


def _span(each: Bin, styles: _Styles) -> str:
    return f"{styles.x.text(each.low)} to {styles.x.text(each.high)}"
