"""What readers see of the monitor: its tables in the published copy, and the pages made of them.

A cycle publishes before the monitor has looked, and a failed one does not publish at all. So where
alerts came or went, the copy gets the monitor's new tables and the pages are built again: the site
shows the last good data, and beside them how things stand.
"""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import suppress
from datetime import datetime

import duckdb

from operate.monitor.store import copy_tables
from operate.monitor.watch import Report, watch
from patron import console
from patron.durable import flush
from patron.errors import BusyError, PatronError
from patron.lock import writer_lock
from patron.shop import Shop
from patron.sql import literal
from patron.warehouse import first_line

COPY = "shown"


def watch_and_show(shop: Shop, moment: datetime | None = None) -> Report:
    """Look at a shop, tell whom it concerns, and show readers what has changed."""
    report = watch(shop, moment)
    if report.events and shop.published.exists():
        with suppress(BusyError), writer_lock(shop, "patron monitor"):
            try:
                show(shop)
            except (PatronError, duckdb.Error, OSError) as error:
                what = error.what if isinstance(error, PatronError) else first_line(error)
                console.say(f"alerts: the pages do not show them yet, {what}")
    return report


def summary(report: Report) -> str:
    """A report in one line."""
    told = Counter(event.event for event in report.events)
    parts = [f"{len(report.open_alerts)} open alert(s)" if report.open_alerts else "no open alerts"]
    parts += [f"{number} {event}" for event, number in sorted(told.items())]
    parts += [f"{name} was not told" for name in report.undelivered]
    return ", ".join(parts)


def show(shop: Shop) -> None:
    """Put the monitor's tables into the published copy and build the pages, where there are any."""
    draft = shop.published.with_name(f"{shop.published.name}.tmp")
    shutil.copyfile(shop.published, draft)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {literal(str(draft))} AS {COPY}")
        copy_tables(connection, shop, COPY)
        connection.execute(f"CHECKPOINT {COPY}; DETACH {COPY}")
    flush(draft)
    draft.replace(shop.published)
    flush(shop.published.parent)
    if (shop.site / "index.html").exists():
        from reports.builder.api import build_site

        build_site(shop)
