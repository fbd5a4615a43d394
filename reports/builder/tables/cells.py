"""The cells of a table: text, deltas, bars, colours, links and images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from reports.builder.charts import palette
from reports.builder.components.base import Use
from reports.builder.components.delta import judge
from reports.builder.data.result import Row, number
from reports.builder.expressions.functions import text_of
from reports.builder.formats import Format
from reports.builder.render.urls import page_link

_MOST_COLOR = 55
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
    return Cell(html, raw(value), _tint(column, value))


def raw(value: object) -> str:
    """A value as it is sorted and downloaded."""
    return value.isoformat(" ") if isinstance(value, datetime) else text_of(value)


def _content(column: Column, row: Row, value: object) -> Markup:
    use = column.use
    text = column.style.text(value)
    amount = number(value)
    if use and column.content == "delta" and (change := judge(value, column.style, use)):
        return use.template("delta.html", change=change, text="", chip=use.flag("chip"))
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
    source = use.page.images.data_uri(path, use.node.line)
    alternative = text_of(row.get(use.text("alt") or ""))
    return Markup('<img src="{}" alt="{}">').format(source, alternative)


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
    room = max(len(column.style.text(each)) for each in column.values)
    return drawn + Markup('<span style="min-width:{}ch">{}</span>').format(room, text)


def _numbers(column: Column) -> list[float]:
    return [found for value in column.values if (found := number(value)) is not None]


def _tint(column: Column, value: object) -> str:
    amount = number(value)
    if column.content != "colorscale" or column.use is None or amount is None:
        return ""
    numbers = _numbers(column)
    low = _bound(column.use.number("colorMin"), min(numbers))
    high = _bound(column.use.number("colorMax"), max(numbers))
    share = min(1.0, max(0.0, (amount - low) / ((high - low) or 1.0)))
    paint, strength = _scale_color(column.use, share)
    return f"background:color-mix(in srgb,{paint} {strength:.0f}%,transparent)"


def _bound(given: float | None, found: float) -> float:
    return found if given is None else given


def _scale_color(use: Use, share: float) -> tuple[str, float]:
    """One colour growing stronger, or two that meet in the middle."""
    wanted = use.values["colorScale"]
    names: Sequence[object] = wanted if isinstance(wanted, list) else [wanted or "accent"]
    paints = [palette.color(str(name)) or palette.SERIES[0] for name in names]
    if len(paints) == 1:
        return paints[0], share * _MOST_COLOR
    return (paints[0] if share < 0.5 else paints[-1]), abs(share - 0.5) * 2 * _MOST_COLOR
