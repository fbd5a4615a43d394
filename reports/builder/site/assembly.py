"""Rendering the pages of a site, each on its own: what fails in one leaves the others alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reports.builder.data.cache import Cache
from reports.builder.data.runner import QueryRunner
from reports.builder.data.sources import QueryError
from reports.builder.data.store import QueryStore
from reports.builder.expressions.lexer import ExpressionError
from reports.builder.formats import MISSING, Formatter
from reports.builder.formats.resolve import default_text
from reports.builder.inputs.model import Choice, Input
from reports.builder.notices import Notice, Notices, PageSyntaxError, did_you_mean
from reports.builder.page.nodes import Code, PageSource
from reports.builder.page.props import interpolate
from reports.builder.render.images import Images
from reports.builder.render.markdown import MarkdownRenderer
from reports.builder.render.page import PageRenderer
from reports.builder.render.scope import Scope
from reports.builder.render.templates import Templates
from reports.builder.render.urls import page_link
from reports.builder.site.content import Content, listed_queries
from reports.builder.site.kept import KeptBodies
from reports.builder.site.layout import Body, Layouts, Query
from reports.builder.site.pages import Page, expand, read_page
from reports.builder.site.periods import KINDS, Period, last_complete, period_values
from reports.builder.site.publication import Publication
from reports.builder.site.settings import Audience, SiteSettings
from reports.builder.site.variants import all_states, default_state, merged, switched

NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True)
class Options:
    """What a build is asked for.

    Attributes:
        settings: The site's.
        audience: Whose pages to build.
        period: What summary pages of its kind are about; the last complete one otherwise.
    """

    settings: SiteSettings = field(default_factory=SiteSettings)
    audience: Audience = field(default_factory=Audience)
    period: Period | None = None


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


class Assembly:
    """Renders all pages of a site from one published copy.

    Args:
        content: The folder of pages.
        runner: Runs the queries.
        publication: Which data there are.
        variables: The project's variables.
        options: What is asked for.
        cache: Keeps bodies of pages from build to build.
    """

    def __init__(
        self,
        content: Content,
        runner: QueryRunner,
        publication: Publication,
        variables: Mapping[str, object],
        options: Options | None = None,
        cache: Cache | None = None,
    ) -> None:
        self._content = content
        self._runner = runner
        self.publication = publication
        self._variables = dict(variables)
        self._options = options or Options()
        self._templates = Templates(content.themes(self._options.settings.theme))
        self._formatter = Formatter(currency=str(variables.get("reporting_currency", "EUR")))
        self._files = [self._read(file) for file in content.pages()]
        found = [page for file in self._files for page in self._pages(file)]
        self._layouts = Layouts(
            content, self._options.settings, publication, self._templates, found
        )
        self.pages = self._layouts.order()
        self._outputs = frozenset(page.output for page in self.pages)
        told = [self._names_of_audience(), self.publication.as_of_date]
        shared = [self._variables, sorted(self._outputs), told]
        self._kept = KeptBodies(cache or Cache(), runner.versions, content, shared, self._facts())

    @property
    def title(self) -> str:
        """What the site is called."""
        return self._options.settings.title

    def notices(self) -> list[Notice]:
        """What there is to say about files with parameters, beside what their pages say."""
        own = {id(page.notices) for page in self.pages}
        return [
            note
            for file in self._files
            if id(file.notices) not in own
            for note in file.notices.found
        ]

    def render(self) -> Iterator[RenderedPage]:
        """The pages in the order of the navigation."""
        for page in self.pages:
            html = self._layouts.html(page, self._kept.find(page) or self._new(page))
            yield RenderedPage(page.file, page.output, page.title, html, tuple(page.notices.found))

    def _new(self, page: Page) -> Body:
        before = len(page.notices.found)
        body, inputs = self.body(page)
        if live := switched(inputs):
            body = self._switching(page, body, live)
        self._kept.keep(page, body, page.notices.found[before:])
        return body

    def _switching(self, page: Page, body: Body, live: Sequence[Input]) -> Body:
        """A page with all states of its inputs, but those whose choices depend on other inputs."""
        names = frozenset(each.name for each in live)
        quiet = replace(page, notices=Notices(page.file))
        pages, tables = [], set(body.tables)
        for state in all_states(live):
            each, inputs = self.body(quiet, state, names)
            same = {found.name for found in inputs if found.choices in _choices(live, found.name)}
            if not names <= same:
                fewer = [found for found in live if found.name in same]
                return self._switching(page, body, fewer) if fewer else body
            pages.append((state, str(each.html)))
            tables |= set(each.tables)
        for notice in quiet.notices.found:
            if notice.severity == "error":
                page.notices.error(notice.line, notice.message, notice.page)
        html = merged(default_state(live), pages)
        return replace(body, html=html, tables=tuple(sorted(tables)))

    def body(
        self,
        page: Page,
        chosen: Mapping[str, object] = NOTHING,
        live: frozenset[str] = frozenset(),
    ) -> tuple[Body, Sequence[Input]]:
        """What a page says in one state, and its inputs.

        Args:
            page: Which one.
            chosen: The keys of what is chosen by the names of its inputs, where not the default.
            live: The inputs that readers can switch.
        """
        if page.source is None:
            problem = page.problem or PageSyntaxError("it cannot be read", 1)
            page.notices.error(problem.line, problem.message)
            message = f"{page.file}:{problem.line}: {problem.message}"
            return Body(self._templates.render("problem.html", message=message)), ()
        partials = self._content.partials(page.source, page.notices)
        names = self._names(page)
        store = self._store(page, page.source, partials, names)
        markdown = MarkdownRenderer(
            link=lambda url: page_link(url, page.output, self._outputs),
            image=lambda path: Images(self._content.static, page.notices).data_uri(path),
        )
        renderer = PageRenderer(
            notices=page.notices,
            formatter=self._formatter,
            templates=self._templates,
            markdown=markdown,
            images=Images(self._content.static, page.notices),
            partials=partials,
            output=page.output,
            outputs=self._outputs,
            facts=self._facts(),
            live_inputs=live,
        )
        names = {**page.meta, **names, "publication": self._facts()}
        opened = Scope(store, self._formatter, names)
        scope = renderer.open_inputs(page.source.nodes, opened, chosen)
        html = renderer.render(page.source.nodes, scope)
        store.run_all()
        tables = tuple(sorted(store.tables))
        body = Body(html, tuple(markdown.headings), tables, _shown_queries(store))
        return body, renderer.inputs.all()

    def _read(self, file: Path) -> Page:
        page = read_page(self._content, file)
        kind = page.meta.get("period")
        if kind is not None and kind not in KINDS:
            near = did_you_mean(str(kind), KINDS)
            page.notices.error(1, f"period: '{kind}' is none of {', '.join(KINDS)}{near}")
        elif kind is not None:
            page = replace(
                page, params={"period": period_values(str(kind), self._period(str(kind)))}
            )
        return page

    def _period(self, kind: str) -> Period | None:
        asked, as_of = self._options.period, self.publication.as_of_date
        if asked and asked.kind == kind:
            return asked
        return last_complete(kind, as_of) if as_of else None

    def _pages(self, file: Page) -> Iterator[Page]:
        name = file.file.removeprefix("pages/")
        if not self._options.audience.gets(name, file.meta.get("audiences")):
            return
        for page in expand(file, self._queries_of):
            yield replace(page, title=self._filled(page, page.title), source=self._titled(page))

    def _queries_of(self, page: Page) -> QueryStore:
        source = page.source or PageSource(page.file, {}, (), ())
        partials = self._content.partials(source, page.notices)
        return self._store(page, source, partials, self._names(page))

    def _titled(self, page: Page) -> PageSource | None:
        """The page with the values of its parameters in its description."""
        description = page.meta.get("description")
        if page.source is None or not isinstance(description, str) or "{" not in description:
            return page.source
        meta = {**page.source.meta, "description": self._filled(page, description)}
        return replace(page.source, meta=meta)

    def _filled(self, page: Page, text: str) -> str:
        """A text of the front matter with its expressions evaluated; queries are not known yet."""
        if "{" not in text:
            return text
        store = QueryStore({}, (), {}, self._runner, page.notices)
        scope = Scope(store, self._formatter, {**page.meta, **self._names(page)})
        parts = []
        for part in interpolate(text, 1):
            try:
                value = scope.value(part) if isinstance(part, Code) else part
            except (ExpressionError, QueryError) as error:
                page.notices.warn(1, f"front matter: {error}")
                return text
            parts.append(MISSING if value is None else default_text(value))
        return "".join(parts)

    def _names(self, page: Page) -> dict[str, object]:
        return {
            "vars": self._variables,
            "params": page.params,
            "audience": self._names_of_audience(),
        }

    def _names_of_audience(self) -> dict[str, object]:
        """Every name that an audience gives a value to, null in builds for others."""
        every = self._options.settings.audiences.values()
        nothing = {name: None for each in every for name in each.values}
        chosen = self._options.audience
        return {"name": chosen.name, **nothing, **chosen.values}

    def _facts(self) -> dict[str, object]:
        return {
            "published_at": self.publication.published_at,
            "as_of_date": self.publication.as_of_date,
            "last_loaded_at": self.publication.last_loaded_at,
        }

    def _store(
        self,
        page: Page,
        source: PageSource,
        partials: Mapping[str, PageSource],
        names: Mapping[str, object],
    ) -> QueryStore:
        queries = self._content.shared_queries()
        declared = listed_queries(source, queries, page.notices)
        for each in (*partials.values(), source):
            for query in each.queries:
                queries[query.name] = query
                declared.append(query.name)
        declared = list(dict.fromkeys(declared))
        return QueryStore(queries, tuple(declared), names, self._runner, page.notices)


def _choices(inputs: Sequence[Input], name: str) -> list[tuple[Choice, ...]]:
    return [each.choices for each in inputs if each.name == name]


def _shown_queries(store: QueryStore) -> tuple[Query, ...]:
    return tuple(
        Query(
            name,
            f"{store.queries[name].file}:{store.queries[name].line}",
            store.queries[name].sql.strip(),
        )
        for name in store.declared
    )
