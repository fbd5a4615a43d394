"""Rendering the pages of a site, each on its own: what fails in one leaves the others alone."""

from __future__ import annotations

import base64
import hashlib
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from reports.builder.data.runner import QueryRunner
from reports.builder.data.store import QueryStore
from reports.builder.formats import Formatter
from reports.builder.notices import Notice, Notices, PageSyntaxError
from reports.builder.page.nodes import PageSource
from reports.builder.page.parser import parse_page
from reports.builder.render.images import Images
from reports.builder.render.markdown import Heading, MarkdownRenderer
from reports.builder.render.page import PageRenderer
from reports.builder.render.scope import Scope
from reports.builder.render.templates import Templates
from reports.builder.render.urls import page_link
from reports.builder.site.content import Content, listed_queries
from reports.builder.site.publication import Publication

SITE_TITLE = "Patron"
_TOC_LEVEL = 2


@dataclass(frozen=True)
class RenderedPage:
    """A page, ready to be written.

    Attributes:
        source: Its file under reports/.
        output: Its file in the site.
        title: Its heading.
        html: All of it.
        notices: What the build has to say about it.
    """

    source: str
    output: str
    title: str
    html: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class _Parsed:
    file: str
    output: str
    title: str
    position: float
    source: PageSource | None
    problem: PageSyntaxError | None
    notices: Notices


class Assembly:
    """Renders all pages of a site from one published copy.

    Args:
        content: The folder of pages.
        runner: Runs the queries.
        publication: Which data there are.
        variables: The project's variables.
    """

    def __init__(
        self,
        content: Content,
        runner: QueryRunner,
        publication: Publication,
        variables: Mapping[str, object],
    ) -> None:
        self._content = content
        self._runner = runner
        self._publication = publication
        self._variables = variables
        self._templates = Templates(content.theme)
        self._style = (content.theme / "style.css").read_text("utf-8").strip()
        self._script = (content.theme / "script.js").read_text("utf-8").strip()
        self._formatter = Formatter(currency=str(variables.get("reporting_currency", "EUR")))

    def render(self) -> list[RenderedPage]:
        """The pages in the order of the navigation."""
        pages = [self._parse(file) for file in self._content.pages()]
        pages.sort(key=lambda page: (page.output != "index.html", page.position, page.title))
        outputs = frozenset(page.output for page in pages)
        return [self._render(page, pages, outputs) for page in pages]

    def _parse(self, file: Path) -> _Parsed:
        name, output = self._content.name(file), self._content.output(file)
        notices = Notices(name)
        source: PageSource | None = None
        problem: PageSyntaxError | None = None
        try:
            source = parse_page(file.read_text("utf-8"), name, notices)
        except UnicodeDecodeError:
            problem = PageSyntaxError("the file is not UTF-8 text", 1)
        except PageSyntaxError as error:
            problem = error
        meta = source.meta if source else {}
        position = meta.get("sidebar_position")
        order = float(position) if isinstance(position, int | float) else 1e9
        title = str(meta.get("title") or file.stem.replace("_", " ").replace("-", " ").capitalize())
        return _Parsed(name, output, title, order, source, problem, notices)

    def _render(
        self, page: _Parsed, pages: list[_Parsed], outputs: frozenset[str]
    ) -> RenderedPage:
        if page.source is None:
            problem = page.problem or PageSyntaxError("it cannot be read", 1)
            page.notices.error(problem.line, problem.message)
            message = f"{page.file}:{problem.line}: {problem.message}"
            body = self._templates.render("problem.html", message=message)
            headings: list[Heading] = []
            store: QueryStore | None = None
        else:
            body, headings, store = self._body(page, page.source, outputs)
        html = self._layout(page, pages, body, headings, store)
        return RenderedPage(page.file, page.output, page.title, html, tuple(page.notices.found))

    def _body(
        self, page: _Parsed, source: PageSource, outputs: frozenset[str]
    ) -> tuple[Markup, list[Heading], QueryStore]:
        partials = self._content.partials(source, page.notices)
        store = self._store(page, source, partials)
        markdown = MarkdownRenderer(
            link=lambda url: page_link(url, page.output, outputs),
            image=lambda path: Images(self._content.static, page.notices).data_uri(path),
        )
        facts = {
            "published_at": self._publication.published_at,
            "as_of_date": self._publication.as_of_date,
            "last_loaded_at": self._publication.last_loaded_at,
        }
        renderer = PageRenderer(
            notices=page.notices,
            formatter=self._formatter,
            templates=self._templates,
            markdown=markdown,
            images=Images(self._content.static, page.notices),
            partials=partials,
            output=page.output,
            outputs=outputs,
            facts=facts,
        )
        names = {**source.meta, "vars": dict(self._variables), "publication": facts}
        scope = renderer.open_inputs(source.nodes, Scope(store, self._formatter, names), {})
        body = renderer.render(source.nodes, scope)
        store.run_all()
        return body, markdown.headings, store

    def _store(
        self, page: _Parsed, source: PageSource, partials: Mapping[str, PageSource]
    ) -> QueryStore:
        queries = self._content.shared_queries()
        declared = listed_queries(source, queries, page.notices)
        for each in (*partials.values(), source):
            for query in each.queries:
                queries[query.name] = query
                declared.append(query.name)
        variables = {f"vars.{name}": value for name, value in self._variables.items()}
        return QueryStore(queries, tuple(dict.fromkeys(declared)), variables, self._runner, page.notices)

    def _layout(
        self,
        page: _Parsed,
        pages: list[_Parsed],
        body: Markup,
        headings: list[Heading],
        store: QueryStore | None,
    ) -> str:
        meta = page.source.meta if page.source else {}
        digest = base64.b64encode(hashlib.sha256(self._script.encode()).digest()).decode()
        folder = posixpath.dirname(page.output) or "."
        html = self._templates.render(
            "layout.html",
            site_title=SITE_TITLE,
            title=page.title,
            description=meta.get("description"),
            style=Markup(self._style),  # noqa: S704  the theme's own
            script=Markup(self._script),  # noqa: S704  the theme's own
            script_hash=f"sha256-{digest}",
            pages=[
                {
                    "title": other.title,
                    "href": posixpath.relpath(other.output, folder),
                    "current": other is page,
                }
                for other in pages
            ],
            facts=self._publication.facts(),
            warnings=self._publication.warnings(),
            published=published.isoformat() if (published := self._publication.published_at) else "",
            stale_days=self._publication.stale_days,
            toc=[heading for heading in headings if heading.level == _TOC_LEVEL],
            body=body,
            queries=[] if store is None or meta.get("neverShowQueries") else _shown_queries(store),
            footer=[*_sources(store), *self._publication.footer()],
        )
        return str(html).rstrip() + "\n"


def _shown_queries(store: QueryStore) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "place": f"{store.queries[name].file}:{store.queries[name].line}",
            "sql": store.queries[name].sql.strip(),
        }
        for name in store.declared
    ]


def _sources(store: QueryStore | None) -> list[str]:
    return [f"Source: {', '.join(sorted(store.tables))}."] if store and store.tables else []
