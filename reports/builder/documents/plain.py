"""A built page as plain text, for mail programs without HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from reports.builder.documents.tree import Element

_WIDTH = 78
_DROPPED = frozenset({"nav", "script", "style", "template", "button", "select", "input", "svg"})
_HIDDEN = frozenset(
    {"tools", "pager", "data", "queries", "how", "spark", "skip", "track", "legend"}
)
_UNDERLINES = {"h1": "=", "h2": "-", "h3": "."}
_BLOCKS = frozenset({"p", "li", "figcaption"})
_MOST_ROWS = 12


def plain_text(main: Element) -> str:
    """What a page says, in lines of at most 78 characters where they can be broken."""
    return "\n".join(_lines(main)).strip() + "\n"


def _lines(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str) or _is_silent(child):
            continue
        if child.tag in _UNDERLINES:
            text = _said(child)
            yield from ("", text, _UNDERLINES[child.tag] * min(len(text), _WIDTH), "")
        elif "kpi" in child.classes:
            yield from _tile(child)
        elif "chart" in child.classes:
            drawing = child.find("svg")
            yield from _wrapped(
                f"[Chart] {drawing.attributes.get('aria-label', '')}" if drawing else ""
            )
        elif child.tag == "table":
            yield from _table(child)
        elif child.tag in _BLOCKS:
            yield from _wrapped(_said(child), "- " if child.tag == "li" else "")
        else:
            yield from _lines(child)


def _is_silent(element: Element) -> bool:
    closed = element.tag == "details" and "open" not in element.attributes
    hidden = bool(_HIDDEN & set(element.classes)) or "hidden" in element.attributes
    return closed or hidden or element.tag in _DROPPED


def _said(element: Element) -> str:
    if "facts" in element.classes:
        return " · ".join(" ".join(span.text().split()) for span in element.all("span"))
    if element.tag == "figcaption":
        return ". ".join(" ".join(span.text().split()) for span in element.all("span"))
    return " ".join(_visible(element).split())


def _visible(element: Element) -> str:
    return "".join(
        child if isinstance(child, str) else "" if _is_silent(child) else _visible(child)
        for child in element.children
    )


def _wrapped(text: str, mark: str = "") -> Iterator[str]:
    if text:
        more = " " * len(mark)
        yield from textwrap.wrap(text, _WIDTH, initial_indent=mark, subsequent_indent=more)
        yield ""


def _tile(tile: Element) -> Iterator[str]:
    said = [
        _said(each) for each in tile.children if isinstance(each, Element) and not _is_silent(each)
    ]
    title, value, *more = [*filter(None, said), "", ""]
    note = "; ".join(filter(None, more))
    yield from textwrap.wrap(
        f"{title}: {value}" + (f" ({note})" if note else ""), _WIDTH, subsequent_indent="  "
    )


def _table(table: Element) -> Iterator[str]:
    rows = [
        [cell for cell in row.children if isinstance(cell, Element)]
        for row in table.all("tr")
        if "groups" not in row.classes
    ]
    if not rows:
        return
    kept = rows if len(rows) <= _MOST_ROWS + 3 else [*rows[: _MOST_ROWS + 1], rows[-1]]
    texts = [[_said(cell) for cell in row] for row in kept]
    widths = [
        max(len(row[i]) for row in texts if i < len(row)) for i in range(max(map(len, texts)))
    ]
    yield ""
    for row, cells in zip(texts, kept, strict=True):
        padded = [
            text.rjust(width) if "right" in cell.classes else text.ljust(width)
            for text, cell, width in zip(row, cells, widths, strict=False)
        ]
        yield "  ".join(padded).rstrip()
    if len(kept) < len(rows):
        yield f"({len(rows) - len(kept):,} more rows in the report)"
    yield ""
