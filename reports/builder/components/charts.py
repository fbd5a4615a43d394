"""<BarChart>, <LineChart>, <AreaChart>, and <ReferenceLine> inside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from markupsafe import Markup

from reports.builder.charts import palette
from reports.builder.charts.figure import Caption, figure
from reports.builder.charts.frame import Frame, Wanted, build_frame
from reports.builder.charts.model import Chart, ChartKind, Options, Reference, Stacking
from reports.builder.components.base import Component, ComponentError, Prop, Use
from reports.builder.components.empty import EMPTY_PROPS, empty
from reports.builder.formats import Format

_COMMON = (
    Prop("data", "data", required=True),
    Prop("x", "column"),
    Prop("y", "columns"),
    Prop("series", "column"),
    Prop("title"),
    Prop("subtitle"),
    Prop("xFmt", "format"),
    Prop("yFmt", "format"),
    Prop("xAxisTitle"),
    Prop("yAxisTitle"),
    Prop("yMin", "number"),
    Prop("yMax", "number"),
    Prop("labels", "flag"),
    Prop("labelFmt", "format"),
    Prop("legend", "flag"),
    Prop("sort", "flag", default=True),
    Prop("chartAreaHeight", "number", default=190.0),
    Prop("colorPalette", "any"),
    Prop("seriesColors", "any"),
    Prop("seriesOrder", "any"),
    Prop("fillColor"),
    *EMPTY_PROPS,
)
_STACKING: tuple[str, ...] = ("stacked", "grouped", "stacked100")


def _render(kind: ChartKind, use: Use) -> Markup:
    data = use.data
    if not data.rows:
        return empty(use)
    stacking = _stacking(kind, use)
    frame = build_frame(data, _wanted(kind, use, stacking), use.page.formatter)
    if not any(value is not None for each in frame.series for value in each.values):
        names = ", ".join(use.columns("y")) or "any column"
        raise ComponentError(f"<{use.component.name}> finds no numbers in {names}")
    chart = Chart(
        kind=kind,
        x_kind=frame.x_kind,
        positions=frame.positions,
        series=frame.series,
        axis_format=_axis_format(frame),
        references=tuple(_reference(part) for part in use.parts("ReferenceLine")),
        options=_options(use, stacking),
    )
    caption = Caption(
        title=use.text("title") or "",
        subtitle=use.text("subtitle") or "",
        x_title=_axis_title(use, "xAxisTitle", frame.x) or use.page.formatter.title(frame.x),
        legend=None if use.values["legend"] is None else use.flag("legend"),
    )
    return figure(chart, caption, use.page.columns, use.page.templates)


def _stacking(kind: ChartKind, use: Use) -> str:
    if kind == "line":
        return "none"
    return use.text("type") or "stacked"


def _wanted(kind: ChartKind, use: Use, stacking: str) -> Wanted:
    order = use.values["seriesOrder"]
    return Wanted(
        x=use.text("x"),
        y=tuple(use.columns("y")),
        series=use.text("series"),
        x_format=use.text("xFmt"),
        y_format=use.text("yFmt"),
        colors=_colors(use),
        order=tuple(map(str, order)) if isinstance(order, list) else (),
        sort=kind == "bar" and use.flag("sort"),
        fill_gaps=stacking in ("stacked", "stacked100") and kind == "area",
        shares=stacking == "stacked100",
    )


def _colors(use: Use) -> Mapping[str, str] | list[str]:
    fill, by_series, listed = (
        use.text("fillColor"),
        use.values["seriesColors"],
        use.values["colorPalette"],
    )
    if isinstance(by_series, Mapping):
        found: Mapping[str, str] | list[str] = {
            str(key): str(value) for key, value in by_series.items()
        }
    elif isinstance(listed, list):
        found = [str(value) for value in listed]
    else:
        found = [fill] if fill else []
    for name in found.values() if isinstance(found, Mapping) else found:
        if palette.color(name) is None:
            use.warn(f"'{name}' is not a colour")
    return found


def _axis_format(frame: Frame) -> Format:
    """The ticks' format: the values', without needless digits, large ones in thousands."""
    style = frame.series[0].format
    code = style.code
    plain = code.rpartition("#,##0")[0] + "#,##0" if code.endswith(("#,##0", "#,##0.00")) else ""
    highest = max(
        (abs(value) for each in frame.series for value in each.values if value is not None),
        default=0.0,
    )
    if plain and highest >= 10_000:
        unit, digits = (',"k"', "") if highest < 2_000_000 else (',,"M"', ".#")
        return Format(f"[=0]{plain};{plain}{digits}{unit}")
    if ";" in code:
        return style
    return Format(code.replace(".00", ".##").replace(".0", ".#"), style.is_ratio)


def _options(use: Use, stacking: str) -> Options:
    names = {prop.name for prop in use.component.props}

    def flag(name: str) -> bool:
        return name in names and use.flag(name)

    found: Stacking = "grouped" if stacking == "grouped" else "none"
    if stacking in ("stacked", "stacked100"):
        found = "stacked"
    return Options(
        stacking=found,
        horizontal=flag("swapXY"),
        labels=flag("labels"),
        markers=flag("markers"),
        step=flag("step"),
        low=use.number("yMin"),
        high=1.0 if stacking == "stacked100" else use.number("yMax"),
        from_zero=not flag("yScale"),
        plot_height=round(use.number("chartAreaHeight") or 190),
        y_title=_axis_title(use, "yAxisTitle", (use.columns("y") or [""])[0]),
        x_title=_axis_title(use, "xAxisTitle", use.text("x") or ""),
        label_format=_label_format(use),
    )


def _axis_title(use: Use, prop: str, column: str) -> str:
    """What a page writes beside an axis; `true` stands for the column's name."""
    wanted = use.text(prop) or ""
    return use.page.formatter.title(column) if wanted == "true" else wanted


