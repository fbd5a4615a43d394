"""What `patron status` and `patron run` say about erasures; they never erase by themselves."""

from __future__ import annotations

from contextlib import closing, suppress

import duckdb

from operate.forget_journal import is_unfinished
from operate.forget_people import waiting_requests
from patron.errors import BusyError
from patron.shop import Shop
from patron.warehouse import connect


def erasure_hints(shop: Shop) -> list[str]:
    """What somebody should do about erasures, a line each."""
    found = []
    if is_unfinished(shop):
        found.append("an erasure was interrupted: 'patron forget' completes it")
    waiting = _waiting(shop)
    if waiting:
        customers = "1 customer waits" if waiting == 1 else f"{waiting:,} customers wait"
        found.append(f"{customers} to be forgotten: 'patron forget --requested' does it")
    return found


def _waiting(shop: Shop) -> int:
    """Requests not yet fulfilled; none while another process has the warehouse."""
    if not shop.warehouse.exists():
        return 0
    with (
        suppress(BusyError, duckdb.CatalogException),
        closing(connect(shop.warehouse, read_only=True)) as connection,
    ):
        return len(waiting_requests(connection))
    return 0
