"""One document of several pages, to send or to print as a whole."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

_MAIN = re.compile(r'<main id="content">(.*?)</main>', re.DOTALL)
_FOOTER = re.compile(r"<footer>(.*?)</footer>", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_AGE = re.compile(r'<div class="alert warning" role="note" id="age".*?</div>')
_CRUMBS = re.compile(r'<nav class="crumbs".*?</nav>', re.DOTALL)
_ID = re.compile(r'\b(id|for|aria-controls|aria-labelledby|aria-describedby)="([^"]+)"')
_NAME = re.compile(r'\bname="([^"]+)"')
_INPUT = re.compile(r'\bdata-(input|text|by)="([^"]+)"')
_HREF = re.compile(r'\bhref="([^"]*)"')
_BODY = re.compile(r"(<body[^>]*>).*?(?=<div id=\"tip\")", re.DOTALL)
_INDEX = re.compile(r'<script type="application/json".*?</script>\n?', re.DOTALL)


def single_file(pages: Mapping[str, str], title: str) -> str:
    """The pages as sections of one page; links between them stay inside it.

    Args:
        pages: The HTML of pages by their file in the site, in order.
        title: What the document is called.
    """
    anchors = {name: f"page-{number}" for number, name in enumerate(pages, 1)}
    contents = "".join(
        f'<li><a href="#{anchors[name]}">{_title(html)}</a></li>\n' for name, html in pages.items()
    )
    sections = [_section(name, html, anchors) for name, html in pages.items()]
    first = next(iter(pages.values()))
    age = _AGE.search(first)
    body = (
        f'<main id="content" class="document">\n<h1>{title}</h1>\n'
        f'{age.group() if age else ""}\n<nav aria-label="Pages"><ol>\n{contents}</ol></nav>\n'
        f"{''.join(sections)}</main>\n"
    )
    whole = _INDEX.sub("", _BODY.sub(lambda match: f"{match[1]}\n{body}", first, count=1))
    return _TITLE.sub(lambda _: f"<title>{title}</title>", whole, count=1)


def _title(html: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    return found[1] if found else ""


def _section(name: str, html: str, anchors: Mapping[str, str]) -> str:
    main, footer = _MAIN.search(html), _FOOTER.search(html)
    inner = f"{main[1] if main else ''}<footer>{footer[1] if footer else ''}</footer>"
    inner = _CRUMBS.sub("", _AGE.sub("", inner))
    inner = inner.replace("<h1", "<h2").replace("</h1>", "</h2>")
    anchor = anchors[name]
    inner = _ID.sub(lambda match: f'{match[1]}="{anchor}-{match[2]}"', inner)
    inner = _NAME.sub(lambda match: f'name="{anchor}-{match[1]}"', inner)
    inner = _INPUT.sub(lambda match: f'data-{match[1]}="{anchor}-{match[2]}"', inner)
    inner = _HREF.sub(lambda match: f'href="{_inside(match[1], name, anchors)}"', inner)
    return f'<section class="page-section" id="{anchor}">{inner}</section>\n'


def _inside(url: str, name: str, anchors: Mapping[str, str]) -> str:
    """A link as one inside the document; to pages that are not in it there is none."""
    path, _, fragment = url.partition("#")
    if ":" in path:
        return url
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
    if target in anchors:
        return f"#{anchors[target]}-{fragment}" if fragment else f"#{anchors[target]}"
    return "#content" if PurePosixPath(target).suffix == ".html" else url
