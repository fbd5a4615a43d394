"""A day of operation: a cycle every quarter of an hour, something wrong in a tenth of them or more.

Three hours around midnight of a small project; at night the whole day, 96 cycles, of the real one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from simulated_day import FAULTS, TOLD, Day, SimulatedTill, small_day
from stock import CLONE, Stock

from patron.config import project_variables
from tests.support.command import patron_or_fail
from tests.support.depth import nightly
from tests.support.receivers import Webhook, webhook

pytestmark = pytest.mark.slow

CYCLES = 96
CONTRACT = """
model: marts.mart_people
version: 1.0.0
owner: customer_team
grain: [customer_id]
freshness: {daily_by: '08:00', timezone: UTC}
accuracy: {statement: No customer orders too often., audits: [forall]}
availability: {share: 0.9, days: 30}
notice_days: {breaking: 30}
columns:
  customer_id: {type: TEXT, required: true}
"""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    with webhook() as found:
        monkeypatch.setenv("ALERTS_WEBHOOK", found.url)
        yield found


@pytest.fixture(params=["three hours", *nightly(["a whole day"])])
def day(
    request: pytest.FixtureRequest, tmp_path: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> Day:
    """A shop in good order whose alerts go to a webhook."""
    monkeypatch.setenv("PATRON_SHOP", "unset")
    found = whole_day(tmp_path) if request.param == "a whole day" else three_hours(tmp_path)
    (found.stock.shop / "alerts.yaml").write_text(
        'receivers: {team: {type: webhook, url: "${ALERTS_WEBHOOK}"}}\n', encoding="utf-8"
    )
    found.shop.activate()
    assert found.run()
    return found


def three_hours(folder: Path) -> Day:
    faults = (None, FAULTS[0], None, FAULTS[1], None, None, FAULTS[2], None, FAULTS[3], None)
    found = small_day(folder, datetime.fromisoformat("2025-01-10T22:00"), faults)
    path = found.stock.project / "config.yaml"
    variables = yaml.safe_dump({"variables": project_variables(CLONE)})
    path.write_text(f"{path.read_text('utf-8')}\n{variables}", encoding="utf-8")
    (found.stock.project / "contracts").mkdir()
    (found.stock.project / "contracts" / "mart_people.yaml").write_text(CONTRACT, encoding="utf-8")
    return found


def whole_day(folder: Path) -> Day:
    shop = folder / "shop"
    size = ("--customers", "300", "--orders", "3000", "--days", "400", "--end", "2026-03-01")
    patron_or_fail(shop, "simulate", *size)
    patron_or_fail(shop, "init", "--mapping", "shop_simulator", "--path", "data/shop")
    advanced = folder / "advanced"
    shutil.copytree(shop, advanced)
    patron_or_fail(advanced, "simulate", "advance", "--days", "1")
    for file in (advanced / "data" / "shop").rglob("0000-*"):
        file.unlink()
    till = SimulatedTill(shop / "data" / "shop", advanced / "data" / "shop", CYCLES)
    tenth = [FAULTS[number // 10 % len(FAULTS)] for number in range(CYCLES)]
    faults = tuple(tenth[n] if n % 10 == 3 else None for n in range(CYCLES))
    noon = datetime.fromisoformat("2026-03-01T12:00")
    return Day(Stock(CLONE, shop), till, noon, faults, apart=True)


def test_a_day_with_faults_ends_as_if_there_had_been_none(
    day: Day, hook: Webhook, tmp_path: Path
) -> None:
    hook.taken.clear()
    for fault in day.faults:
        day.cycle(fault)
        told = hook.take()
        if fault:
            assert f": {TOLD[fault]}" in told or f" {TOLD[fault]}" in told, (fault, told)
            assert "did not go well" in page(day), "the site shows the last good data and says so"
        elif len(day.outcomes) > 1 and day.outcomes[-2][0]:
            assert "Cleared: " in told, day.outcomes[-2]
    assert all(good is (fault is None) for fault, good in day.outcomes), day.outcomes
    assert page(day).count("went well") >= 1

    expected, found = day.from_scratch(tmp_path / "fresh"), day.tables()
    assert found.keys() == expected.keys()
    assert [name for name, rows in expected.items() if found[name] != rows] == []
    assert sum(bool(rows) for rows in expected.values()) > len(expected) / 3

    broken = sum(fault is not None for fault, _ in day.outcomes)
    ((cycles, failed, killed),) = ask(
        day,
        "SELECT COUNT(*), COUNT(*) FILTER (outcome = 'failed'),"
        " COUNT(*) FILTER (outcome = 'killed') FROM quality.cycle_runs",
    )
    assert (cycles, failed + killed) == (len(day.outcomes) + 1, broken)
    ((share,),) = ask(day, "SELECT value FROM quality.monitor_checks WHERE kind = 'success_rate'")
    assert share == pytest.approx(1 - broken / cycles, abs=0.01)
    ((late,),) = ask(day, "SELECT value FROM quality.monitor_checks WHERE kind = 'freshness'")
    assert late == 0
    assert ask(day, "SELECT COUNT(*) > 0 FROM quality.contract_status WHERE is_kept") == [(True,)]
    still = ask(day, "SELECT kind FROM quality.alerts WHERE cleared_at IS NULL")
    assert not {kind for (kind,) in still} & {"cycle", "source", "model_failed", "publication"}


def page(day: Day) -> str:
    """The words of the page of alerts as readers have it."""
    code = (day.stock.shop / "site" / "data" / "alerts.html").read_text("utf-8")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", code))


def ask(day: Day, query: str) -> list[tuple[Any, ...]]:
    """Ask the monitor's record."""
    with duckdb.connect(str(day.shop.data / "monitor.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()
