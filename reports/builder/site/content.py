"""The content of a site: which pages, queries and partials there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from patron.errors import PatronError
from reports.builder.notices import Notices, PageSyntaxError
from reports.builder.page.nodes import (
    Component,
    Each,
    If,
    Node,
    PageSource,
    Partial,
    QuerySource,
)
from reports.builder.page.parser import parse_page


@dataclass(frozen=True)
class Content:
    """The folder `reports/`.

    Attributes:
        root: Holds pages/, queries/, partials/, static/ and theme/.
    """

    root: Path

    @property
    def theme(self) -> Path:
        """Templates, style and script."""
        return self.root / "theme"

    def themes(self, theme: str) -> list[Path]:
        """The folders of templates, the first to be looked in first.

        Raises:
            PatronError: If there is no such theme.
        """
        if not theme:
            return [self.theme]
        folder = self.root / "themes" / theme
        if not folder.is_dir():
            raise PatronError(f"there is no theme '{theme}'", where=str(folder))
        return [folder, self.theme]

    def layouts(self, theme: str) -> list[str]:
        """The names of the layouts there are."""
        folders = [folder / "layouts" for folder in self.themes(theme)]
        return sorted({file.stem for folder in folders for file in folder.glob("*.html")})

    def style(self, theme: str) -> str:
        """The style of the theme, and what another one adds to it."""
        files = [folder / "style.css" for folder in reversed(self.themes(theme))]
        return "\n".join(file.read_text("utf-8").strip() for file in files if file.exists())

    def script(self, theme: str) -> str:
        """The script: another theme's own, or the usual one."""
        files = (folder / "script.js" for folder in self.themes(theme))
        return next(file for file in files if file.exists()).read_text("utf-8")

    @property
    def static(self) -> Path:
        """Images."""
        return self.root / "static"

    def pages(self) -> list[Path]:
        """The page files, in order.

        Raises:
            PatronError: If there are none.
        """
        found = sorted((self.root / "pages").rglob("*.md"))
        if not found:
            raise PatronError(
                "there are no pages",
                where=str(self.root / "pages"),
                remedy="start one with 'patron report new NAME'",
            )
        return found

    def name(self, file: Path) -> str:
        """A file's name in messages: its path under the root."""
        return file.relative_to(self.root).as_posix()

    def output(self, page: Path) -> str:
        """The file of the site that a page becomes."""
        relative = page.relative_to(self.root / "pages")
        return relative.with_suffix(".html").as_posix()

    def partial_files(self) -> list[Path]:
        """The files that pages can put in."""
        return sorted((self.root / "partials").rglob("*.md"))

    def shared_files(self) -> list[Path]:
        """What a page can use beside its own file."""
        folders = (self.root / name for name in ("queries", "static"))
        inside = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
        return [*self.partial_files(), *sorted(inside)]

    def shared_queries(self) -> dict[str, QuerySource]:
        """The queries of the folder, by name; `sales/by_day.sql` is `sales_by_day`."""
        folder = self.root / "queries"
        found: dict[str, QuerySource] = {}
        for file in sorted(folder.rglob("*.sql")):
            name = "_".join(file.relative_to(folder).with_suffix("").parts)
            found[name] = QuerySource(name, file.read_text("utf-8"), self.name(file), 1)
        return found

    def partials(self, page: PageSource, notices: Notices) -> dict[str, PageSource]:
        """The partials that a page uses, and those that they use."""
        found: dict[str, PageSource] = {}
        waiting = list(_partials_in(page.nodes))
        while waiting:
            path = waiting.pop()
            file = (self.root / "partials" / path).resolve()
            inside = file.is_relative_to((self.root / "partials").resolve())
            if path in found or not inside or not file.is_file():
                continue
            try:
                found[path] = parse_page(file.read_text("utf-8"), self.name(file), notices)
            except PageSyntaxError as error:
                notices.error(error.line, error.message, self.name(file))
                continue
            waiting += _partials_in(found[path].nodes)
        return found


def listed_queries(page: PageSource, shared: dict[str, QuerySource], notices: Notices) -> list[str]:
    """The shared queries that a page's front matter names.

    `queries: [sales_by_day]`, `- sales/by_day.sql`, and `- other_name: sales/by_day.sql` are read.
    """
    listed = page.meta.get("queries") or []
    names: list[str] = []
    for entry in listed if isinstance(listed, list) else [listed]:
        alias, path = next(iter(entry.items())) if isinstance(entry, dict) else (None, entry)
        stem = str(path).removesuffix(".sql").replace("/", "_")
        if stem not in shared:
            notices.error(1, f"queries: there is no file queries/{path}")
            continue
        if alias is not None and str(alias) != stem:
            source = shared[stem]
            shared[str(alias)] = QuerySource(str(alias), source.sql, source.file, source.line)
        names.append(str(alias) if alias is not None else stem)
    return names


def _partials_in(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        match node:
            case Partial(path):
                yield path
            case Component():
                yield from _partials_in(node.children)
            case Each():
                yield from _partials_in([*node.children, *node.otherwise])
            case If(branches):
                for branch in branches:
                    yield from _partials_in(branch.children)
