"""What a built page says, number by number: tables, key figures and sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

NUMBER = re.compile(
    r"(?<![\w.])[-−+]?(?:[€$£¥₹]\s?)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?%|[kMBT]\b|x\b)?"
)
_BLOCKS = frozenset({"p", "li", "h1", "h2", "h3", "h4", "figcaption", "summary", "div", "dd", "dt"})
_SILENT = frozenset({"style", "script", "svg", "template", "pre", "nav", "title"})
_LONGEST = 90


@dataclass(frozen=True)
class Figure:
    """A number in a page.

    Attributes:
        place: What it belongs to: a table's row and column, a key figure, a sentence.
        text: As it is shown.
    """

    place: str
    text: str


@dataclass
class _Table:
    caption: str
    heads: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    in_head: bool = False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Figure] = []
        self._silent = 0
        self._text: list[str] = []
        self._caption = ""
        self._is_caption = False
        self._kpi: str | None = None
        self._depth = 0
        self._table: _Table | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag in _SILENT:
            self._silent += 1
        if tag in _BLOCKS or tag in ("table", "td", "th"):
            self._flush()
        if tag == "table":
            self._table = _Table(self._caption)
        elif tag == "thead" and self._table:
            self._table.in_head = True
        elif tag == "tr" and self._table:
            if self._table.in_head:
                self._table.heads = []
            self._table.cells = []
        elif tag == "figure":
            self._caption = ""
        elif tag == "div" and self._depth:
            self._depth += 1
        elif "kpi" in classes:
            self._kpi, self._depth = None, 1
        self._is_caption = self._is_caption or "caption" in classes

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent -= 1
        table = self._table
        if tag in ("td", "th") and table:
            text = self._taken()
            (table.heads if table.in_head else table.cells).append(text)
        elif tag == "thead" and table:
            table.in_head = False
        elif tag == "tr" and table and not table.in_head:
            self._row(table)
        elif tag == "table":
            self._table = None
        elif tag == "span" and self._is_caption:
            self._caption, self._is_caption = "".join(self._text).strip(), False
        elif tag in _BLOCKS:
            self._flush()
        if tag == "div" and self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def _taken(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text = []
        return text

    def _row(self, table: _Table) -> None:
        label = next((cell for cell in table.cells if cell), "")
        for index, cell in enumerate(table.cells):
            head = table.heads[index] if index < len(table.heads) else str(index + 1)
            if NUMBER.search(cell) and cell is not label:
                self.found.append(
                    Figure(" / ".join(filter(None, (table.caption, label, head))), cell)
                )

    def _flush(self) -> None:
        text = self._taken()
        if self._depth and self._kpi is None:
            self._kpi = text or None
            return
        sentence = NUMBER.sub("#", text)
        shown = sentence if len(sentence) <= _LONGEST else sentence[:_LONGEST] + "…"
        place = f"{self._kpi}: {shown}" if self._depth else shown
        self.found += [Figure(place, number.strip()) for number in NUMBER.findall(text)]


def figures(html: str) -> dict[str, str]:
    """The numbers of a page by their places; places that come twice are numbered."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return dict(_numbered(reader.found))


def _numbered(found: list[Figure]) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for each in found:
        seen[each.place] += 1
        number = seen[each.place]
        yield (each.place if number == 1 else f"{each.place} ({number})"), each.text
