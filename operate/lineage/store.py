"""The catalogue and the lineage as tables of the warehouse, written when what they tell changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operate.lineage import catalogue
from operate.lineage.catalogue import Consumers, Risk, Row, name_of
from operate.lineage.columns import Trace, trace
from operate.publish_copy import Item
from patron.config import project_variables
from patron.shop import Shop
from patron.sql import identifier, literal
from patron.warehouse import transaction

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

    from operate.lineage.pages import Reading

# Another number makes every shop write its catalogue again.
FORMAT = 3
STATE = "catalogue_state"
# About as many as each table has, for choosing how to publish.
ROWS = 1000
TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "models": (
        "What there is: one row per model, raw tables included.",
        {
            "model": "VARCHAR",
            "schema_name": "VARCHAR",
            "table_name": "VARCHAR",
            "kind": "VARCHAR",
            "owner": "VARCHAR",
            "grain": "VARCHAR",
            "cron": "VARCHAR",
            "tags": "VARCHAR",
            "description": "VARCHAR",
            "columns": "BIGINT",
            "audits": "BIGINT",
            "parent_models": "BIGINT",
            "child_models": "BIGINT",
            "upstream_models": "BIGINT",
            "downstream_models": "BIGINT",
            "pages": "BIGINT",
            "is_contracted": "BOOLEAN",
            "change_risk": "VARCHAR",
            "query": "VARCHAR",
            "file": "VARCHAR",
            "version": "VARCHAR",
        },
    ),
    "columns": (
        "One row per column of a model.",
        {
            "model": "VARCHAR",
            "column_name": "VARCHAR",
            "data_type": "VARCHAR",
            "description": "VARCHAR",
            "position": "BIGINT",
        },
    ),
    "model_audits": (
        "One row per audit that a model declares.",
        {"model": "VARCHAR", "audit": "VARCHAR", "arguments": "VARCHAR", "blocking": "BOOLEAN"},
    ),
    "lineage": (
        "One row per column and column of a parent that its values are computed from.",
        {
            "model": "VARCHAR",
            "column_name": "VARCHAR",
            "parent_model": "VARCHAR",
            "parent_column": "VARCHAR",
        },
    ),
    "model_inputs": (
        "One row per column of a parent that a model reads: for values, rows, or only in audits.",
        {
            "model": "VARCHAR",
            "parent_model": "VARCHAR",
            "parent_column": "VARCHAR",
            "used_for": "VARCHAR",
        },
    ),
    "page_lineage": (
        "One row per query of a report page and column that it reads.",
        {
            "page": "VARCHAR",
            "title": "VARCHAR",
            "link": "VARCHAR",
            "query": "VARCHAR",
            "model": "VARCHAR",
            "column_name": "VARCHAR",
        },
    ),
}


def update(cursor: Any, shop: Shop, snapshots: Iterable[Snapshot]) -> bool:
    """Write the tables anew if the models, the report pages or the contracts changed.

    The lineage of a model is traced only where the model, or what it reads, changed: all models of
    the project cost less than a second in a plan, which has their queries at hand.

    Args:
        cursor: The warehouse's.
        shop: Whose.
        snapshots: The models of production.

    Returns:
        Whether anything was written.
    """
    models = [each for each in snapshots if each.is_model]
    versions = {name_of(each): each.fingerprint.to_identifier() for each in models}
    state = _digest(shop, versions)
    if state == _state(cursor):
        return False
    with transaction(cursor):
        _write(cursor, shop, models, versions)
        cursor.execute(
            f"CREATE OR REPLACE TABLE quality.{STATE} AS SELECT {literal(state)} AS state"
        )
    return True


def items(cursor: Any) -> list[Item]:
    """The tables for the published copy, which has them anew when they were written anew."""
    state = _state(cursor)
    if state is None:
        return []
    return [Item("quality", table, state, (), ROWS, table, None) for table in TABLES]


def ensure_tables(cursor: Any) -> None:
    """Make the tables where they are missing, and anew where their columns are of before."""
    rows = cursor.execute(
        "SELECT table_name, LIST(column_name ORDER BY column_index) FROM duckdb_columns()"
        " WHERE database_name = current_database() AND schema_name = 'quality' GROUP BY table_name"
    ).fetchall()
    found = dict(rows)
    for table, (comment, columns) in TABLES.items():
        if found.get(table) == list(columns):
            continue
        typed = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
        cursor.execute(
            f"CREATE OR REPLACE TABLE quality.{table} ({typed});"
            f"COMMENT ON TABLE quality.{table} IS {literal(comment)};"
            f"DROP TABLE IF EXISTS quality.{STATE}"
        )


def _write(
    cursor: Any, shop: Shop, models: Sequence[Snapshot], versions: Mapping[str, str]
) -> None:
    ensure_tables(cursor)
    _trace_changed(cursor, models, versions)
    columns = catalogue.column_rows(models)
    _replace(cursor, "columns", columns)
    _replace(cursor, "model_audits", catalogue.audit_rows(models))
    pages = _pages(shop, columns)
    _replace(cursor, "page_lineage", [_page_row(each) for each in pages])
    readers = Counter(model for model, _ in {(each.model, each.page) for each in pages})
    files = (shop.project / "contracts").glob("*.yaml")
    contracted = frozenset(f"marts.{file.stem}" for file in files)
    risk = Risk.of(project_variables(shop.project))
    known = dict(cursor.execute("SELECT model, file FROM quality.models").fetchall())
    rows = catalogue.model_rows(models, versions, Consumers(contracted, readers), risk)
    place = list(TABLES["models"][1]).index("file")
    rows = [(*row[:place], row[place] or known.get(row[0]), *row[place + 1 :]) for row in rows]
    _replace(cursor, "models", rows)


def _trace_changed(cursor: Any, models: Sequence[Snapshot], versions: Mapping[str, str]) -> None:
    """Lineage and inputs of the models that are new or changed, instead of those of before."""
    before: dict[str, str] = {}
    if (_state(cursor) or "").startswith(f"{FORMAT}/"):
        before = dict(cursor.execute("SELECT model, version FROM quality.models").fetchall())
    changed = [each for each in models if before.get(name_of(each)) != versions[name_of(each)]]
    parents = catalogue.parents_of(changed)
    lineage: list[Row] = []
    inputs: list[Row] = []
    for snapshot in changed:
        name = name_of(snapshot)
        found = trace(snapshot.model)
        lineage += _lineage_rows(name, found)
        inputs += catalogue.input_rows(name, parents[name], found)
    kept = set(versions) - set(parents)
    _replace(cursor, "lineage", lineage, kept)
    _replace(cursor, "model_inputs", inputs, kept)


def _lineage_rows(name: str, found: Trace) -> list[Row]:
    return [(name, *value) for value in sorted(found.values)]


def _replace(
    cursor: Any, table: str, rows: Sequence[Row], kept: Collection[str] = frozenset()
) -> None:
    """Put rows in place of all but those of some models; one list per column, so one statement."""
    cursor.execute(f"DELETE FROM quality.{table} WHERE model NOT IN (SELECT UNNEST(?))", [[*kept]])
    if not rows:
        return
    kinds = TABLES[table][1].values()
    lists = ", ".join(f"UNNEST(?::{kind}[])" for kind in kinds)
    cursor.execute(
        f"INSERT INTO quality.{table} SELECT {lists}",
        [list(column) for column in zip(*rows, strict=True)],
    )


def _pages(shop: Shop, columns: Iterable[Row]) -> list[Reading]:
    # The report builder is imported only when there is something to read.
    from operate.lineage.pages import read_pages

    by_model: dict[str, tuple[str, ...]] = {}
    for model, column, *_ in columns:
        by_model[str(model)] = (*by_model.get(str(model), ()), str(column))
    root = shop.project / "reports"
    return read_pages(root, by_model) if (root / "pages").is_dir() else []


def _page_row(each: Reading) -> Row:
    return (each.page, each.title, each.link, each.query, each.model, each.column)


def _state(cursor: Any) -> str | None:
    found = cursor.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database()"
        f" AND schema_name = 'quality' AND table_name = '{STATE}'"
    ).fetchone()
    if not found:
        return None
    row = cursor.execute(f"SELECT state FROM quality.{STATE}").fetchone()
    return str(row[0])


def _digest(shop: Shop, versions: Mapping[str, str]) -> str:
    """A hash of all that the tables are made of."""
    found = hashlib.sha256(str(sorted(versions.items())).encode())
    folders = ("reports/pages", "reports/queries", "reports/partials", "contracts")
    files = [file for folder in folders for file in _files(shop, folder)]
    for file in [shop.project / "config.yaml", *files]:
        found.update(f"\0{file.relative_to(shop.project)}\0".encode())
        found.update(file.read_bytes())
    return f"{FORMAT}/{found.hexdigest()}"


def _files(shop: Shop, folder: str) -> list[Path]:
    root = shop.project / folder
    kinds = {".md", ".sql", ".yaml"}
    return sorted(file for file in root.rglob("*") if file.suffix in kinds)
