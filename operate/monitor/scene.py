"""What the checks look at: the published copy, the warehouse while it is free, the own record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from operate.monitor.limits import Limits, read_limits
from operate.monitor.model import NotMeasured
from operate.monitor.store import rows_of
from operate.record import now
from patron.errors import BusyError, PatronError
from patron.lock import writer_lock
from patron.shop import Shop
from patron.warehouse import connect, first_line

Rows = list[dict[str, Any]]
NOT_PUBLISHED = "nothing has been published yet"
IN_USE = "the warehouse is in use"
_MISSING = re.compile(r"Table with name (\w+) does not exist")


@dataclass
class Scene:
    """A shop at one moment.

    Attributes:
        now: The moment (UTC, naive).
        limits: The thresholds.
        store: The monitor's own file.
        published: The published copy; None where there is none.
        warehouse: The warehouse, read-only; None while another process writes or there is none.
        why_no_warehouse: Why that is None.
    """

    shop: Shop
    now: datetime
    limits: Limits
    store: duckdb.DuckDBPyConnection
    published: duckdb.DuckDBPyConnection | None = None
    warehouse: duckdb.DuckDBPyConnection | None = None
    why_no_warehouse: str = "nothing was loaded yet"

    def ask(self, query: str, values: Sequence[object] = ()) -> Rows:
        """Ask the published copy.

        Raises:
            NotMeasured: If there is none, or it has no such table yet.
        """
        if self.published is None:
            raise NotMeasured(NOT_PUBLISHED)
        return _rows(self.published, query, values)

    def ask_warehouse(self, query: str, values: Sequence[object] = ()) -> Rows:
        """Ask the warehouse.

        Raises:
            NotMeasured: If another process writes now, or there is no such table yet.
        """
        if self.warehouse is None:
            raise NotMeasured(self.why_no_warehouse)
        return _rows(self.warehouse, query, values)

    def ask_own(self, query: str, values: Sequence[object] = ()) -> Rows:
        """Ask the monitor's record."""
        return rows_of(self.store, query, values)

    def age_hours(self, moment: datetime) -> float:
        """Hours since a moment; none where it lies ahead, as in simulated days."""
        return max(0.0, (self.now - moment).total_seconds() / 3600)


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object]) -> Rows:
    try:
        return rows_of(connection, query, values)
    except duckdb.CatalogException as error:
        missing = _MISSING.search(str(error))
        what = f"there is no table {missing[1]} yet: 'patron run' makes it" if missing else None
        raise NotMeasured(what or first_line(error)) from error
    except duckdb.BinderException as error:
        raise NotMeasured(first_line(error)) from error


@contextmanager
def looking(
    shop: Shop, store: duckdb.DuckDBPyConnection, moment: datetime | None
) -> Iterator[Scene]:
    """Open what can be opened; what cannot is not measured.

    The writer lock is held, and the warehouse open, for as long as the checks last: well under a
    second. A writer that comes meanwhile waits as its --wait says.
    """
    scene = Scene(shop, moment or now(), read_limits(shop), store)
    with ExitStack() as stack:
        scene.published = _published(shop, stack)
        if shop.warehouse.exists():
            try:
                stack.enter_context(writer_lock(shop, "patron monitor"))
                scene.warehouse = connect(shop.warehouse, read_only=True)
                stack.callback(scene.warehouse.close)
            except PatronError as error:
                busy = isinstance(error, BusyError)
                scene.why_no_warehouse = IN_USE if busy else error.what
        yield scene


def _published(shop: Shop, stack: ExitStack) -> duckdb.DuckDBPyConnection | None:
    if not shop.published.exists():
        return None
    try:
        connection = connect(shop.published, read_only=True, wait_seconds=5)
    except PatronError:
        return None
    stack.callback(connection.close)
    return connection
