"""The small project in operation, with people who are told of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
import yaml
from stock import CLONE, Stock

from operate.cycle import run_cycle
from operate.monitor.watch import Report, watch
from operate.steps import Request
from patron.config import project_variables
from patron.shop import Shop
from tests.support.receivers import Team

MORNING = datetime.fromisoformat("2025-01-11T06:00")
STEPS = ("ingest", "transform", "monitor")
SOURCES = """
sources:
  till:
    loader: files
    path: till
    streams: {customers: SELECT * FROM customers}
"""
CONTRACT = """
model: marts.mart_customers
version: 1.2.0
owner: customer_team
grain: [customer_id]
freshness: {daily_by: '08:00', timezone: UTC}
accuracy: {statement: No customer spends more than there is., audits: [forall]}
availability: {share: 0.5, days: 30}
notice_days: {breaking: 30}
columns:
  customer_id: {type: BIGINT, required: true}
  sales: {type: BIGINT}
"""
# Thresholds that a project of seven models can reach.
THRESHOLDS = {"min_slow_seconds": 0.4, "min_cycles_for_success": 100, "max_disk_used_share": 1}


@dataclass
class Operated:
    """The small project with receivers, and its clock."""

    stock: Stock
    people: Team
    now: datetime = MORNING

    @property
    def shop(self) -> Shop:
        return Shop(self.stock.shop, self.stock.project)

    def cycle(self, hours: float = 0.25, steps: Sequence[str] = STEPS) -> list[str]:
        """A cycle some time later; gives the outcome of each step."""
        with self.later(hours):
            result = run_cycle(Request(self.shop), steps, 0, lambda _: None)
        return [line.outcome for line in result.steps]

    def watch(self, hours: float = 0.25) -> Report:
        """The monitor alone, some time later."""
        with self.later(hours):
            return watch(self.shop)

    @contextmanager
    def later(self, hours: float) -> Iterator[None]:
        self.now += timedelta(hours=hours)
        with time_machine.travel(f"{self.now.isoformat()}+00:00", tick=True):
            yield

    @property
    def told(self) -> str:
        """What people were told since they were asked last."""
        return "\n".join(self.people.told())

    def settings(self, **changes: object) -> None:
        """Change thresholds."""
        path = self.stock.project / "config.yaml"
        text = path.read_text("utf-8").partition("\nvariables:")[0]
        variables = project_variables(CLONE) | THRESHOLDS | changes
        path.write_text(f"{text}\n{yaml.safe_dump({'variables': variables})}", encoding="utf-8")


def in_operation(stock: Stock, people: Team, monkeypatch: pytest.MonkeyPatch) -> Operated:
    """The project with a source, a contract and receivers, after its first cycle."""
    monkeypatch.setenv("PATRON_SHOP", str(stock.shop))
    people.join(stock.shop, monkeypatch)
    (stock.shop / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (stock.shop / "till").mkdir()
    (stock.shop / "till" / "customers.csv").write_text(
        "customer_id,created_at,updated_at\n1,2025-01-01,2025-01-01\n", encoding="utf-8"
    )
    (stock.project / "contracts").mkdir()
    (stock.project / "contracts" / "mart_customers.yaml").write_text(CONTRACT, encoding="utf-8")
    found = Operated(stock, people)
    found.settings()
    assert "failed" not in found.cycle()
    assert found.told.splitlines() == [
        "Warning: The audit not_null_non_blocking of marts.mart_days found something"
    ]
    return found
