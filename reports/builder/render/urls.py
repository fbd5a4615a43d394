"""Links: which are allowed, and how links between pages become relative."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

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
    for candidate in (f"{target}.html", posixpath.join(target, "index.html").lstrip("/"), target):
        if candidate in pages:
            return posixpath.relpath(candidate, folder or ".") + separator + fragment
    return safe_url(url)
