"""The models, columns and what flows between them, as the published copy has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import duckdb

from patron.errors import PatronError
from patron.shop import Shop
from patron.warehouse import reading

NEAREST = 3
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Node:
    """A model in the graph.

    Attributes:
        name: Schema and table.
        owner: Who answers for it.
        kind: How it is built.
        risk: That of a change: low, medium or high.
        file: Where it is defined.
        columns: Its columns in their order.
    """

    name: str
    owner: str
    kind: str
    risk: str
    file: str | None
    columns: tuple[str, ...]


@dataclass(frozen=True)
class PageUse:
    """A query of a page that reads a column of a model, or only its rows."""

    page: str
    title: str
    query: str
    column: str | None


@dataclass(frozen=True)
class Graph:
    """Who reads what.

    Attributes:
        nodes: The models by name.
        values: The columns computed from a column, as model and column each.
        readers: Per model, who reads it, and which columns that choose, join or group rows; None
            among them where it is not known which.
        audited: Per model, those whose audits look at it and that do not read it otherwise.
        pages: Per model, the queries of pages that read it.
        learned: The tasks whose model in use learned from a feature.
    """

    nodes: Mapping[str, Node]
    values: Mapping[tuple[str, str], frozenset[tuple[str, str]]]
    readers: Mapping[str, Mapping[str, frozenset[str | None]]]
    audited: Mapping[str, tuple[str, ...]]
    pages: Mapping[str, tuple[PageUse, ...]]
    learned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, target: str) -> tuple[Node, str | None]:
        """The model, and the column, that a name stands for.

        Args:
            target: `schema.model`, `schema.model.column`, or both without the schema.

        Raises:
            PatronError: If there is none of that name; names those that are near.
        """
        by_table: dict[str, list[str]] = defaultdict(list)
        for name in self.nodes:
            by_table[name.partition(".")[2]].append(name)
        parts = target.split(".")
        for count in (len(parts), len(parts) - 1):
            model, column = ".".join(parts[:count]), ".".join(parts[count:])
            names = [model] if model in self.nodes else by_table.get(model, [])
            if len(names) > 1:
                raise PatronError(
                    f"several models are called '{model}'",
                    where=", ".join(sorted(names)),
                    remedy="name one with its schema",
                )
            if names:
                node = self.nodes[names[0]]
                return node, _column(node, column) if column else None
        raise PatronError(f"there is no model '{target}'", remedy=_near(target, self._names()))

    def _names(self) -> list[str]:
        return [*self.nodes, *(name.partition(".")[2] for name in self.nodes)]


def read_graph(shop: Shop, wait_seconds: float = 10.0) -> Graph:
    """The graph as last published.

    Raises:
        PatronError: If nothing is published, or by a version that kept no lineage.
    """
    with reading(shop, wait_seconds) as connection:
        try:
            return graph_of(connection)
        except duckdb.CatalogException as error:
            raise PatronError(
                "the published copy has no lineage yet",
                where=str(shop.published),
                remedy="run 'patron run' or 'sqlmesh plan prod'; it is written when all is well",
            ) from error


def graph_of(connection: duckdb.DuckDBPyConnection) -> Graph:
    """The graph as the tables of a database tell it."""

    def rows(query: str) -> Rows:
        return connection.execute(query).fetchall()

    columns: dict[str, list[str]] = defaultdict(list)
    for model, column in rows("SELECT model, column_name FROM quality.columns ORDER BY position"):
        columns[model].append(column)
    models = rows("SELECT model, owner, kind, change_risk, file FROM quality.models ORDER BY model")
    values: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for model, column, parent, parent_column in rows("FROM quality.lineage"):
        values[parent, parent_column].add((model, column))
    return Graph(
        {
            name: Node(name, owner, kind, risk, file, tuple(columns[name]))
            for name, owner, kind, risk, file in models
        },
        {source: frozenset(found) for source, found in values.items()},
        _readers(rows("FROM quality.model_inputs WHERE used_for <> 'audits'")),
        _audited(rows("FROM quality.model_inputs WHERE used_for = 'audits' ORDER BY model")),
        _pages(rows("SELECT model, page, title, query, column_name FROM quality.page_lineage")),
        _learned(connection),
    )


def _learned(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    with suppress(duckdb.CatalogException):
        rows = connection.execute(
            "SELECT feature, LIST(DISTINCT task ORDER BY task) FROM ml.model_importance"
            " GROUP BY feature"
        ).fetchall()
        found = {feature: tuple(tasks) for feature, tasks in rows}
    return found


def _readers(rows: Rows) -> dict[str, dict[str, frozenset[str | None]]]:
    found: dict[str, dict[str, set[str | None]]] = defaultdict(lambda: defaultdict(set))
    for model, parent, column, used_for in rows:
        used = found[parent][model]
        if used_for == "rows":
            used.add(column)
    return {
        parent: {model: frozenset(used) for model, used in sorted(readers.items())}
        for parent, readers in found.items()
    }


def _audited(rows: Rows) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for model, parent, *_ in rows:
        found[parent] = (*found.get(parent, ()), model)
    return found


def _pages(rows: Rows) -> dict[str, tuple[PageUse, ...]]:
    found: dict[str, list[PageUse]] = defaultdict(list)
    for model, *use in rows:
        found[model].append(PageUse(*use))
    return {model: tuple(uses) for model, uses in found.items()}


def _column(node: Node, name: str) -> str:
    if name in node.columns:
        return name
    raise PatronError(
        f"{node.name} has no column '{name}'",
        remedy=_near(name, node.columns) + f"; it has: {', '.join(node.columns)}",
    )


def _near(name: str, known: Any) -> str:
    near = list(dict.fromkeys(get_close_matches(name, known, n=NEAREST, cutoff=0.5)))
    if not near:
        return "see the names with 'sqlmesh dag' or on the report's catalogue page"
    return f"did you mean {' or '.join(repr(each) for each in near)}?"
