"""What the search over pages looks in: titles, descriptions, headings and titles of components."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from reports.builder.page.nodes import Component, Each, If, Node, Text
from reports.builder.site.navigation import Branch, breadcrumbs
from reports.builder.site.pages import Page

_HEADING = re.compile(r"^#{2,3}[ \t]+([^\n{]+)$", re.MULTILINE)
_MARKS = re.compile(r"[*_`]|</?\w[^>]*>")
_MOST_PAGES = 400
_MOST_WORDS = 500


def search_index(pages: Sequence[Page], root: Branch) -> str:
    """The entries as JSON that may stand in a page: title, file, folders, words.

    Every page of a file of its own is there, and of the others the first hundreds: each page
    carries the index, because a page opened from a file can fetch nothing.
    """
    listed = sorted(pages, key=lambda page: page.of_many)
    entries = [_entry(page, root) for page in listed[:_MOST_PAGES]]
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _entry(page: Page, root: Branch) -> list[str]:
    above = " › ".join(item.label for item in breadcrumbs(root, page, "")[1:])
    title = page.title if page.label in page.title else f"{page.label}: {page.title}"
    return [title, page.output, above, _words(page)]


def _words(page: Page) -> str:
    description = str(page.meta.get("description") or "")
    if page.of_many or page.source is None:
        return "" if "{" in description else description[:_MOST_WORDS]
    found = dict.fromkeys([description, *_phrases(page.source.nodes)])
    return " · ".join(filter(None, found))[:_MOST_WORDS]


def _phrases(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        match node:
            case Text(text):
                yield from (_MARKS.sub("", head).strip() for head in _HEADING.findall(text))
            case Component():
                yield from _title(node)
                yield from _phrases(node.children)
            case Each():
                yield from _phrases([*node.children, *node.otherwise])
            case If(branches):
                for branch in branches:
                    yield from _phrases(branch.children)


def _title(component: Component) -> Iterator[str]:
    for prop in component.props:
        if (
            prop.name in ("title", "label")
            and len(prop.parts) == 1
            and isinstance(prop.parts[0], str)
        ):
            yield prop.parts[0]
