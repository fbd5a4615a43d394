"""SQLMesh's state in whole steps: on DuckDB its transactions are declared, but not made.

Promoting an environment, for instance, deletes its record and inserts the new one. A kill between
the two would leave no production at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def transaction(original: Callable[..., Any], state_sync: Any) -> Iterator[None]:
    """EngineAdapterStateSync._transaction: real, also on DuckDB."""
    pool = state_sync.engine_adapter._connection_pool
    if state_sync.engine_adapter.SUPPORTS_TRANSACTIONS or pool.is_transaction_active:
        with original(state_sync):
            yield
        return
    pool.begin()
    try:
        yield
    except BaseException:
        pool.rollback()
        raise
    pool.commit()
