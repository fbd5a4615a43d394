"""Markdown to HTML, with slots: places where values and components are put in afterwards.

Values never pass through the Markdown parser, so nothing in the data can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from reports.builder.render.urls import safe_url

_OPEN, _CLOSE = "\ue000", "\ue001"
# What HTML has no place for: control characters, private ones, and those that are none.
_NONE = "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_UNPRINTABLE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\uf8ff\ufdd0-\ufdef{_NONE}]")
_SLOT = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>", re.DOTALL)
_LINK = re.compile(rf'\b(href|src)="([^"]*{_OPEN}[^"]*)"')
_TAGS = re.compile(r"<[^>]*>")
_SLUG = re.compile(r"[^a-z0-9]+")
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)


@dataclass(frozen=True)
class Slot:
    """What is put into a place: HTML, and whether it is a block of its own."""

    html: Markup
    block: bool


@dataclass
class Document:
    """A stretch of Markdown under construction."""

    parts: list[str] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)

    def text(self, source: str) -> None:
        """Add Markdown."""
        self.parts.append(source)

    def value(self, text: str) -> None:
        """Add text that is shown as it is."""
        self._slot(Slot(escape(text), block=False))

    def html(self, html: Markup, *, block: bool) -> None:
        """Add HTML that is already safe; a block at the start of a line gets lines of its own."""
        at_line_start = not self.parts or self.parts[-1].rpartition("\n")[2].strip() == ""
        if block and at_line_start:
            self.parts.append("\n\n")
        self._slot(Slot(html, block))
        if block and at_line_start:
            self.parts.append("\n\n")

    def _slot(self, slot: Slot) -> None:
        self.parts.append(f"{_OPEN}{len(self.slots)}{_CLOSE}")
        self.slots.append(slot)


@dataclass(frozen=True)
class Heading:
    """A heading of the page, for its table of contents."""

    level: int
    text: str
    anchor: str


class MarkdownRenderer:
    """Renders the stretches of one page.

    Args:
        link: Turns a link of the page into one of the site.
        image: Turns an image's path into something that needs no request.
    """

    def __init__(self, link: Callable[[str], str], image: Callable[[str], str]) -> None:
        self.headings: list[Heading] = []
        self._link = link
        self._image = image
        self._parser = MarkdownIt("commonmark", {"html": True}).enable("table").disable("code")
        normalize = self._parser.normalizeLink
        self._parser.normalizeLink = (  # type: ignore[method-assign]
            lambda url: url if _OPEN in url else normalize(url)
        )

    def render(self, document: Document) -> Markup:
        """The HTML of a stretch."""
        tokens = self._parser.parse("".join(document.parts))
        self._prepare(tokens, document)
        html = self._parser.renderer.render(tokens, self._parser.options, {})
        html = _TABLE.sub(lambda match: f'<div class="scroll">{match.group()}</div>', html)
        filled = _UNPRINTABLE.sub("", _fill(html, document.slots))
        return Markup(filled)  # noqa: S704  every slot is escaped or a component's

    def _prepare(self, tokens: Sequence[Token], document: Document) -> None:
        for index, token in enumerate(tokens):
            if token.type == "heading_open":
                token.attrSet("id", self._anchor(int(token.tag[1]), tokens[index + 1], document))
            for child in token.children or ():
                if child.type == "link_open":
                    child.attrSet("href", self._link(str(child.attrGet("href") or "")))
                elif child.type == "image":
                    child.attrSet("src", self._image(str(child.attrGet("src") or "")))

    def _anchor(self, level: int, inline: Token, document: Document) -> str:
        text = _SLOT.sub(
            lambda match: _TAGS.sub("", document.slots[int(match[1])].html), inline.content
        )
        plain = Markup(text).unescape()  # noqa: S704  only to resolve its entities
        plain = re.sub(r"[*_`]", "", plain)
        slug = _SLUG.sub("-", plain.lower()).strip("-") or "section"
        taken = {heading.anchor for heading in self.headings}
        anchor, number = slug, 2
        while anchor in taken:
            anchor, number = f"{slug}-{number}", number + 1
        self.headings.append(Heading(level, plain, anchor))
        return anchor


def _fill(html: str, slots: Sequence[Slot]) -> str:
    def content(match: re.Match[str]) -> str:
        return slots[int(match[1])].html

    def attribute(match: re.Match[str]) -> str:
        filled = _SLOT.sub(lambda slot: _TAGS.sub("", content(slot)), match[2])
        url = Markup(filled).unescape()  # noqa: S704  it is checked and escaped again
        return f'{match[1]}="{escape(safe_url(url))}"'

    def paragraph(match: re.Match[str]) -> str:
        found = [slots[int(number)] for number in _SLOT.findall(match[1])]
        if not any(slot.block for slot in found):
            return match.group()
        alone = not _SLOT.sub("", match[1]).strip() and all(slot.block for slot in found)
        return match[1].strip() if alone else f"<div>{match[1]}</div>"

    html = _PARAGRAPH.sub(paragraph, html)
    html = _LINK.sub(attribute, html)
    return _SLOT.sub(content, html)
