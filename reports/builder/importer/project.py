"""A project of the classic dialect, page by page: as is, with warnings, or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from patron.errors import PatronError
from reports.builder.data.runner import Limits, QueryRunner
from reports.builder.formats import Formatter
from reports.builder.importer.sources import Sources, load_sources
from reports.builder.notices import Notice
from reports.builder.page.nodes import QuerySource
from reports.builder.render.alone import Surroundings, render_alone

Verdict = Literal["as is", "with warnings", "cannot"]
_PARAM = re.compile(r"\[([\w-]+)\]")


@dataclass(frozen=True)
class Examined:
    """A page, and what becomes of it.

    Attributes:
        page: Its file, relative to the project.
        verdict: Whether it builds.
        remarks: Why not, or what will be different; `line: message`.
    """

    page: str
    verdict: Verdict
    remarks: tuple[str, ...]

    @property
    def says(self) -> str:
        """The verdict in words."""
        return "cannot be built" if self.verdict == "cannot" else f"builds {self.verdict}"


@dataclass(frozen=True)
class Examination:
    """A whole project.

    Attributes:
        pages: In the order of their names.
        notes: What concerns all pages.
    """

    pages: tuple[Examined, ...]
    notes: tuple[str, ...]

    def count(self, verdict: Verdict) -> int:
        """How many pages have a verdict."""
        return sum(page.verdict == verdict for page in self.pages)

    def summary(self) -> str:
        """How many pages there are, and how they fare."""
        as_is, warned, failed = (
            self.count("as is"),
            self.count("with warnings"),
            self.count("cannot"),
        )
        pages = len(self.pages)
        return f"{pages:,} pages: {as_is:,} as is, {warned:,} with warnings, {failed:,} not"


def examine(project: Path, theme: Path, row_limit: int = Limits.rows) -> Examination:
    """What of a project builds here; nothing is written.

    Args:
        project: Its folder, the one with `pages/`.
        theme: The templates to build with.
        row_limit: How many rows a query of a page may return.

    Raises:
        PatronError: If there are no pages.
    """
    pages = sorted((project / "pages").rglob("*.md"))
    if not pages:
        raise PatronError(
            "there are no pages to import",
            where=str(project / "pages"),
            remedy="name the folder that holds pages/ and sources/",
        )
    with duckdb.connect() as connection:
        sources = load_sources(connection, project)
        limits = Limits(rows=row_limit, schemas=tuple(sources.schemas))
        around = Surroundings(
            runner=QueryRunner(connection, limits),
            theme=theme,
            static=project / "static",
            queries=_queries(project),
            partials=_texts(project / "partials", "*.md"),
            outputs=frozenset(_output(project, page) for page in pages),
            formatter=Formatter(currency="USD", custom=_formats(project)),
        )
        found = tuple(_examine(project, page, around, sources) for page in pages)
    return Examination(found, tuple(_notes(project, sources)))


def _examine(project: Path, page: Path, around: Surroundings, sources: Sources) -> Examined:
    name = page.relative_to(project).as_posix()
    try:
        text = page.read_text("utf-8")
    except UnicodeDecodeError:
        return Examined(name, "cannot", ("it is not UTF-8 text",))
    params = dict.fromkeys(_PARAM.findall(name), "")
    here = Surroundings(**{**vars(around), "params": params})
    rendered = render_alone(text, here, file=name, output=_output(project, page))
    reasons = [f"source '{each}': {why}" for each, why in _needed(text, sources.unread)]
    errors = [_remark(each, name) for each in rendered.notices if each.severity == "error"]
    warnings = [
        _remark(each, name) + _own(project, each)
        for each in rendered.notices
        if each.severity == "warning"
    ]
    if params:
        wanted = ", ".join(params)
        warnings.append(
            f"one page for each row of a query: name it in the front matter, `params: QUERY`,"
            f" with the column {wanted}"
        )
    if reasons or errors:
        return Examined(name, "cannot", (*reasons, *errors, *warnings))
    return Examined(name, "with warnings" if warnings else "as is", tuple(warnings))


def _needed(text: str, unread: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The sources that a page names and that could not be read."""
    for name, why in unread.items():
        if re.search(rf"\b{re.escape(name)}\.\w", text):
            yield name, why


def _remark(notice: Notice, page: str) -> str:
    place = "" if notice.page == page else f"{notice.page}:"
    return f"{place}{notice.line}: {notice.message}" if notice.line else notice.message


def _own(project: Path, notice: Notice) -> str:
    """A remark on components that the project itself has written."""
    match = re.match(r"there is no component <(\w+)>", notice.message)
    if match and (project / "components" / f"{match[1]}.svelte").is_file():
        return f" (components/{match[1]}.svelte is the project's own and is not read)"
    return ""


def _queries(project: Path) -> dict[str, QuerySource]:
    folder = project / "queries"
    found: dict[str, QuerySource] = {}
    for path, text in _texts(folder, "*.sql").items():
        name = path.removesuffix(".sql").replace("/", "_")
        found[name] = QuerySource(name, text, f"queries/{path}", 1)
    return found


def _texts(folder: Path, pattern: str) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text("utf-8", errors="replace")
        for file in sorted(folder.rglob(pattern))
    }


def _output(project: Path, page: Path) -> str:
    return page.relative_to(project / "pages").with_suffix(".html").as_posix()


def _formats(project: Path) -> dict[str, str]:
    """The project's own format tags."""
    file = project / ".evidence" / "customization" / "custom-formatting.json"
    try:
        found = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    except ValueError:
        return {}
    listed = found.get("customFormats") if isinstance(found, dict) else None
    return {
        str(each["formatTag"]): str(each["formatCode"])
        for each in listed or []
        if isinstance(each, dict) and {"formatTag", "formatCode"} <= set(each)
    }


def _notes(project: Path, sources: Sources) -> Iterator[str]:
    yield from (f"sources/{name}: {why}" for name, why in sources.unread.items())
    yield from sources.problems
    for file in sorted((project / "pages").rglob("+layout.svelte")):
        yield f"{file.relative_to(project).as_posix()} is not read: the theme has its own layout"
    components = sorted((project / "components").rglob("*.svelte"))
    if components:
        names = ", ".join(file.stem for file in components)
        yield f"components/ is not read: {names}"
