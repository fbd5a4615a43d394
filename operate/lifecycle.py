"""What happens around every `sqlmesh plan` and `sqlmesh run`, by the macros begin_run and end_run.

`begin` runs before the first batch, `end` after the last one.
"""

from __future__ import annotations

import sys
from typing import Any

from sqlmesh.utils.errors import SQLMeshError

from ingest import raw
from operate import failures, guard, publish, record, retention, session
from operate.lineage import store
from operate.record import Run
from patron.errors import PatronError
from patron.shop import Shop


def begin(adapter: Any, environment: str) -> None:
    """Make the run safe before anything is written: checks, writer lock, tables, transactions.

    Raises:
        SQLMeshError: If this is not the SQLMesh we know, or it runs several tasks at once.
        SystemExit: If another process writes, or SQLMesh was not told the settings of the shop.
    """
    guard.install()
    _check_single_connection(adapter)
    shop = session.shop_of(adapter)
    if shop is not None:
        _check_settings(shop)
        session.lock(shop, f"sqlmesh ({environment})")
    record.ensure_tables(adapter.cursor)
    raw.ensure_tables(adapter.cursor)
    session.start(Run(environment=environment))


def end(adapter: Any, environment: str, snapshots: dict[str, Any]) -> None:
    """Publish when every batch of a production run was good.

    SQLMesh calls this after a failed or interrupted run too, so it looks before it publishes.
    """
    run = session.active()
    shop = session.shop_of(adapter)
    interrupted = sys.exc_info()[0] is not None
    production = environment == session.PRODUCTION
    try:
        if shop and production and not run.failures and not interrupted:
            store.update(adapter.cursor, shop, snapshots.values())
            publish.publish_if_behind(adapter, shop, snapshots, run.run_id)
            if run.written:
                retention.trim(adapter.cursor, shop, run.run_id)
    except PatronError as error:
        failures.tell(error)
        raise
    finally:
        session.unlock()


def _check_single_connection(adapter: Any) -> None:
    if type(adapter._connection_pool).__name__ != "SingletonConnectionPool":
        raise SQLMeshError("config.yaml must say concurrent_tasks: 1, the safe writes need it")


def _check_settings(shop: Shop) -> None:
    """Models made for another time zone or currency would go into the shop's production."""
    if untold := shop.untold_settings():
        failures.tell(
            PatronError(
                "SQLMesh was not told all settings of the shop, so nothing was run",
                where=f"{shop.settings_file}: {', '.join(untold)}",
                remedy=f"call 'sqlmesh --dotenv {shop.settings_file} ...', or patron",
            )
        )
        raise SystemExit(1)
