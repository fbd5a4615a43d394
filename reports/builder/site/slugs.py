"""File names of pages made from data, and finding them again from links."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache
from urllib.parse import unquote

_PLAIN = re.compile(r"[\w -]*", re.ASCII)
_OTHERS = re.compile(r"[^a-z0-9_-]+")
_LONGEST = 80


def slug(text: str) -> str:
    """A value as part of a file name: `At Risk` is `at-risk`.

    What cannot be told from the letters that are left (accents, signs, very long texts) ends in
    six digits of a checksum, so that different values stay different files.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    found = _OTHERS.sub("-", ascii_text.lower()).strip("-")[:_LONGEST]
    if _PLAIN.fullmatch(text) and found and len(text) <= _LONGEST:
        return found
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:6]
    return f"{found}-{digest}".lstrip("-")


def find_page(target: str, pages: Collection[str]) -> str | None:
    """The page that a path leads to, written as the file or as the values in it.

    Args:
        target: `customers/At%20Risk`, `customers/at-risk` or `customers/at-risk.html`.
        pages: The output files of all pages.
    """
    stem = target.removesuffix(".html").removesuffix(".md").removesuffix("/index")
    by_slugs = _by_slugs(pages if isinstance(pages, frozenset) else frozenset(pages))
    return by_slugs.get("/".join(slug(unquote(part)) for part in stem.split("/")))


@lru_cache(maxsize=4)
def _by_slugs(pages: frozenset[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for page in sorted(pages):
        stem = page.removesuffix(".html").removesuffix("/index")
        found.setdefault("/".join(_known_slug(part) for part in stem.split("/")), page)
    return found


def _known_slug(part: str) -> str:
    """A part of an output path: already a slug, or the name of a file that the author chose."""
    return part if not _OTHERS.search(part) else slug(part)
