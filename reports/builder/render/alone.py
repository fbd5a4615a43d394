"""One page on its own: parsed, its queries run, its body rendered, without a site around it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from reports.builder.data.runner import QueryRunner
from reports.builder.data.sources import QueryError
from reports.builder.data.store import QueryStore
from reports.builder.formats import Formatter
from reports.builder.notices import Notice, Notices, PageSyntaxError
from reports.builder.page.nodes import PageSource, QuerySource
from reports.builder.page.parser import parse_page
from reports.builder.render.images import Images
from reports.builder.render.markdown import MarkdownRenderer
from reports.builder.render.page import PageRenderer
from reports.builder.render.scope import Scope
from reports.builder.render.templates import Templates
from reports.builder.render.urls import page_link


@dataclass(frozen=True)
class Surroundings:
    """What a page on its own finds around it.

    Attributes:
        runner: Runs its queries.
        theme: The folder of the templates.
        static: The folder of images.
        queries: Shared queries by name.
        partials: Shared pieces of pages by path.
        params: The values behind `params`.
        outputs: The files of the site that links may lead to.
        facts: What is known about the data.
        formatter: How values are written.
    """

    runner: QueryRunner
    theme: Path
    static: Path = Path("static")
    queries: Mapping[str, QuerySource] = field(default_factory=dict)
    partials: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)
    outputs: frozenset[str] = frozenset()
    facts: Mapping[str, object] = field(default_factory=dict)
    formatter: Formatter = field(default_factory=Formatter)


@dataclass(frozen=True)
class Alone:
    """A page's body, and what the build has to say about it."""

    html: Markup
    notices: tuple[Notice, ...]

    @property
    def warnings(self) -> list[str]:
        """The messages of the warnings."""
        return [each.message for each in self.notices if each.severity == "warning"]

    @property
    def errors(self) -> list[str]:
        """The messages of the errors."""
        return [each.message for each in self.notices if each.severity == "error"]


def render_alone(
    text: str,
    around: Surroundings,
    *,
    file: str = "page.md",
    output: str = "index.html",
    chosen: Mapping[str, object] | None = None,
) -> Alone:
    """The body of a page.

    Args:
        text: The page's source.
        around: What it finds around it.
        file: Its name in messages.
        output: Its place in the site.
        chosen: What is chosen in its inputs, where not the default.
    """
    notices = Notices(file)
    templates = Templates(around.theme)
    try:
        source = parse_page(text, file, notices)
        partials = {
            path: parse_page(content, f"partials/{path}", notices)
            for path, content in around.partials.items()
        }
    except PageSyntaxError as error:
        notices.error(error.line, error.message)
        return Alone(templates.render("problem.html", message=error.message), tuple(notices.found))
    html = _render(source, partials, around, templates, notices, output, chosen or {})
    return Alone(html, tuple(notices.found))


def _render(
    source: PageSource,
    partials: Mapping[str, PageSource],
    around: Surroundings,
    templates: Templates,
    notices: Notices,
    output: str,
    chosen: Mapping[str, object],
) -> Markup:
    queries = dict(around.queries)
    for page in (*partials.values(), source):
        queries |= {query.name: query for query in page.queries}
    variables = {"params": around.params}
    store = QueryStore(queries, tuple(queries), variables, around.runner, notices)
    images = Images(around.static, notices)
    renderer = PageRenderer(
        notices=notices,
        formatter=around.formatter,
        templates=templates,
        markdown=MarkdownRenderer(
            link=lambda url: page_link(url, output, around.outputs), image=images.data_uri
        ),
        images=images,
        partials=partials,
        output=output,
        outputs=around.outputs,
        facts=around.facts,
    )
    names = {**source.meta, "params": around.params}
    scope = renderer.open_inputs(source.nodes, Scope(store, around.formatter, names), chosen)
    body = renderer.render(source.nodes, scope)
    for query in source.queries:  # one that nothing shows is checked too
        with suppress(QueryError):
            store.get(query.name)
    return body
