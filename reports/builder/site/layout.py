"""What stands around a page: head, navigation, facts about the data, queries and sources."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.builder.notices import did_you_mean
from reports.builder.render.markdown import Heading
from reports.builder.render.templates import Templates
from reports.builder.site.content import Content
from reports.builder.site.navigation import Branch, breadcrumbs, navigation, tree
from reports.builder.site.pages import Page
from reports.builder.site.publication import Publication
from reports.builder.site.search import search_index
from reports.builder.site.settings import SiteSettings

_TOC_LEVEL = 2
_FEWEST_SECTIONS = 3
_COMMENT_OR_INDENT = re.compile(r"^[ \t]*(?://[^\n]*(?:\n|\Z))?", re.MULTILINE)
_LINE_ENDS = re.compile(r"(?<=[;{,])\n+|\n+(?=\n)")


@dataclass(frozen=True)
class Query:
    """A query as a page shows it."""

    name: str
    place: str
    sql: str


@dataclass(frozen=True)
class Body:
    """What a page says, before anything is put around it.

    Attributes:
        html: The content.
        headings: For the table of contents.
        tables: What it reads.
        queries: How its numbers are made.
    """

    html: Markup
    headings: tuple[Heading, ...] = ()
    tables: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()


class Layouts:
    """Puts pages into their layouts.

    Args:
        content: The folder of pages, with the theme.
        settings: The site's.
        publication: Which data there are.
        templates: The theme's.
        pages: All pages of the site.
    """

    def __init__(
        self,
        content: Content,
        settings: SiteSettings,
        publication: Publication,
        templates: Templates,
        pages: Sequence[Page],
    ) -> None:
        self._settings = settings
        self._publication = publication
        self._templates = templates
        self._root: Branch = tree(pages)
        self._known = content.layouts(settings.theme)
        self._style = content.style(settings.theme)
        self._script = shortened(content.script(settings.theme))
        digest = base64.b64encode(hashlib.sha256(self._script.encode()).digest()).decode()
        self._script_hash = f"sha256-{digest}"
        searched = settings.search and len(pages) > 1
        self._search = search_index(list(self._root.walk()), self._root) if searched else ""

    def order(self) -> list[Page]:
        """The pages in the order of the navigation."""
        return list(self._root.walk())

    def html(self, page: Page, body: Body) -> str:
        """The whole page."""
        meta = page.meta
        published = self._publication.published_at
        html = self._templates.render(
            self._layout(page),
            site_title=self._settings.title,
            title=page.title,
            description=meta.get("description"),
            show={
                "title": not meta.get("hide_title"),
                "crumbs": not meta.get("hide_breadcrumbs"),
                "toc": not meta.get("hide_toc"),
                "header": not meta.get("hide_header"),
                "side": meta.get("sidebar") not in ("hide", "never"),
            },
            full_width=bool(meta.get("full_width")),
            style=Markup(self._style),  # noqa: S704  the theme's own
            script=Markup(self._script),  # noqa: S704  the theme's own
            script_hash=self._script_hash,
            search=Markup(self._search),  # noqa: S704  JSON without < and &
            root=posixpath.relpath(".", posixpath.dirname(page.output) or "."),
            items=navigation(self._root, page, self._settings.home),
            crumbs=breadcrumbs(self._root, page, self._settings.home),
            facts=self._publication.facts(),
            warnings=self._publication.warnings(body.tables),
            tables=self._publication.states(body.tables),
            published=published.isoformat() if published else "",
            stale_days=self._publication.stale_days,
            toc=_sections(body.headings),
            body=body.html,
            queries=() if meta.get("neverShowQueries") else body.queries,
            footer=self._publication.footer(),
        )
        return str(html).rstrip() + "\n"

    def _layout(self, page: Page) -> str:
        name = str(page.meta.get("layout") or self._settings.layout)
        if name not in self._known:
            known = ", ".join(self._known)
            near = did_you_mean(name, self._known)
            page.notices.warn(1, f"there is no layout '{name}'{near} (layouts: {known})")
            name = SiteSettings.layout
        return f"layouts/{name}.html"


def shortened(script: str) -> str:
    """A script without indentation, lines of comment, and line ends that say nothing."""
    return _LINE_ENDS.sub("", _COMMENT_OR_INDENT.sub("", script)).strip()


def _sections(headings: Sequence[Heading]) -> list[Heading]:
    found = [heading for heading in headings if heading.level == _TOC_LEVEL]
    return found if len(found) >= _FEWEST_SECTIONS else []
