"""Building and checking the reports of a shop: what the command line and `patron run` call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from patron.config import project_variables
from patron.errors import PatronError
from patron.shop import Shop
from patron.warehouse import first_line, reading
from reports.builder.data.cache import Cache, read_versions
from reports.builder.data.runner import Limits, QueryRunner
from reports.builder.documents.write import Documents, write_documents
from reports.builder.notices import Notice
from reports.builder.site.assembly import Assembly, Options, RenderedPage
from reports.builder.site.content import Content
from reports.builder.site.periods import parse_period
from reports.builder.site.publication import read_publication
from reports.builder.site.settings import read_settings
from reports.builder.site.swap import replacing

CACHE = "reports.cache"


@dataclass(frozen=True)
class Request:
    """What is asked for, beside all pages as they are.

    Attributes:
        audience: Whose pages to build, as `site.yaml` calls them.
        period: What summary pages of its kind are about, as `2011-W45`.
        wait_seconds: How long to wait for the published copy.
        content: The folder of pages; the project's `reports/` by default.
        anew: Whether to use nothing of earlier builds.
        documents: What to make of the pages beside them.
    """

    audience: str = ""
    period: str = ""
    wait_seconds: float = 10.0
    content: Path | None = None
    anew: bool = False
    documents: Documents = field(default_factory=Documents)


@dataclass(frozen=True)
class PageResult:
    """A page that was built.

    Attributes:
        source: Its file under reports/.
        file: The HTML file; None if nothing was written.
        title: Its heading.
        size: In bytes.
        warnings: How many warnings it has.
        errors: How many errors.
    """

    source: str
    file: Path | None
    title: str
    size: int
    warnings: int
    errors: int


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes:
        pages: In the order of the navigation.
        warnings: All of them.
        errors: All of them; the build failed if there is one.
        index: The first page; None if nothing was written.
        strict: Whether warnings count as failures.
        documents: What was made beside the pages.
    """

    pages: tuple[PageResult, ...]
    warnings: tuple[Notice, ...]
    errors: tuple[Notice, ...]
    index: Path | None
    strict: bool = False
    documents: tuple[Path, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is nothing to complain about."""
        return not self.errors and not (self.strict and self.warnings)


def build_site(
    shop: Shop,
    out: Path | None = None,
    *,
    strict: bool = False,
    on_page: Callable[[PageResult], None] | None = None,
    request: Request | None = None,
) -> BuildResult:
    """Render every page and put the site in place of the old one.

    Args:
        shop: Whose published data are shown.
        out: Where the site goes; the shop's `site/` by default.
        strict: Whether warnings make the result a failure.
        on_page: Called for each page that was written.
        request: Which pages, of what, and what else; all pages as they are by default.

    Raises:
        PatronError: If there is nothing to show, or no place to put it.
    """
    target = (out or shop.site).absolute()
    wanted = request or Request()
    results: list[PageResult] = []
    notices: list[Notice] = []
    made: list[str] = []
    with _assembly(shop, wanted) as assembly, replacing(target) as folder:
        for page in assembly.render():
            file = folder / page.output
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(page.html, encoding="utf-8", newline="\n")
            results.append(_result(page, target / page.output))
            notices += page.notices
        notices += assembly.notices()
        if wanted.documents:
            outputs, title = [page.output for page in assembly.pages], assembly.title
            made = write_documents(folder, outputs, wanted.documents, title)
    for result in results:
        if on_page:
            on_page(result)
    index = results[0].file if results else None
    found = _summary(results, notices, index, strict=strict)
    return replace(found, documents=tuple(target / name for name in made))


def check_site(shop: Shop, *, strict: bool = False, request: Request | None = None) -> BuildResult:
    """Render every page without writing anything; old data are a warning.

    Raises:
        PatronError: If there is nothing to show.
    """
    with _assembly(shop, request or Request()) as assembly:
        pages = list(assembly.render())
        notices = [notice for page in pages for notice in page.notices] + assembly.notices()
        publication = assembly.publication
    if publication.is_old(datetime.now(UTC).replace(tzinfo=None)):
        loaded = publication.last_loaded_at or "never"
        notices.append(Notice("warning", "data", 0, f"stale: data were last loaded {loaded}"))
    notices += [Notice("warning", "data", 0, text) for text in publication.warnings()]
    return _summary([_result(page, None) for page in pages], notices, None, strict=strict)


@contextmanager
def _assembly(shop: Shop, request: Request) -> Iterator[Assembly]:
    variables = project_variables(shop.project)
    content = Content(request.content or shop.project / "reports")
    settings = read_settings(content.root)
    period = parse_period(request.period) if request.period else None
    options = Options(settings, settings.audience(request.audience), period)
    limits = Limits(rows=int(str(variables.get("max_report_rows", Limits.rows))))
    stale_days = int(str(variables["stale_after_days"]))
    with reading(shop, request.wait_seconds) as connection:
        try:
            publication = read_publication(connection, stale_days)
        except duckdb.Error as error:
            raise PatronError(
                f"the published copy has no record of itself: {first_line(error)}",
                where=str(shop.published),
                remedy="run 'patron run'; it publishes again",
            ) from error
        versions = read_versions(connection, shop.published)
        with closing(Cache(None if request.anew else shop.data / CACHE, versions.copy)) as cache:
            runner = QueryRunner(connection, limits, cache, versions)
            yield Assembly(content, runner, publication, variables, options, cache)


def _result(page: RenderedPage, file: Path | None) -> PageResult:
    severities = [notice.severity for notice in page.notices]
    size = len(page.html.encode())
    warnings, errors = severities.count("warning"), severities.count("error")
    return PageResult(page.source, file, page.title, size, warnings, errors)


def _summary(
    results: list[PageResult], found: Sequence[Notice], index: Path | None, *, strict: bool
) -> BuildResult:
    notices = list(dict.fromkeys(found))
    return BuildResult(
        pages=tuple(results),
        warnings=tuple(notice for notice in notices if notice.severity == "warning"),
        errors=tuple(notice for notice in notices if notice.severity == "error"),
        index=index,
        strict=strict,
    )
