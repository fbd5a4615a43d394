"""Links: which are allowed, and how links between pages become relative."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from reports.builder.site.slugs import find_page

_SCHEME = re.compile(r"^\s*([a-zA-Z][a-zA-Z0-9+.-]*)\s*:")
_ALLOWED = frozenset({"http", "https", "mailto", "tel"})


def safe_url(url: str) -> str:
    """The address if following it cannot run a script, else `#`."""
    cleaned = "".join(character for character in url if character > " " or character == " ").strip()
    match = _SCHEME.match(cleaned)
    if match and match[1].lower() not in _ALLOWED:
        return "#"
    return cleaned


def page_link(url: str, here: str, pages: Collection[str]) -> str:
    """A link in a page as one that works from a file: `/churn` becomes `churn.html`.

    Args:
        url: As written in the page.
        here: The output file of the page that has the link, relative to the site.
        pages: The output files of all pages.
    """
    path, separator, fragment = url.partition("#")
    if _SCHEME.match(url) or url.startswith("//") or not path:
        return safe_url(url)
    folder = posixpath.dirname(here)
    target = (
        path.strip("/")
        if path.startswith("/")
        else posixpath.normpath(posixpath.join(folder, path))
    )
    exact = (f"{target}.html", posixpath.join(target, "index.html").lstrip("/"), target)
    found = next((each for each in exact if each in pages), None) or find_page(target, pages)
    if found:
        return posixpath.relpath(found, folder or ".") + separator + fragment
    return safe_url(url)
