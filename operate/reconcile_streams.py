"""The streams of production, and the judgement of a few of a stream's rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from ingest.contract import load_contract
from operate.reconcile_links import DAY, Links, links_of, tables_looked_up
from operate.reconcile_models import Production, is_by_day, name_of
from patron.sql import identifier

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

# Any range will do for a view.
_SOME_TIME = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stream:
    """A stream in production.

    Attributes:
        name: The raw table.
        key: What identifies a row.
        checked: The view that judges each row.
        staged: The table of the good ones.
        links: What the rows depend on.
    """

    name: str
    key: tuple[str, ...]
    checked: Snapshot
    staged: Snapshot
    links: Links

    @property
    def names(self) -> tuple[str, ...]:
        """Its key, and what names the rows of other streams that a row depends on."""
        linked = sorted(link.column for link in self.links.parents)
        return tuple(dict.fromkeys((*self.key, *linked)))

    @property
    def day(self) -> str | None:
        """The day of a staged row, where they have one."""
        column = self.staged.model.time_column
        return str(column.column.sql("duckdb")) if column and is_by_day(self.staged) else None


def streams_of(production: Production) -> dict[str, Stream]:
    """The streams that have a view of judgements and a table of staging, by name."""
    keys = {table.name: table.primary_key for table in load_contract().tables}
    by_name = {name_of(one): one for one in production.snapshots.values()}
    found = {}
    for name, key in keys.items():
        checked = by_name.get(f"staging.checked_{name}")
        staged = by_name.get(f"staging.stg_{name}")
        if checked and staged:
            queries = (one.model.query for one in (checked, staged))
            one, other = (links_of(query, name, keys) for query in queries)
            found[name] = Stream(name, key, checked, staged, one.joined(other))
    return found


def judgement(
    production: Production, stream: Stream, streams: Mapping[str, Stream], rows: str
) -> str:
    """The query that says of some rows of a stream on which day they count and if they are good.

    It asks the view's own query, of which the tables are replaced by the rows that matter.

    Args:
        production: The models.
        stream: Whose rows.
        streams: All of them.
        rows: The table of the rows: `row` is the rowid in raw, besides `Stream.names`.
    """
    query = production.query(stream.checked, _SOME_TIME, _SOME_TIME)
    raw = ("raw", stream.name)
    wanted = {
        id(table): (table, [f"rowid IN (SELECT row FROM {rows})"])
        for table in query.find_all(exp.Table)
        if (table.db, table.name) == raw
    }
    for link in stream.links.parents:
        parent = streams[link.parent]
        places = {("raw", parent.name), _place(parent.checked)}
        key, named = identifier(*parent.key), identifier(link.column)
        for table in tables_looked_up(query, raw, link.column, places, parent.key[0]):
            _, conditions = wanted.setdefault(id(table), (table, []))
            conditions.append(f"{key} IN (SELECT {named} FROM {rows})")
    for table, conditions in wanted.values():
        plain = exp.table_(table.this.copy(), table.args.get("db"), table.args.get("catalog"))
        some = exp.select("*").from_(plain).where(exp.or_(*conditions))
        table.replace(some.subquery(table.alias_or_name))
    return (
        f"SELECT {listed(stream.key)}, {DAY} AS day, rejection_reasons IS NULL AS is_good "
        f"FROM ({query.sql(dialect='duckdb')})"
    )


def listed(columns: tuple[str, ...]) -> str:
    """The columns of a SELECT."""
    return ", ".join(identifier(name) for name in columns)


def _place(snapshot: Snapshot) -> tuple[str, str]:
    """Schema and name of the table behind a model."""
    table = exp.to_table(snapshot.table_name(), dialect="duckdb")
    return table.db, table.name
