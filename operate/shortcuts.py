"""What SQLMesh does a thousand times in a plan, done once or in one go, with the same result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

_names: dict[tuple[object, ...], str] = {}


def table_name(original: Callable[..., str], snapshot: Any, is_deployable: bool = True) -> str:
    """Snapshot.table_name: put together and parsed once, not for each query and each parent."""
    if not is_deployable or not snapshot.version:
        return original(snapshot, is_deployable)
    key = (
        snapshot.name,
        snapshot.version,
        snapshot.physical_schema_,
        snapshot.base_table_name_override,
    )
    if key not in _names:
        _names[key] = original(snapshot, is_deployable)
    return _names[key]


def create_column_comments(
    original: Callable[..., None],
    adapter: Any,
    table: Any,
    comments: dict[str, str],
    *args: Any,
    **kwargs: Any,
) -> None:
    """EngineAdapter._create_column_comments: on DuckDB all columns of a table in one call."""
    if adapter.dialect != "duckdb" or not comments:
        original(adapter, table, comments, *args, **kwargs)
        return
    name = exp.to_table(table).sql(dialect="duckdb", identify=True)
    adapter.execute(
        "; ".join(
            f"COMMENT ON COLUMN {name}.{_quoted(column)} IS {_literal(text)}"
            for column, text in comments.items()
        )
    )


def _quoted(column: str) -> str:
    return exp.to_identifier(column, quoted=True).sql(dialect="duckdb")


def _literal(text: str) -> str:
    return exp.Literal.string(text).sql(dialect="duckdb")
