"""The pages of a site: one for each file, or one for each row that a file with parameters names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from reports.builder.data.result import Row
from reports.builder.data.sources import QueryError
from reports.builder.data.store import QueryStore
from reports.builder.expressions.functions import text_of
from reports.builder.formats import MISSING
from reports.builder.formats.resolve import default_text
from reports.builder.notices import Notices, PageSyntaxError, did_you_mean
from reports.builder.page.nodes import PageSource
from reports.builder.page.parser import parse_page
from reports.builder.site.content import Content
from reports.builder.site.slugs import slug

PARAMETER = re.compile(r"\[(\w+)\]")
_LAST = 1e9


@dataclass(frozen=True)
class Page:
    """A page to be rendered.

    Attributes:
        file: Its file, relative to the reports folder.
        output: Its file in the site.
        title: Its heading.
        label: What the navigation calls it.
        position: Where it stands in its folder.
        source: Its tree; None if it cannot be read.
        problem: Why it cannot be read.
        notices: Takes what the build has to say about it.
        params: The values of its parameters, and the other columns of their row.
        of_many: Whether it is one of the pages of a file with parameters.
    """

    file: str
    output: str
    title: str
    label: str
    position: float
    source: PageSource | None
    problem: PageSyntaxError | None
    notices: Notices
    params: Mapping[str, object] = field(default_factory=dict)
    of_many: bool = False

    @property
    def meta(self) -> Mapping[str, object]:
        """The front matter."""
        return self.source.meta if self.source else {}


def read_page(content: Content, file: Path) -> Page:
    """The page of a file, parameters still open."""
    name, output = content.name(file), content.output(file)
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
    order = float(position) if isinstance(position, int | float) else _LAST
    title = str(
        meta.get("title") or pretty(file.parent.name if file.stem == "index" else file.stem)
    )
    label = str(meta.get("sidebar_title") or title)
    return Page(name, output, title, label, order, source, problem, notices)


def pretty(name: str) -> str:
    """The name of a file as a title."""
    return name.replace("_", " ").replace("-", " ").strip().capitalize()


def expand(page: Page, store: Callable[[Page], QueryStore]) -> Iterator[Page]:
    """The pages that a file becomes: itself, or one for each row of the query in `params`.

    Args:
        page: The page as read.
        store: Makes the queries of a page.
    """
    names = PARAMETER.findall(page.output)
    if not names or page.source is None:
        yield page
        return
    seen: dict[str, str] = {}
    for row in _rows(page, names, store):
        output = _filled(page.output, row)
        shown = ", ".join(text_of(row[name]) for name in names)
        if output in seen:
            page.notices.error(1, f"'{shown}' and '{seen[output]}' would be the same file {output}")
            continue
        seen[output] = shown
        label = _label(row[names[-1]])
        yield replace(
            page,
            output=output,
            title=page.title if page.meta.get("title") else label,
            label=label,
            notices=Notices(page.file),
            params={**page.params, **row},
            of_many=True,
        )


def _rows(page: Page, names: list[str], store: Callable[[Page], QueryStore]) -> Iterable[Row]:
    """The rows that have all parameters; none, with an error, if they cannot be had."""
    wanted = page.meta.get("params")
    queries = store(page)
    if not isinstance(wanted, str) or wanted not in queries:
        near = did_you_mean(str(wanted), queries.declared) if wanted else ""
        page.notices.error(
            1,
            f"{page.file} needs 'params: QUERY' in its front matter: a query of the page with"
            f" {_columns(names)}{near}",
        )
        return
    try:
        result = queries.get(wanted)
    except QueryError:
        return
    if missing := [name for name in names if result.column(name) is None]:
        listed = ", ".join(result.column_names)
        page.notices.error(1, f"query '{wanted}' has no {_columns(missing)} (columns: {listed})")
        return
    for row in result.rows:
        if any(row[name] is None for name in names):
            page.notices.warn(
                1, f"a row of query '{wanted}' has no {_columns(names)}; it gets no page"
            )
            continue
        yield row


def _filled(output: str, row: Row) -> str:
    return PARAMETER.sub(lambda match: slug(text_of(row[match[1]])), output)


def _columns(names: list[str]) -> str:
    return f"column{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _label(value: object) -> str:
    return (default_text(value) if isinstance(value, date) else text_of(value)) or MISSING
