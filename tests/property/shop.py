"""A shop that a history happens to: files, the real loader, the real SQLMesh."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from history import Cycle, Key, Reconcile, Replace, Resend, Run, Send, Step
from streams import DAYS, FIRST_DAY, LAST_DAY, STREAMS, Row, at

from ingest.run import ingest_all
from operate import reconcile, steps, transform
from operate.steps import Request
from patron.errors import PatronError
from patron.shop import Shop

TILL, OFFICE = "till", "office"


def declare(shop: Shop) -> None:
    """The two sources: files that come one by one, and exports of everything there is."""
    till = "".join(
        f"      {name}: {{path: '{name}/*.csv', incremental: true, optional: true}}\n"
        for name in STREAMS
    )
    office = "".join(f"      {name}: {{path: {name}.csv, optional: true}}\n" for name in STREAMS)
    plain = "".join(f"      {name}:\n" for name in STREAMS)
    compared = "".join(f"      {name}: {{deletes: full_compare}}\n" for name in STREAMS)
    shop.sources_file.write_text(
        "sources:\n"
        f"  {TILL}:\n    loader: files\n    path: {TILL}\n"
        f"    files:\n{till}    streams:\n{plain}"
        f"  {OFFICE}:\n    loader: files\n    path: {OFFICE}\n"
        f"    files:\n{office}    streams:\n{compared}",
        encoding="utf-8",
    )
    for name in STREAMS:
        (shop.root / TILL / name).mkdir(parents=True)
    (shop.root / OFFICE).mkdir()


@dataclass
class LivingShop:
    """A shop and its clock.

    Attributes:
        today: The day it is; everything is built in its first hours.
        refused: Runs that an audit stopped, as one does that sees children without their parents.
    """

    shop: Shop
    today: date = FIRST_DAY
    refused: int = 0
    _sent: list[tuple[str, str]] = field(default_factory=list)
    _versions: int = 0

    def copy(self, root: Path) -> LivingShop:
        """The same shop in another folder."""
        shutil.copytree(self.shop.root, root)
        return replace(self, shop=Shop(root, self.shop.project), _sent=list(self._sent))

    def happen(self, step: Step) -> None:
        """Do one step."""
        if isinstance(step, Send):
            self._send(step)
        elif isinstance(step, Resend):
            self._resend(step)
        elif isinstance(step, Replace):
            self._replace(step)
        else:
            self.today = min(self.today + timedelta(days=step.days), LAST_DAY)
            self._build(step)

    def end(self, *, is_compared: bool = True) -> None:
        """The last day: everything is compared, or a cycle is all there is."""
        self.today = LAST_DAY
        if is_compared:
            reconcile.reconcile(self.shop, self.moment)
        else:
            self._cycle()

    @property
    def moment(self) -> str:
        """Now, in the night after the last complete day."""
        return datetime.combine(self.today, time(1)).isoformat()

    def _cycle(self) -> None:
        request = Request(self.shop, self.moment)
        steps.transform(request)
        steps.reconcile(request)

    def _build(self, step: Run | Reconcile | Cycle) -> None:
        if isinstance(step, Reconcile):
            reconcile.reconcile(self.shop, self.moment)
            return
        if isinstance(step, Cycle):
            self._cycle()
            return
        chosen = None if step.is_whole else ["staging.stg_*"]
        try:
            with transform.open_context(self.shop) as context:
                transform.run_due(context, self.moment, chosen)
        except PatronError:
            self.refused += 1

    def _send(self, step: Send) -> None:
        path = self._new_file(step.stream)
        version = 0 if step.is_late_version else self._versions
        _write(path, _rows(step.stream, step.rows, version))
        self._load(TILL, step.stream)

    def _resend(self, step: Resend) -> None:
        if self._sent:
            stream, name = self._sent[-1 - step.back % len(self._sent)]
            before = self.shop.root / TILL / stream / name
            self._new_file(stream).write_bytes(before.read_bytes())
            self._load(TILL, stream)

    def _replace(self, step: Replace) -> None:
        self._versions += 1
        path = self.shop.root / OFFICE / f"{step.stream}.csv"
        _write(path, _rows(step.stream, step.rows, self._versions), _header(step.stream))
        self._load(OFFICE, step.stream)

    def _new_file(self, stream: str) -> Path:
        self._versions += 1
        path = self.shop.root / TILL / stream / f"{self._versions:04d}.csv"
        self._sent.append((stream, path.name))
        return path

    def _load(self, source: str, stream: str) -> None:
        (load,) = ingest_all(self.shop, sources=[source], streams=[stream], accept_drop=True)
        kept = load.rows_inserted + load.rows_updated + load.rows_unchanged
        assert load.rows_read == kept + load.rows_rejected


def _rows(stream: str, keys: tuple[Key, ...], version: int) -> list[Row]:
    made = STREAMS[stream]
    rows = []
    for key, day, variant in keys:
        row = made.row(key, DAYS[day], variant)
        if made.has_version:
            row |= {"updated_at": at(DAYS[day]) + timedelta(minutes=version)}
        rows.append(row)
    return rows


def _header(stream: str) -> list[str]:
    return list(_rows(stream, ((0, 0, 0),), 0)[0])


def _write(path: Path, rows: list[Row], header: list[str] | None = None) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header or list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
