"""Which tables and columns the queries of the report pages read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from operate.lineage.columns import table_name
from reports.builder.data.sources import QueryError, RawSql, compile_sql
from reports.builder.notices import Notices
from reports.builder.page.nodes import PageSource, QuerySource
from reports.builder.site.content import Content, listed_queries
from reports.builder.site.pages import PARAMETER, Page, read_page

Columns = Mapping[str, tuple[str, ...]]
Reads = frozenset[tuple[str, str | None]]


@dataclass(frozen=True)
class Reading:
    """A table's column that a query of a page reads; None where the query only counts rows.

    Attributes:
        page: The page's file.
        title: Its heading.
        link: Its address in the site; empty where a file makes many pages.
        query: The query's name.
        model: The table.
        column: Its column.
    """

    page: str
    title: str
    link: str
    query: str
    model: str
    column: str | None


def read_pages(root: Path, columns: Columns) -> list[Reading]:
    """What the pages of a folder of reports read.

    Args:
        root: The folder, `reports` of the project.
        columns: The columns of each table; others are not looked for.
    """
    content = Content(root)
    known: dict[str, Reads] = {}
    found: list[Reading] = []
    for file in content.pages():
        page = read_page(content, file)
        if page.source is None:
            continue
        link = "" if "[" in page.output else "/" + page.output.removesuffix(".html")
        queries, declared = _queries(content, page.source)
        for name in declared:
            reads = _reads(name, queries, columns, known)
            told = (f"{root.name}/{page.file}", _title(page), link, name)
            found += [Reading(*told, *each) for each in sorted(reads, key=_by_name)]
    return found


def _title(page: Page) -> str:
    """The page's heading; of a file that makes many pages, what there is one for."""
    parameters = PARAMETER.findall(page.output)
    return f"One per {parameters[-1]}" if parameters else page.title


def _by_name(each: tuple[str, str | None]) -> tuple[str, str]:
    return each[0], each[1] or ""


def _queries(content: Content, page: PageSource) -> tuple[dict[str, QuerySource], list[str]]:
    """All queries that a page can refer to, and the names of those that it runs."""
    notices = Notices(page.file)
    queries = content.shared_queries()
    names = listed_queries(page, queries, notices)
    for each in (*content.partials(page, notices).values(), page):
        for query in each.queries:
            queries[query.name] = query
            names.append(query.name)
    return queries, list(dict.fromkeys(names))


def _reads(
    name: str,
    queries: Mapping[str, QuerySource],
    columns: Columns,
    known: dict[str, Reads],
    path: tuple[str, ...] = (),
) -> Reads:
    """What a query and those it refers to read; each text is looked at once."""
    blanks = _Blanks(queries)
    try:
        sql = compile_sql(queries[name], {}, blanks)
    except QueryError:
        return frozenset()
    if sql not in known:
        known[sql] = columns_read(sql, columns)
    path = (*path, name)
    others = [each for each in blanks.asked if each not in path]
    return known[sql].union(*(_reads(each, queries, columns, known, path) for each in others))


class _Blanks(dict[str, object]):
    """Stands for what a query refers to: nothing for values, an empty table for other queries."""

    def __init__(self, queries: Mapping[str, QuerySource]) -> None:
        super().__init__()
        self._queries = queries
        self.asked: list[str] = []

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> object:
        if name not in self._queries:
            return None
        self.asked.append(name)
        return RawSql("(SELECT NULL)")


def columns_read(sql: str, columns: Columns) -> Reads:
    """Table and column, for all that a query names; a table alone where it names no column."""
    try:
        query = parse_one(sql, dialect="duckdb")
    except SqlglotError:
        return frozenset()
    found: set[tuple[str, str | None]] = set()
    tables = {table_name(table) for table in query.find_all(exp.Table) if table.db}
    for column in query.find_all(exp.Column, exp.Star):
        if not isinstance(column.parent, exp.Column | exp.Count):
            found |= set(_of_table(column, columns))
    named = {table for table, _ in found}
    return frozenset(found | {(table, None) for table in tables - named if table in columns})


def _of_table(column: exp.Expr, columns: Columns) -> Iterator[tuple[str, str]]:
    """The columns of tables that a column, or a star, can stand for: of the nearest SELECT."""
    name = "*" if isinstance(column, exp.Star) else column.name
    select = column.find_ancestor(exp.Select)
    while select is not None:
        tables = _tables(select)
        prefix = column.text("table")
        chosen = [tables[prefix]] if prefix in tables else [] if prefix else tables.values()
        found = [
            (table, each)
            for table in chosen
            for each in columns.get(table, ())
            if name in ("*", each)
        ]
        if found or name == "*":
            yield from found
            return
        select = select.find_ancestor(exp.Select)


def _tables(select: exp.Expr) -> dict[str, str]:
    """The tables that a SELECT itself reads, by what it calls them."""
    parts = [select.args.get("from_"), *(select.args.get("joins") or ())]
    sources = [part.this for part in parts if part is not None]
    return {
        source.alias_or_name: table_name(source)
        for source in sources
        if isinstance(source, exp.Table) and source.db
    }
