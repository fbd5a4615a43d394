"""What all charts have in common: their props, colours, titles and formats."""

from __future__ import annotations

from collections.abc import Mapping

from reports.builder.charts import palette
from reports.builder.components.base import Prop, Use
from reports.builder.components.empty import EMPTY_PROPS
from reports.builder.formats import Format

# What only means something to the original's chart library, or is always so here.
FOREIGN_PROPS = (
    Prop("echartsOptions", "unsupported"),
    Prop("seriesOptions", "unsupported"),
    Prop("printEchartsConfig", "ignored"),
    Prop("leftPadding", "ignored"),
    Prop("rightPadding", "ignored"),
    Prop("xLabelWrap", "ignored"),
    Prop("showAllXAxisLabels", "ignored"),
    Prop("showAllLabels", "ignored"),
    Prop("showAllAxisLabels", "ignored"),
    Prop("downloadableData", "ignored"),
    Prop("downloadableImage", "ignored"),
)
CAPTION_PROPS = (Prop("title"), Prop("subtitle"))
COLOR_PROPS = (
    Prop("colorPalette", "any"),
    Prop("seriesColors", "any"),
    Prop("seriesOrder", "any"),
    Prop("fillColor", "any"),
)
AXIS_PROPS = (
    Prop("xFmt", "format"),
    Prop("yFmt", "format"),
    Prop("xAxisTitle"),
    Prop("yAxisTitle"),
    Prop("xGridlines", "flag"),
    Prop("yGridlines", "flag", default=True),
    Prop("xAxisLabels", "flag", default=True),
    Prop("yAxisLabels", "flag", default=True),
    Prop("xBaseline", "flag", default=True),
    Prop("yBaseline", "flag"),
    Prop("xTickMarks", "flag"),
    Prop("yTickMarks", "flag"),
    Prop("yLog", "flag"),
    Prop("yLogBase", "ignored"),
    Prop("yMin", "number"),
    Prop("yMax", "number"),
    Prop("yAxisColor", "ignored"),
    Prop("xType", choices=("category", "value", "time")),
    Prop("chartAreaHeight", "number", default=190.0),
    Prop("legend", "flag"),
)
DATA_PROPS = (Prop("data", "data", required=True), Prop("x", "column"), Prop("y", "columns"))
BASE_PROPS = (
    *DATA_PROPS,
    Prop("series", "column"),
    Prop("seriesLabelFmt", "format"),
    *CAPTION_PROPS,
    *AXIS_PROPS,
    *COLOR_PROPS,
    *EMPTY_PROPS,
    *FOREIGN_PROPS,
)


def paint(use: Use, prop: str, default: str) -> str:
    """A colour that a page names; a pair of colours, one for dark pages, counts as its first."""
    value = use.values[prop]
    named = value[0] if isinstance(value, list) and value else value
    if named is None:
        return default
    found = palette.color(str(named))
    if found is None:
        use.warn(f"'{named}' is not a colour")
    return found or default


def colors(use: Use) -> Mapping[str, str] | list[str]:
    """The colours of a chart's series: by name, or in order."""
    fill, by_series, listed = (use.values[n] for n in ("fillColor", "seriesColors", "colorPalette"))
    if isinstance(by_series, Mapping):
        found: Mapping[str, str] | list[str] = {
            str(key): first_of(value) for key, value in by_series.items()
        }
    elif isinstance(listed, list):
        found = [first_of(value) for value in listed]
    else:
        found = [first_of(fill)] if fill else []
    for name in found.values() if isinstance(found, Mapping) else found:
        if palette.color(name) is None:
            use.warn(f"'{name}' is not a colour")
    return found


def series_color(
    wanted: Mapping[str, str] | list[str], name: str, place: int, otherwise: str | None = None
) -> str:
    """The colour of one series: as the page has it in `colors`, else its own.

    Args:
        wanted: The colours of the chart.
        name: The series.
        place: Which it is.
        otherwise: Its own colour; that of its place where nothing is given.
    """
    if isinstance(wanted, Mapping):
        chosen = wanted.get(name)
    else:
        chosen = wanted[place % len(wanted)] if wanted else None
    found = palette.color(chosen) if chosen else None
    return found or otherwise or palette.SERIES[place % len(palette.SERIES)]


def first_of(value: object) -> str:
    """A colour's name; of a pair the first, which is the one for light pages."""
    return str(value[0]) if isinstance(value, list) and value else str(value)


def axis_title(use: Use, prop: str, column: str) -> str:
    """What a page writes beside an axis; `true` stands for the column's name."""
    wanted = use.text(prop) or ""
    if wanted == "false":
        return ""
    return use.page.formatter.title(column) if wanted == "true" else wanted


def format_of(use: Use, prop: str) -> Format | None:
    """The format that a prop names, if it does."""
    wanted = use.text(prop)
    return use.page.formatter.resolve(wanted) if wanted else None


def order_of(use: Use) -> tuple[str, ...]:
    """The series that come first."""
    order = use.values["seriesOrder"]
    return tuple(map(str, order)) if isinstance(order, list) else ()
