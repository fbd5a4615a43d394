"""A day of operation: a shop that delivers every quarter of an hour, and what goes wrong in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import duckdb
import time_machine
from another import DATABASE, another
from forgettable import ORDERS, add_models
from forks import forks
from killed_cycle import killed_cycle
from stock import CLONE, KILLED, Stock

from operate import transform
from operate.cycle import run_cycle
from operate.steps import Request
from patron.shop import Shop

QUARTER = timedelta(minutes=15)
KILL, LOCK, DOWN, BAD = "killed process", "locked database", "source down", "bad batch"
FAULTS = (DOWN, KILL, BAD, LOCK)
# What people are told of each, first by the title of an alert.
TOLD = {
    KILL: "The step transform of patron run was killed",
    LOCK: "The step ingest of patron run failed",
    DOWN: "cannot be read",
    BAD: "The step transform of patron run failed",
}
STEPS = ("ingest", "transform", "reconcile", "report", "monitor")
SKIPPED = ("--skip=train", "--skip=score")


class Till(Protocol):
    """A shop that delivers.

    Attributes:
        folder: Where it puts its files.
    """

    folder: Path

    def deliver(self, number: int, now: datetime) -> None:
        """What came in since the last quarter of an hour."""

    def bad_batch(self, number: int, *, corrected: bool) -> None:
        """Rows that fail an audit, or the same as they should have been."""


@dataclass
class SmallTill:
    """Orders as CSV, a few of them corrections of old ones."""

    folder: Path

    def deliver(self, number: int, now: datetime) -> None:
        rows = [f"N{number},C00000009,{now:%Y-%m-%d %H:%M:%S},paid,{number}.50,0,{now}"]
        if number % 3 == 1:
            rows.append(f"O{100 + number},C00000009,2025-01-05 09:00:00,paid,1.00,0,{now}")
        self._write(f"delivery-{number:03d}", rows)

    def bad_batch(self, number: int, *, corrected: bool) -> None:
        amount, updated = ("7.00", "23:00") if corrected else ("700000.00", "22:00")
        rows = [f"B{number},C00000009,2025-01-06 09:00:00,paid,{amount},0,2025-01-10 {updated}:00"]
        self._write(f"batch-{number:03d}{'-corrected' if corrected else ''}", rows)

    def _write(self, name: str, rows: list[str]) -> None:
        text = "\n".join((ORDERS, *rows, ""))
        (self.folder / "orders" / f"{name}.csv").write_text(text, encoding="utf-8")


@dataclass
class SimulatedTill:
    """The next day of a simulated shop, in as many parts as there are deliveries.

    Attributes:
        folder: The shop's files, one folder per stream.
        next_day: The files of the next day, in the same way.
        parts: How many deliveries there are.
    """

    folder: Path
    next_day: Path
    parts: int

    def deliver(self, number: int, now: datetime) -> None:
        with duckdb.connect() as connection:
            for file in sorted(self.next_day.rglob("*.parquet")):
                stream = file.parent.name
                names = {
                    name for name, *_ in connection.execute(f"DESCRIBE FROM '{file}'").fetchall()
                }
                # Lines come with their order.
                key = "order_id" if "order_id" in names else "COLUMNS(*)::TEXT"
                part = f"hash({key}) % {self.parts}" if key == "order_id" else f"{self.parts} // 2"
                target = self.folder / stream / f"0001-{number:03d}.parquet"
                rows = f"FROM '{file}' WHERE {part} = {number}"
                if connection.execute(f"SELECT count(*) {rows}").fetchall()[0][0]:
                    connection.execute(f"COPY (SELECT * {rows}) TO '{target}'")

    def bad_batch(self, number: int, *, corrected: bool) -> None:
        currency, minute = ("EUR", 2) if corrected else ("JPY", 1)
        source = self.folder / "orders" / "0000-initial.parquet"
        target = self.folder / "orders" / f"0002-{number:03d}-{minute}.parquet"
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (SELECT * REPLACE ('{currency}' AS currency, updated_at + INTERVAL"
                f" {2 * number + minute} MINUTE AS updated_at) FROM '{source}'"
                " WHERE order_status = 'delivered' ORDER BY ordered_at DESC, order_id LIMIT 1)"
                f" TO '{target}'"
            )


@dataclass
class Day:
    """A shop in operation, its clock, and what went wrong.

    Attributes:
        stock: Project and shop folder.
        till: Who delivers.
        now: When the next cycle starts (UTC).
        faults: What goes wrong in each cycle.
        apart: Each cycle is a process of its own, as with cron. One process that does them all
            keeps more of the project with each: at night that would be gigabytes.
        outcomes: Of each cycle: the fault and whether it went well.
    """

    stock: Stock
    till: Till
    now: datetime
    faults: Sequence[str | None] = ()
    apart: bool = False
    outcomes: list[tuple[str | None, bool]] = field(default_factory=list)

    @property
    def shop(self) -> Shop:
        return Shop(self.stock.shop, self.stock.project)

    def cycle(self, fault: str | None = None) -> None:
        """A delivery and a cycle, with something that goes wrong."""
        number = len(self.outcomes)
        self.till.deliver(number, self.now)
        good = self._killed() if fault == KILL else self._with(fault, number)
        self.outcomes.append((fault, good))
        self.now += QUARTER

    def _with(self, fault: str | None, number: int) -> bool:
        if fault == BAD:
            self.till.bad_batch(number, corrected=False)
        with self._locked(fault == LOCK), self._down(fault == DOWN):
            good = self.run()
        if fault == BAD:
            self.till.bad_batch(number, corrected=True)
        return good

    def run(self) -> bool:
        """One cycle at the day's time."""
        if self.apart:
            asked = [self.now.isoformat(), "0", "patron", "--shop", str(self.stock.shop), "run"]
            folder, settings = self.stock.project, self.stock.environment
            return not forks().run([*asked, *SKIPPED], folder, settings, 3600).returncode
        with time_machine.travel(f"{self.now.isoformat()}+00:00", tick=True):
            result = run_cycle(Request(self.shop), STEPS, 0, lambda _: None)
        return result.error is None

    def _killed(self) -> bool:
        """A cycle that dies, and the monitor of cron that notices it."""
        from operate.monitor.show import watch_and_show

        code = killed_cycle(self.stock, self.now.isoformat(), *SKIPPED, before=40)
        assert code == KILLED, code
        with time_machine.travel(f"{(self.now + QUARTER / 2).isoformat()}+00:00", tick=True):
            watch_and_show(self.shop)
        return False

    def _locked(self, is_so: bool) -> AbstractContextManager[object]:
        return another(DATABASE, self.shop.warehouse) if is_so else nullcontext()

    @contextmanager
    def _down(self, is_so: bool) -> Iterator[None]:
        away = self.till.folder.with_name("away")
        if is_so:
            self.till.folder.rename(away)
        yield
        if is_so:
            away.rename(self.till.folder)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """What production shows of the day's data, without what tells of runs."""
        return _tables(self.shop.warehouse)

    def from_scratch(self, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
        """The same as a new shop with the same raw rows has it."""
        fresh = Shop(folder, self.stock.project)
        fresh.data.mkdir(parents=True)
        with duckdb.connect(str(fresh.warehouse)) as connection:
            connection.execute(f"ATTACH '{self.shop.warehouse}' AS shop (READ_ONLY)")
            rows = connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables()"
                " WHERE database_name = 'shop' AND schema_name IN ('raw', 'source')"
            ).fetchall()
            for schema, name in rows:
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                connection.execute(f"CREATE TABLE {schema}.{name} AS FROM shop.{schema}.{name}")
        with time_machine.travel(f"{self.now.isoformat()}+00:00", tick=True):
            transform.run_prod(fresh)
        self.shop.activate()
        return _tables(fresh.warehouse)


