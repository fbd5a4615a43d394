"""Finishing a publication that was interrupted, when no model is due and the hooks do not run."""

from __future__ import annotations

from typing import Any

import duckdb
from sqlmesh.utils.errors import SQLMeshError

from operate import failures, publish, record, session
from operate.lineage import store
from patron.errors import PatronError
from patron.warehouse import is_lock_error


def finish_publication(adapter: Any, environment: str, snapshots: dict[str, Any]) -> None:
    """Bring the published copy up to date if it is behind production.

    Somebody reading or loading the warehouse is left alone; the next run looks again.
    """
    if environment != session.PRODUCTION:
        return
    try:
        shop = session.shop_of(adapter)
    except duckdb.IOException as error:
        if not is_lock_error(error):
            raise
        return
    if shop is None:
        return
    session.lock(shop, f"sqlmesh ({environment})")
    try:
        record.ensure_tables(adapter.cursor)
        store.update(adapter.cursor, shop, snapshots.values())
        publish.publish_if_behind(adapter, shop, snapshots, record.new_run_id())
    except PatronError as error:
        failures.tell(error)
        raise SQLMeshError("The published copy is behind.") from error
    finally:
        session.unlock()
