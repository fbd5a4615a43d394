"""Bodies of pages from earlier builds, for pages of which nothing has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from markupsafe import Markup

from reports.builder.data.cache import Cache, Versions, digest
from reports.builder.notices import Notice
from reports.builder.render.markdown import Heading
from reports.builder.site.content import Content
from reports.builder.site.layout import Body, Query
from reports.builder.site.pages import Page

_LIBRARIES = ("duckdb", "jinja2", "markdown-it-py")
_SAY_PUBLICATION = ("publication", "LastRefreshed")


class KeptBodies:
    """Finds and keeps the bodies of pages.

    Args:
        cache: Where they are.
        versions: Of the tables that pages read.
        content: The folder of pages.
        constants: All that pages can see and that is the same for each of them.
        publication: What pages may say about the publication itself.
    """

    def __init__(
        self,
        cache: Cache,
        versions: Versions,
        content: Content,
        constants: object,
        publication: object,
    ) -> None:
        self._cache = cache
        self._versions = versions
        self._content = content
        self._publication = publication
        self._shared = digest(_code(content), constants, _checksum(content.shared_files()))
        self._partials = "".join(
            file.read_text("utf-8", "replace") for file in content.partial_files()
        )

    def find(self, page: Page) -> Body | None:
        """The body of a page as an earlier build left it; its notices are told again."""
        key = self._key(page)
        tables = self._cache.get(key)
        if tables is None:
            return None
        kept = self._cache.get(digest(key, self._versions.of(json.loads(tables))))
        if kept is None:
            return None
        found = json.loads(kept)
        page.notices.found += [Notice(**each) for each in found["notices"]]
        return Body(
            Markup(found["html"]),  # noqa: S704  as it was rendered
            tuple(Heading(**each) for each in found["headings"]),
            tuple(found["tables"]),
            tuple(Query(**each) for each in found["queries"]),
        )

    def keep(self, page: Page, body: Body, notices: list[Notice]) -> None:
        """Keep a body; not where something failed or asked the clock."""
        if any(each.severity == "error" or "build to build" in each.message for each in notices):
            return
        key = self._key(page)
        self._cache.put(key, json.dumps(body.tables))
        entry = {**asdict(body), "notices": [asdict(notice) for notice in notices]}
        self._cache.put(digest(key, self._versions.of(body.tables)), json.dumps(entry))

    def _key(self, page: Page) -> str:
        text = (self._content.root / page.file).read_text("utf-8", "replace")
        says = any(word in each for word in _SAY_PUBLICATION for each in (text, self._partials))
        publication = self._publication if says else None
        return digest("page", self._shared, page.output, text, page.params, publication)


def _code(content: Content) -> str:
    """A checksum of the builder, the theme and the libraries that draw pages."""
    builder = sorted(Path(__file__).parents[1].rglob("*.py"))
    templates = [
        *(content.root / "theme").rglob("*.html"),
        *(content.root / "themes").rglob("*.html"),
    ]
    return digest(
        _checksum([*builder, *sorted(templates)]), [version(library) for library in _LIBRARIES]
    )


def _checksum(files: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        found.update(f"{file.name} {len(content)} ".encode())
        found.update(content)
    return found.hexdigest()