# Versions that runs saw, and what only runs and trainings can tell.
_TOLD_BY_RUNS = ("_versions", "_history")


def _tables(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = connection.execute(
            "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal"
            " AND schema_name IN ('staging', 'intermediate', 'marts') ORDER BY ALL"
        ).fetchall()
        return {
            name: connection.execute(f"FROM {name} ORDER BY ALL").fetchall()
            for (name,) in names
            if not name.endswith(_TOLD_BY_RUNS)
        }


def small_day(folder: Path, now: datetime, faults: Sequence[str | None]) -> Day:
    """The small project with orders that an audit looks at, a contract, and a page of alerts."""
    stock = add_models(folder)
    path = stock.project / "models" / "staging" / "stg_orders.sql"
    text = path.read_text("utf-8").replace(
        "grain (order_id)\n",
        "grain (order_id),\n  audits (forall(criteria := (order_amount < 9999)))\n",
    )
    path.write_text(text, encoding="utf-8")
    reports = stock.project / "reports"
    (reports / "pages" / "data").mkdir(parents=True)
    shutil.copytree(CLONE / "reports" / "theme", reports / "theme")
    shutil.copy(CLONE / "reports" / "pages" / "data" / "alerts.md", reports / "pages" / "data")
    (reports / "pages" / "index.md").write_text("# The shop\n", encoding="utf-8")
    return Day(stock, SmallTill(stock.shop / "data" / "exports"), now, faults)
