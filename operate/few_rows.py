"""What DuckDB does otherwise while few rows of large tables are asked for, as by a batch of a day.

DuckDB compresses keys on their way into large joins. That pays where all of history is built, and
keeps few keys from reaching the scans of what they are joined with, which are then
read whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot

    from operate.record import Batch

# A daily run with its lookback, and the restatement of a month.
FEW_DAYS = timedelta(days=31)
OPTIMIZER = "compressed_materialization"
_SETTING = "disabled_optimizers"


@contextmanager
def planned_for_batch(adapter: Any, snapshot: Snapshot, batch: Batch) -> Iterator[None]:
    """Within it queries are planned for the days of a batch, if they are few."""
    if not _is_of_few_days(snapshot, batch):
        yield
        return
    with planned(adapter):
        yield


@contextmanager
def planned(adapter: Any) -> Iterator[None]:
    """Within it queries are planned for few of the rows of large tables, afterwards as before."""
    if adapter.dialect != "duckdb":
        yield
        return
    (before,) = adapter.cursor.execute(f"SELECT current_setting('{_SETTING}')").fetchone()
    adapter.cursor.execute(f"SET {_SETTING} = '{','.join(filter(None, (before, OPTIMIZER)))}'")
    try:
        yield
    finally:
        with suppress(duckdb.Error):
            adapter.cursor.execute(f"SET {_SETTING} = '{before}'")


def _is_of_few_days(snapshot: Snapshot, batch: Batch) -> bool:
    if not snapshot.is_incremental_by_time_range or not batch.interval_start:
        return False
    return batch.interval_end is not None and batch.interval_end - batch.interval_start <= FEW_DAYS
