"""<BarChart>, <LineChart> and <AreaChart>."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from markupsafe import Markup

from reports.builder.charts.figure import Caption, figure
from reports.builder.charts.frame import Frame, Wanted, build_frame
from reports.builder.charts.model import Axes, Chart, ChartKind, Gaps, Mark, Options, Stacking
from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.components.chart_props import (
    BASE_PROPS,
    axis_title,
    colors,
    order_of,
)
from reports.builder.components.empty import empty
from reports.builder.components.frames import axes_of, height_of
from reports.builder.components.references import REFERENCES, Axis, drawn_over
from reports.builder.formats import Format

_STACKING: tuple[str, ...] = ("stacked", "grouped", "stacked100")
_DASHES = {"solid": "", "dashed": "6 4", "dotted": "1.5 3"}


def _render(kind: ChartKind, use: Use) -> Markup:
    if not use.data.rows:
        return empty(use)
    stacking = _stacking(kind, use)
    wanted = _wanted(kind, use, stacking)
    return chart_of(kind, use, stacking, wanted)


def chart_of(
    kind: ChartKind, use: Use, stacking: str, wanted: Wanted, parts: Sequence[Use] = ()
) -> Markup:
    """The HTML of a chart whose axes are Vega-Lite's.

    Args:
        kind: What most of it is drawn as.
        use: The tag.
        stacking: What bars and areas of several series do.
        wanted: The columns that it shows.
        parts: Tags inside that say how marks look where the tag itself does not.

    Raises:
        ComponentError: If there is no number in them.
    """
    frame = build_frame(use.data, wanted, use.page.formatter)
    if not any(value is not None for each in frame.series for value in each.values):
        names = ", ".join((*wanted.y, *wanted.right)) or "any column"
        raise ComponentError(f"<{use.component.name}> finds no numbers in {names}")
    chart = Chart(
        kind=kind,
        x_kind=frame.x_kind,
        positions=frame.positions,
        series=frame.series,
        axis_format=_axis_format(frame),
        annotations=drawn_over(
            use,
            Axis(frame.x, wanted.x_format),
            Axis("", "pct1") if wanted.shares else Axis("".join(frame.y[:1]), wanted.y_format),
        ),
        options=_options(use, stacking, wanted, parts),
        position_format=frame.position_format,
    )
    caption = Caption(
        title=use.text("title") or "",
        subtitle=use.text("subtitle") or "",
        x_title=axis_title(use, "xAxisTitle", frame.x) or use.page.formatter.title(frame.x),
        legend=None if use.values["legend"] is None else use.flag("legend"),
    )
    return figure(chart, caption, use.page.columns, use.page.templates)


def _stacking(kind: ChartKind, use: Use) -> str:
    return "none" if kind == "line" else use.text("type") or "stacked"


def _wanted(kind: ChartKind, use: Use, stacking: str) -> Wanted:
    right = tuple(use.columns("y2"))
    mark = {"bar": "bar", "line": "line", "scatter": "point"}.get(use.text("y2SeriesType") or "")
    return Wanted(
        x=use.text("x"),
        y=tuple(use.columns("y")),
        series=use.text("series"),
        x_format=use.text("xFmt"),
        y_format=use.text("yFmt"),
        colors=colors(use),
        order=order_of(use),
        sort=kind == "bar" and use.flag("sort"),
        fill_gaps=stacking in ("stacked", "stacked100") and kind == "area",
        shares=stacking == "stacked100",
        right=right,
        right_format=use.text("y2Fmt"),
        marks=dict.fromkeys(right, (cast("Mark", mark),)) if mark else {},
        series_format=use.text("seriesLabelFmt"),
        named=use.text("xType") == "category",
    )


def _axis_format(frame: Frame) -> Format:
    """The ticks' format: the values', without needless digits, large ones in thousands."""
    shown = [each for each in frame.series if not each.right] or list(frame.series)
    style = shown[0].format
    code = style.code
    plain = code.rpartition("#,##0")[0] + "#,##0" if code.endswith(("#,##0", "#,##0.00")) else ""
    highest = max(
        (abs(value) for each in shown for value in each.values if value is not None),
        default=0.0,
    )
    if plain and highest >= 10_000:
        unit, digits = (',"k"', "") if highest < 2_000_000 else (',,"M"', ".#")
        return Format(f"[=0]{plain};{plain}{digits}{unit}")
    if ";" in code:
        return style
    return Format(code.replace(".00", ".##").replace(".0", ".#"), style.is_ratio)


def _options(use: Use, stacking: str, wanted: Wanted, parts: Sequence[Use]) -> Options:
    names = {prop.name for prop in use.component.props}

    def flag(name: str) -> bool:
        return name in names and use.flag(name)

    def look(name: str) -> object:
        """What the tag, or else the first part that does, says of how marks look."""
        said = (each.values[name] for each in (use, *parts) if each.component.prop(name))
        return next((value for value in said if value is not None), None)

    def size(name: str) -> float | None:
        value = look(name)
        return value if isinstance(value, float) else None

    found: Stacking = "grouped" if stacking == "grouped" else "none"
    if stacking in ("stacked", "stacked100"):
        found = "stacked"
    labels = bool(look("labels"))
    label_format = str(look("labelFmt") or "")
    return Options(
        stacking=found,
        horizontal=flag("swapXY"),
        labels=labels,
        markers=bool(look("markers")),
        step=bool(look("step")),
        low=use.number("yMin"),
        high=1.0 if stacking == "stacked100" else use.number("yMax"),
        from_zero=not flag("yScale"),
        plot_height=round(height_of(use)),
        y_title=axis_title(use, "yAxisTitle", (wanted.y or ("",))[0]),
        x_title=axis_title(use, "xAxisTitle", wanted.x or ""),
        label_format=use.page.formatter.resolve(label_format) if label_format else None,
        label_size=max(8, min(round(use.number("labelSize") or 12), 24)),
        total_labels=flag("stackTotalLabel") and labels and found == "stacked",
        line_width=0.0 if look("line") is False else size("lineWidth"),
        dash=_DASHES.get(str(look("lineType")), ""),
        marker_size=min(size("markerSize") or 6.0, 40.0),
        fill_opacity=size("fillOpacity"),
        gaps=cast("Gaps", look("handleMissing") or "gap"),
        axes=_axes(use, wanted),
    )


def _axes(use: Use, wanted: Wanted) -> Axes:
    return replace(
        axes_of(use),
        log=use.flag("yLog"),
        right_title=axis_title(use, "y2AxisTitle", (wanted.right or ("",))[0]),
        right_low=use.number("y2Min"),
        right_high=use.number("y2Max"),
    )


COMMON = (
    *BASE_PROPS,
    Prop("y2", "columns"),
    Prop("y2Fmt", "format"),
    Prop("y2AxisTitle"),
    Prop("y2SeriesType", choices=("bar", "line", "scatter")),
    Prop("y2Min", "number"),
    Prop("y2Max", "number"),
    Prop("y2Scale", "ignored"),
    Prop("y2Gridlines", "ignored"),
    Prop("y2Baseline", "ignored"),
    Prop("y2AxisLabels", "ignored"),
    Prop("y2TickMarks", "ignored"),
    Prop("y2AxisColor", "ignored"),
    Prop("sort", "flag", default=True),
    Prop("labels", "flag"),
    Prop("labelFmt", "format"),
    Prop("yLabelFmt", "ignored"),
    Prop("y2LabelFmt", "ignored"),
    Prop("labelSize", "number", default=12.0),
    Prop("labelColor", "ignored"),
    Prop("labelPosition", "ignored"),
)
LINES = (
    Prop("markers", "flag"),
    Prop("markerSize", "number"),
    Prop("markerShape", "ignored"),
    Prop("step", "flag"),
    Prop("stepPosition", "ignored"),
    Prop("lineWidth", "number"),
    Prop("lineType", choices=("solid", "dashed", "dotted")),
    Prop("lineOpacity", "ignored"),
)
GAPS = ("gap", "connect", "zero")
_LINES = (
    *LINES,
    Prop("lineColor", "ignored"),
    Prop("handleMissing", choices=GAPS, default="gap"),
)

COMPONENTS = (
    Component(
        "BarChart",
        (
            *COMMON,
            Prop("type", choices=_STACKING, default="stacked"),
            Prop("swapXY", "flag"),
            Prop("stackTotalLabel", "flag", default=True),
            Prop("seriesLabels", "ignored"),
            Prop("stackName", "ignored"),
            Prop("fillOpacity", "number"),
            Prop("outlineColor", "ignored"),
            Prop("outlineWidth", "ignored"),
            Prop("yScale", "ignored"),
        ),
        lambda use: _render("bar", use),
        parts=REFERENCES,
    ),
    Component(
        "LineChart",
        (*COMMON, *_LINES, Prop("yScale", "flag")),
        lambda use: _render("line", use),
        parts=REFERENCES,
    ),
    Component(
        "AreaChart",
        (
            *COMMON,
            *_LINES,
            Prop("type", choices=("stacked", "stacked100"), default="stacked"),
            Prop("fillOpacity", "number"),
            Prop("line", "flag", default=True),
            Prop("yScale", "ignored"),
        ),
        lambda use: _render("area", use),
        parts=REFERENCES,
    ),
)
