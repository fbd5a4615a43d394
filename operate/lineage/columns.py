"""Which columns of its parents each column of a model is computed from, by SQLMesh's own lineage.

SQLMesh answers for one column at a time and qualifies the query anew for each model. Here all
columns of a model are asked for at once, on the query that SQLMesh has qualified already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage as lineage_of
from sqlglot.optimizer import Scope, build_scope
from sqlglot.optimizer.qualify import qualify
from sqlmesh.core.dialect import normalize_mapping_schema
from sqlmesh.utils.errors import SQLMeshError


@dataclass(frozen=True)
class Trace:
    """What a model reads.

    Attributes:
        values: Column, parent, and the parent's column that its values are computed from.
        reads: Parent and column, for whatever purpose: values, joins, filters, groups.
        tables: The parents that its query names; None where there is none to look at.
    """

    values: frozenset[tuple[str, str, str]] = frozenset()
    reads: frozenset[tuple[str, str]] = frozenset()
    tables: frozenset[str] | None = None


def trace(model: Any) -> Trace:
    """The columns that a model reads, and what it makes of them; of Python none is known.

    Args:
        model: One of SQLMesh's.
    """
    try:
        return _trace(model) if model.is_sql else Trace()
    except (SqlglotError, SQLMeshError, ValueError):
        # A query of somebody's own that the parser does not follow: its parents are known anyway.
        return Trace()


def _trace(model: Any) -> Trace:
    query = _qualified(model)
    scope = build_scope(query)
    if scope is None:
        return Trace()
    nodes = lineage_of(
        None, sql=query, scope=scope, trim_selects=False, dialect=model.dialect, copy=False
    )
    values = {(column, *leaf) for column, node in nodes.items() for leaf in _leaves(node)}
    tables = frozenset(table_name(table) for table in query.find_all(exp.Table) if table.db)
    return Trace(frozenset(values), frozenset(reads(scope)), tables)


def reads(scope: Scope) -> Iterator[tuple[str, str]]:
    """Table and column, for each column of a table that a query names anywhere."""
    for each in scope.traverse():
        for column in each.columns:
            source = each.sources.get(column.table)
            if isinstance(source, exp.Table):
                yield table_name(source), column.name


def table_name(table: exp.Table) -> str:
    """Schema and table, without catalog and quotes."""
    return ".".join(part.name for part in table.parts[-2:])


def _qualified(model: Any) -> Any:
    query = model.render_query_or_raise()
    if all(column.table for column in query.find_all(exp.Column)):
        return query
    return qualify(
        query.copy(),
        dialect=model.dialect,
        schema=normalize_mapping_schema(model.mapping_schema, dialect=model.dialect),
        validate_qualify_columns=False,
        infer_schema=True,
    )


def _leaves(node: Any) -> Iterator[tuple[str, str]]:
    for each in node.walk():
        table = None if each.downstream else each.expression.find(exp.Table)
        if table is not None:
            yield table_name(table), _column(each.name)


@cache
def _column(name: str) -> str:
    """The bare name of a column written as SQL; the same ones come again and again."""
    return str(exp.to_column(name).name)