def _label_format(use: Use) -> Format | None:
    wanted = use.text("labelFmt")
    return use.page.formatter.resolve(wanted) if wanted else None


def _reference(part: Use) -> Reference:
    if part.values["y"] is not None:
        return _across(part, _as_number(part.values["y"]))
    if part.values["x"] is None:
        raise ComponentError("<ReferenceLine> needs x= or y=")
    return Reference("x", _as_position(part.values["x"]), part.text("label") or "", _paint(part))


def _across(part: Use, value: float) -> Reference:
    label = part.text("label") or ""
    shown = part.page.formatter.resolve(part.text("fmt"), values=[value]).text(value)
    if not part.flag("hideValue"):
        label = f"{label} ({shown})" if label else shown
    return Reference("y", value, label, _paint(part))


def _paint(part: Use) -> str:
    named = part.text("color") or "base"
    found = palette.color(named)
    if found is None:
        part.warn(f"'{named}' is not a colour")
    return found or "var(--muted)"


def _as_number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError as error:
        raise ComponentError(f"<ReferenceLine> y={value!r} is not a number") from error


def _as_position(value: object) -> date | float | str:
    if isinstance(value, date | int | float):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return str(value)


COMPONENTS = (
    Component(
        "BarChart",
        (
            *_COMMON,
            Prop("type", choices=_STACKING, default="stacked"),
            Prop("swapXY", "flag"),
            Prop("showAllXAxisLabels", "ignored"),
        ),
        lambda use: _render("bar", use),
        parts=("ReferenceLine",),
    ),
    Component(
        "LineChart",
        (*_COMMON, Prop("markers", "flag"), Prop("step", "flag"), Prop("yScale", "flag")),
        lambda use: _render("line", use),
        parts=("ReferenceLine",),
    ),
    Component(
        "AreaChart",
        (*_COMMON, Prop("type", choices=("stacked", "stacked100"), default="stacked")),
        lambda use: _render("area", use),
        parts=("ReferenceLine",),
    ),
    Component(
        "ReferenceLine",
        (
            Prop("x", "any"),
            Prop("y", "any"),
            Prop("label"),
            Prop("hideValue", "flag"),
            Prop("fmt", "format"),
            Prop("color", default="base"),
        ),
        None,
    ),
)
