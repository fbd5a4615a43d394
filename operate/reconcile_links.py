"""Which rows of other streams a row of a stream depends on, read from the models' own queries.

A row of a stream is judged by itself and by rows of other streams that it names: an order by its
customer, a line by its order. Such a link is an equation between a column of the stream and the key
of the other. Whatever a query reads otherwise has no link, and every change of it counts for all
rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

DAY = "event_date"
_CHECKED = "checked_"


@dataclass(frozen=True)
class Link:
    """Rows of a stream follow the row of another stream whose key they name.

    Attributes:
        column: The column that names it.
        parent: The other stream.
        needs_day: Not only whether that row is good is asked, but on which day it counts.
    """

    column: str
    parent: str
    needs_day: bool


@dataclass(frozen=True)
class Links:
    """What the rows of a stream depend on besides themselves.

    Attributes:
        parents: By key.
        unlinked: Streams of which any change may change any row; the stream itself where its rows
            depend on each other.
    """

    parents: frozenset[Link]
    unlinked: frozenset[str]

    def joined(self, other: Links) -> Links:
        """The links of two queries over the same stream."""
        return Links(self.parents | other.parents, self.unlinked | other.unlinked)


@dataclass(frozen=True)
class _Side:
    """One side of an equation: a column of a stream."""

    table: exp.Table
    stream: str
    column: str


def links_of(query: exp.Expr, stream: str, keys: Mapping[str, tuple[str, ...]]) -> Links:
    """What the rows of a stream depend on in a query.

    Args:
        query: Of a model, with macros or without; it reads the stream's raw table.
        stream: Whose rows.
        keys: The key of every stream.
    """
    parents: set[Link] = set()
    linked: set[int] = set()
    shared: dict[int, set[str]] = defaultdict(set)
    for sides in _equated(query):
        one, other = (_side(column) for column in sides)
        if not one or not other or one.table is other.table or one.stream != stream:
            continue
        if other.stream == stream and one.column == other.column:
            shared[id(other.table)].add(one.column)
        elif other.stream != stream and keys[other.stream] == (other.column,):
            linked.add(id(other.table))
            parents.add(Link(one.column, other.stream, _asks_day(query, other.table)))
    unlinked = {
        name
        for table in query.find_all(exp.Table)
        if (name := _stream(table))
        and id(table) not in linked
        and not (name == stream and (_is_driving(table) or shared[id(table)] == set(keys[name])))
    }
    if query.find(exp.Window):
        unlinked.add(stream)
    return Links(frozenset(parents), frozenset(unlinked))


def tables_looked_up(
    query: exp.Expr,
    own: tuple[str, str],
    column: str,
    others: Collection[tuple[str, str]],
    key: str,
) -> list[exp.Table]:
    """The tables of which a query reads just the rows that a column of another table names.

    Args:
        query: With the aliases of tables before all columns.
        own: Schema and name of the table whose column names the rows.
        column: That column.
        others: Schema and name of each table that may be meant.
        key: What the column is compared with.
    """
    found = {}
    for one, other in _equated(query):
        if (one.name, other.name) != (column, key):
            continue
        naming, named = _table(one), _table(other)
        if not naming or not named or (naming.db, naming.name) != own:
            continue
        if (named.db, named.name) in others:
            found[id(named)] = named
    return list(found.values())


def _equated(query: exp.Expr) -> Iterator[tuple[exp.Column, exp.Column]]:
    """The columns that a query compares with others, each pair in both orders."""
    for equation in query.find_all(exp.EQ):
        one, other = equation.left, equation.right
        if isinstance(one, exp.Column) and isinstance(other, exp.Column):
            yield from ((one, other), (other, one))


def _stream(table: exp.Table) -> str | None:
    """The stream that a table is of: raw, or the judgement of its rows."""
    if table.db == "raw":
        return table.name
    if table.db == "staging" and table.name.startswith(_CHECKED):
        return table.name.removeprefix(_CHECKED)
    return None


def _side(column: exp.Column) -> _Side | None:
    """The stream's column that one side of an equation is; None for anything else."""
    if not column.table:
        return None
    table = _table(column)
    stream = _stream(table) if table else None
    return _Side(table, stream, column.name) if table and stream else None


def _table(column: exp.Column) -> exp.Table | None:
    """The table that a column's alias stands for, in its SELECT or one around it."""
    select = column.find_ancestor(exp.Select)
    while select:
        origin = select.args.get("from_") or select.args.get("from")
        for source in (origin, *select.args.get("joins", ())):
            if source and source.this.alias_or_name == column.table:
                return source.this if isinstance(source.this, exp.Table) else None
        select = select.find_ancestor(exp.Select)
    return None


def _is_driving(table: exp.Table) -> bool:
    """Whether a query goes through the rows of a table, rather than looking something up in it."""
    return isinstance(table.parent, exp.From) and not table.find_ancestor(exp.Subquery, exp.Exists)


def _asks_day(query: exp.Expr, table: exp.Table) -> bool:
    return any(
        column.name == DAY and _table(column) is table for column in query.find_all(exp.Column)
    )
