"""The published copy: what readers open, replaced as a whole after a good production run.

The copy is written to a file beside it and swapped in with `os.replace`, so a reader sees the old
copy or the new one, and a kill leaves one of them. Each table carries a marker of the last batch
that wrote it (from the run record, written in the batch's own transaction), so a later run knows
which tables are behind, whatever interrupted the earlier one. Of tables that are built day by day
only the days are copied that were built since (`publish_days`); `publish_copy` writes them.

Models with the tag `history` are views of the run record and the log of loads: what they show
changes with every run, the one that publishes included. So they are copied whole at each
publication, and never are the reason for one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from operate import completeness, failures, publish_copy, publish_days
from operate.lineage import store
from operate.publish_copy import SCHEMAS, Change, Item
from patron.errors import PatronError
from patron.shop import Shop
from patron.warehouse import first_line

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

# Copying the file is thirty times faster than writing its tables (0.03 s against 1 s for 48 MB),
# but replaced tables leave room behind: while less than this share of the rows changed, the file
# is reused and stays below twice its size; else it is written anew.
REUSE_BELOW_CHANGED_SHARE = 0.5
HISTORY = "history"


@dataclass(frozen=True)
class Published:
    """What is known of a table in the copy that readers have.

    Attributes:
        marker: The one of the item when it was copied.
        shape: The same.
        batch: The last batch of the run record at that time.
    """

    marker: str
    shape: str | None
    batch: int


@dataclass(frozen=True)
class Publication:
    """What was done.

    Attributes:
        copied: The tables that were written.
        reused: How many tables were taken over from the copy before.
    """

    copied: tuple[str, ...]
    reused: int


def publish_if_behind(
    adapter: Any, shop: Shop, snapshots: dict[str, Snapshot], run_id: str
) -> Publication | None:
    """Bring the published copy up to what production shows; None when it already is.

    Nothing is published while a failed batch of any run is not made good, or while models lack
    days that those they read already have: readers would see halves that do not belong together.

    Args:
        adapter: SQLMesh's adapter on the warehouse.
        shop: Whose copy to write.
        snapshots: The models of production by name.
        run_id: The run whose result this is.

    Raises:
        PatronError: If the copy cannot be written; the old one stays.
    """
    cursor = adapter.cursor
    items = _items(cursor, snapshots)
    published = _published(shop.published)
    changed = [item for item in items if _marker(published, item) != item.marker]
    gone = set(published) - {item.key for item in items}
    if not changed and not gone and shop.published.exists():
        return None
    if _is_held_back(cursor, snapshots):
        return None
    history = [item for item in items if item.is_history and item not in changed]
    changes = [_change(cursor, item, published.get(item.key)) for item in [*changed, *history]]
    reuse = bool(published) and _share(changes, items) < REUSE_BELOW_CHANGED_SHARE
    if not reuse:
        changes, gone = [_change(cursor, item, None) for item in items], set()
    try:
        publish_copy.write(cursor, shop, changes, gone, run_id, reuse=reuse)
    except (duckdb.Error, OSError) as error:
        raise PatronError(
            f"the models are built but not published: {first_line(error)}",
            where=str(shop.published),
            remedy="make room or correct the permissions; the next run publishes, until then"
            " readers have the copy of before",
        ) from error
    return Publication(tuple(change.item.key for change in changes), len(items) - len(changes))


def _marker(published: dict[str, Published], item: Item) -> str | None:
    return published[item.key].marker if item.key in published else None


def _change(cursor: Any, item: Item, published: Published | None) -> Change:
    """What has to be copied of an item: the days built since it was published, or all of it."""
    if published is None or item.daily is None or published.shape != item.shape:
        return Change(item, None, item.row_estimate)
    spans = publish_days.spans_since(cursor, item.daily.table, published.batch)
    rows = publish_days.count_rows(cursor, item.daily.table, item.daily.column, spans)
    return Change(item, spans, rows)


def _is_held_back(cursor: Any, snapshots: dict[str, Snapshot]) -> bool:
    """Whether readers keep the copy of before; says why."""
    failed = completeness.failed_models(cursor, snapshots)
    behind = completeness.models_behind(cursor, snapshots)
    if not failed and not behind:
        return False
    reasons = [f"{model}: its last build failed" for model in failed]
    reasons += [f"{model}: not built yet from the newest days" for model in behind]
    failures.tell(
        PatronError(
            "nothing was published, readers have the copy of before",
            where="\n".join(reasons),
            remedy="run all models: 'sqlmesh run prod' without a selection, or 'patron run'",
        )
    )
    return True


def manifest(path: Path) -> dict[str, str]:
    """The markers of a published copy; none where there is no readable copy."""
    return {key: table.marker for key, table in _published(path).items()}


def _published(path: Path) -> dict[str, Published]:
    """The tables of a published copy; none where there is no readable copy of this form."""
    if not path.exists():
        return {}
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error:
        return {}
    try:
        with suppress(duckdb.Error):
            rows = connection.execute(
                "SELECT item, marker, shape, batch FROM quality.publication_items"
            ).fetchall()
            return {key: Published(marker, shape, batch) for key, marker, shape, batch in rows}
        return {}
    finally:
        connection.close()


def _items(cursor: Any, snapshots: dict[str, Snapshot]) -> list[Item]:
    batches = _batch_markers(cursor)
    columns = _column_markers(cursor)
    sizes = _table_sizes(cursor)
    items = []
    for snapshot in snapshots.values():
        if not snapshot.is_model or snapshot.is_symbolic:
            continue
        view = snapshot.qualified_view_name
        schema, name = view.schema_name, view.table
        if schema not in SCHEMAS or (schema, name) not in columns:
            continue
        tables = _tables_behind(snapshot, snapshots)
        daily = publish_days.daily(snapshot, snapshots)
        parts = [columns[schema, name], *(f"{table}={batches.get(table)}" for table in tables)]
        items.append(
            Item(
                schema=schema,
                name=name,
                marker=_hash("\n".join(parts)),
                order_by=_grain(snapshot),
                row_estimate=max(
                    sizes.get(_bare(table), 0) for table in ([daily.table] if daily else tables)
                ),
                shape=_hash(f"{columns[schema, name]}\n{daily}"),
                daily=daily,
                is_history=HISTORY in snapshot.model.tags,
            )
        )
    return sorted([*items, *store.items(cursor)], key=lambda item: item.key)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _tables_behind(snapshot: Snapshot, snapshots: dict[str, Snapshot]) -> list[str]:
    """The physical tables whose rows a model shows: its own, or for a view those it reads."""
    if snapshot.is_symbolic:
        return []
    own = [snapshot.table_name()]
    if snapshot.model.kind.is_materialized:
        return own
    parents = (snapshots[parent.name] for parent in snapshot.parents if parent.name in snapshots)
    return own + sorted({t for parent in parents for t in _tables_behind(parent, snapshots)})


def _batch_markers(cursor: Any) -> dict[str, str]:
    rows = cursor.execute(
        "SELECT physical_table, MAX(batch_number)::TEXT FROM quality.model_runs"
        " WHERE outcome = 'succeeded' AND physical_table IS NOT NULL GROUP BY physical_table"
    ).fetchall()
    return dict(rows)


def _column_markers(cursor: Any) -> dict[tuple[str, str], str]:
    rows = cursor.execute(
        "SELECT schema_name, table_name, STRING_AGG(column_name || ' ' || data_type || ' '"
        " || COALESCE(comment, ''), ';' ORDER BY column_index) FROM duckdb_columns()"
        " WHERE database_name = current_database() AND schema_name IN ? GROUP BY ALL",
        [list(SCHEMAS)],
    ).fetchall()
    return {(schema, name): text for schema, name, text in rows}


def _table_sizes(cursor: Any) -> dict[tuple[str, str], int]:
    rows = cursor.execute(
        "SELECT schema_name, table_name, estimated_size FROM duckdb_tables()"
        " WHERE database_name = current_database()"
    ).fetchall()
    return {(schema, name): size for schema, name, size in rows}


def _bare(table: str) -> tuple[str, str]:
    parsed = exp.to_table(table, dialect="duckdb")
    return parsed.db, parsed.name


def _grain(snapshot: Snapshot) -> tuple[str, ...]:
    grains = snapshot.model.grains
    return tuple(column.name for column in grains[0].find_all(exp.Column)) if grains else ()


def _share(changes: Sequence[Change], items: Sequence[Item]) -> float:
    total = sum(item.row_estimate + 1 for item in items)
    return sum(change.rows + 1 for change in changes) / max(total, 1)
