"""The cells of a table: text, deltas, bars, colours, links and images."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from reports.builder.charts import palette
from reports.builder.charts.shade import READABLE, Shades
from reports.builder.charts.sparkline import sparkline
from reports.builder.charts.text import width
from reports.builder.components.base import Use
from reports.builder.components.delta import judge
from reports.builder.data.result import Row, number
from reports.builder.expressions.functions import text_of
from reports.builder.formats import Format
from reports.builder.render.urls import page_link

_LONG = 32


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: In the query.
        title: For people.
        style: How its values are written.
        align: `left`, `right` or `center`.
        group: The heading above several columns, if any.
        use: The <Column> tag, if the page has one.
        values: All its values.
    """

    name: str
    title: str
    style: Format
    align: str
    group: str | None
    use: Use | None
    values: tuple[object, ...]

    @property
    def content(self) -> str:
        """What kind of content the page asks for."""
        return (self.use.text("contentType") or "") if self.use else ""

    @property
    def description(self) -> str:
        """What the page says about the column."""
        return (self.use.text("description") or "") if self.use else ""

    @property
    def wraps(self) -> bool:
        """Whether the text takes several lines: as the page says, or because it is long."""
        asked = bool(self.use and self.use.flag("wrap"))
        return asked or any(isinstance(each, str) and len(each) > _LONG for each in self.values)

    @property
    def of_dates(self) -> bool:
        """Whether it holds days or times, which are read in one line, on paper too."""
        return any(isinstance(each, date) for each in self.values)


@dataclass(frozen=True)
class Cell:
    """A cell: its HTML, the value to sort and download by, and its colour."""

    html: Markup
    raw: str
    tint: str


def cell(column: Column, row: Row, link: str | None = None) -> Cell:
    """A cell of a table.

    Args:
        column: Its column.
        row: Its row.
        link: Where the row leads, for the first cell.
    """
    value = row.get(column.name)
    html = _content(column, row, value)
    if link and column.content != "link":
        html = Markup('<a href="{}">{}</a>').format(link, html)
    return Cell(html, raw(value), _tint(column, row, value))


def raw(value: object) -> str:
    """A value as it is sorted and downloaded."""
    return value.isoformat(" ") if isinstance(value, datetime) else text_of(value)


def _content(  # noqa: PLR0911  one case for each kind of content
    column: Column, row: Row, value: object
) -> Markup:
    use = column.use
    text = column.style.text(value)
    amount = number(value)
    if use and use.text("fmtColumn"):
        wanted = text_of(row.get(use.text("fmtColumn") or "")) or None
        text = use.format(wanted, column.name).text(value)
    if use and column.content == "delta" and (change := judge(value, column.style, use)):
        return use.template(
            "delta.html",
            change=change,
            text="",
            chip=use.flag("chip"),
            symbol=use.flag("deltaSymbol"),
            shown=use.flag("showValue"),
        )
    if use and column.content.startswith("spark"):
        return _spark(column, use, value)
    if use and column.content == "bar":
        return _bar(column, use, value, text)
    if use and column.content == "link" and value is not None:
        return _link(use, row, text_of(value))
    if use and column.content == "image":
        return _image(use, row, text_of(value))
    if use and use.flag("redNegatives") and amount is not None and amount < 0:
        return Markup('<span class="bad">{}</span>').format(text)
    return Markup("{}").format(text)


def _image(use: Use, row: Row, path: str) -> Markup:
    wanted = use.text("alt") or ""
    return use.image(path, text_of(row[wanted]) if wanted in row else wanted)


def _spark(column: Column, use: Use, value: object) -> Markup:
    """A course out of a list: of numbers, or of rows with the columns sparkX and sparkY."""
    points = value if isinstance(value, list) else []
    x, y = use.text("sparkX"), use.text("sparkY")
    rows = [point for point in points if isinstance(point, Mapping)]
    if rows and y:
        ordered = sorted(rows, key=lambda row: text_of(row.get(x or "")))
        values = [number(row.get(y)) for row in ordered]
    else:
        values = [number(point) for point in points]
    named = use.values["sparkColor"]
    return sparkline(
        values,
        label=f"{column.title}: course over {len(values)} periods",
        kind={"sparkarea": "area", "sparkbar": "bar"}.get(column.content, "line"),
        color=str(named) if named else None,
        width=round(min(use.number("sparkWidth") or 80, 600)),
        height=round(min(use.number("sparkHeight") or 20, 200)),
    )


def _link(use: Use, row: Row, target: str) -> Markup:
    label = row.get(use.text("linkLabel") or "") or use.text("linkLabel") or target
    url = page_link(target, use.page.output, use.page.outputs)
    return Markup('<a href="{}">{}</a>').format(url, text_of(label))


def _bar(column: Column, use: Use, value: object, text: str) -> Markup:
    amount = number(value) or 0.0
    longest = max(map(abs, _numbers(column)), default=0.0)
    share = abs(amount) / longest if longest else 0.0
    named = use.text("negativeBarColor" if amount < 0 else "barColor")
    paint = palette.color(named or ("negative" if amount < 0 else "accent")) or palette.SERIES[0]
    bar = Markup('<span class="bar"><i style="width:{:.1f}%;background:{}"></i></span>')
    drawn = bar.format(share * 100, paint)
    if use.flag("hideLabels"):
        return drawn
    # As wide as the widest value, so that all bars begin at the same place.
    room = max(_digits(column.style.text(each)) for each in column.values)
    return drawn + Markup('<span style="min-width:{}ch">{}</span>').format(room, text)


def _digits(text: str) -> int:
    """How many digits take at least the room of a text: signs such as % are wider than one."""
    digit = width("0")
    return math.ceil(sum(max(1.0, width(each) / digit) for each in text) + 0.2)


def _numbers(column: Column) -> list[float]:
    return [found for value in column.values if (found := number(value)) is not None]


def _tint(column: Column, row: Row, value: object) -> str:
    """The colour behind a cell: of its value, or of the value in another column."""
    use = column.use
    if use is None or column.content != "colorscale":
        return _background(use)
    scaled = use.text("scaleColumn")
    amount = number(row.get(scaled)) if scaled else number(value)
    if amount is None:
        return ""
    numbers = _numbers(column)
    if scaled:
        numbers = [found for each in use.data.values(scaled) if (found := number(each)) is not None]
    return f"background:{_shades(use, numbers or [amount]).color(amount)}"


def _background(use: Use | None) -> str:
    given = use.values.get("backgroundColor") if use else None
    found = palette.color(str(given)) if given else None
    return f"background:{found}" if found else ""


def _shades(use: Use, numbers: Sequence[float]) -> Shades:
    """The scale of a column: one colour growing stronger, or several that follow each other."""
    wanted = use.values["colorScale"] or use.values["colorPalette"]
    names: Sequence[object] = wanted if isinstance(wanted, list) else [wanted or "accent"]
    paints = [palette.color(str(name)) or palette.SERIES[0] for name in names]
    points = use.values["colorBreakpoints"]
    given = points if isinstance(points, list) else []
    stops = [found for each in given if (found := number(each)) is not None]
    low, middle, high = use.number("colorMin"), use.number("colorMid"), use.number("colorMax")
    if len(stops) >= 2:
        low, high = stops[0], stops[-1]
        middle = stops[len(stops) // 2] if len(stops) > 2 else None
    return Shades(
        paints,
        min(numbers) if low is None else low,
        max(numbers) if high is None else high,
        middle,
        strongest=READABLE,
        weakest=0.0,
    )
