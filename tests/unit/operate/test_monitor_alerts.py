"""Alerts: raised once, escalated once, cleared once, left alone by what was not measured."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from operate.monitor import alerts
from operate.monitor.builds import slow_from
from operate.monitor.model import CRITICAL, HEALTHY, NOT_MEASURED, WARNING, Check
from operate.monitor.store import insert, rows_of, writing_store
from operate.monitor.watch import watch
from operate.record import ensure_tables
from patron.shop import Shop

NOON = datetime.fromisoformat("2026-03-01T12:00")


def check(state: str, subject: str = "orders", kind: str = "freshness") -> Check:
    return Check(kind, subject, state, "The data are late", "they end on 27 February 2026", 1, 0)


def look(shop: Shop, *checks: Check, hours: int = 0, receivers: tuple[str, ...] = ()) -> list[str]:
    moment = NOON + timedelta(hours=hours)
    with writing_store(shop) as store:
        events = alerts.update(store, checks, moment)
        alerts.queue(store, events, receivers)
    return [f"{event.event} {event.alert['alert_key']}" for event in events]


def table(shop: Shop, query: str = "SELECT * FROM quality.alerts ORDER BY ALL") -> list[Any]:
    with writing_store(shop) as store:
        return rows_of(store, query)


def told(shop: Shop, receiver: str, error: str | None = None) -> list[str]:
    with writing_store(shop) as store:
        events = alerts.waiting(store, receiver, NOON - timedelta(days=1))
        alerts.delivered(store, receiver, events, NOON, error)
    return [f"{event.event} {event.alert['severity']}" for event in events]


def test_an_alert_is_raised_once_and_its_clearing_told_once(shop: Shop) -> None:
    assert look(shop, check(WARNING)) == ["raised freshness:orders"]
    assert look(shop, check(WARNING), hours=1) == []
    assert look(shop, check(HEALTHY), hours=2) == ["cleared freshness:orders"]
    assert look(shop, check(HEALTHY), hours=3) == []
    (row,) = table(shop)
    times = row["raised_at"], row["last_seen_at"], row["cleared_at"]
    assert times == tuple(NOON + timedelta(hours=hours) for hours in (0, 1, 2))


def test_an_alert_that_comes_again_is_a_new_one(shop: Shop) -> None:
    for hours, state in enumerate((WARNING, HEALTHY, WARNING)):
        look(shop, check(state), hours=hours)
    assert [row["cleared_at"] is None for row in table(shop)] == [False, True]


def test_getting_worse_is_told_and_getting_better_is_noted(shop: Shop) -> None:
    look(shop, check(WARNING))
    assert look(shop, check(CRITICAL), hours=1) == ["escalated freshness:orders"]
    assert look(shop, check(CRITICAL), hours=2) == []
    assert look(shop, check(WARNING), hours=3) == []
    assert [row["severity"] for row in table(shop)] == [WARNING]


def test_what_could_not_be_measured_clears_nothing(shop: Shop) -> None:
    look(shop, check(WARNING), check(CRITICAL, "disk", "disk"))
    assert look(shop, check(NOT_MEASURED, ""), check(HEALTHY, "disk", "disk"), hours=1) == [
        "cleared disk:disk"
    ]
    assert [row["alert_key"] for row in table(shop) if row["cleared_at"] is None] == [
        "freshness:orders"
    ]


def test_an_alert_of_something_that_is_gone_clears(shop: Shop) -> None:
    look(shop, check(WARNING, "a"), check(WARNING, "b"))
    assert look(shop, check(WARNING, "b"), hours=1) == ["cleared freshness:a"]


def test_each_receiver_is_told_until_it_takes_it(shop: Shop) -> None:
    look(shop, check(WARNING), receivers=("mail", "team"))
    assert told(shop, "mail") == ["raised warning"]
    assert told(shop, "team", error="it answers 500") == ["raised warning"]
    look(shop, check(CRITICAL), hours=1, receivers=("mail", "team"))
    assert told(shop, "mail") == ["escalated critical"]
    assert told(shop, "team") == ["raised warning", "escalated critical"]
    assert told(shop, "mail") == told(shop, "team") == []
    (row,) = table(shop)
    assert row["delivered_to"] == "mail, team"


def test_a_new_receiver_is_told_what_is_open_and_nothing_of_the_past(shop: Shop) -> None:
    look(shop, check(WARNING, "a"), check(WARNING, "b"), receivers=("mail",))
    look(shop, check(WARNING, "b"), hours=1, receivers=("mail",))
    look(shop, check(WARNING, "b"), hours=2, receivers=("mail", "team"))
    with writing_store(shop) as store:
        events = alerts.waiting(store, "team", NOON - timedelta(days=1))
    assert [event.alert["alert_key"] for event in events] == ["freshness:b"]


def test_what_nobody_took_for_days_is_not_told_any_more(shop: Shop) -> None:
    look(shop, check(WARNING), receivers=("mail",))
    with writing_store(shop) as store:
        assert alerts.waiting(store, "mail", NOON + timedelta(hours=1)) == []


def test_history_ends_and_open_alerts_stay(shop: Shop) -> None:
    look(shop, check(WARNING, "a"), check(WARNING, "b"))
    look(shop, check(WARNING, "b"), hours=1)
    with writing_store(shop) as store:
        alerts.forget_old(store, NOON + timedelta(days=10), days=9)
    assert [row["alert_key"] for row in table(shop)] == ["freshness:b"]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        # Median 10, distances 0, 1, 1, 2, 2: the median of them is 1.
        ([8.0, 9.0, 10.0, 11.0, 12.0], 10 + 3 * 1.4826),
        # One long first build moves neither the middle nor the noise.
        ([500.0, 10.0, 10.0, 10.0, 10.0], 10.0),
    ],
)
def test_durations_are_slow_beyond_three_deviations(before: list[float], expected: float) -> None:
    assert slow_from(before, 3) == pytest.approx(expected)


def note_cycle(shop: Shop, number: int, seconds: float, transform: str) -> None:
    """A cycle of some length, whose step transform built something or had nothing to do."""
    began = NOON - timedelta(days=1) + timedelta(minutes=15 * number)
    cycle = {"cycle_id": str(number), "started_at": began, "outcome": "succeeded",
             "finished_at": began + timedelta(seconds=seconds), "seconds": seconds}  # fmt: skip
    step = {"cycle_id": str(number), "step": "transform", "started_at": began, "outcome": transform}
    with writing_store(shop) as store:
        insert(store, "quality.cycle_runs", cycle)
        insert(store, "quality.cycle_steps", step)


def test_cycles_with_nothing_to_build_are_no_measure_of_those_that_build(shop: Shop) -> None:
    with duckdb.connect(str(shop.warehouse)) as warehouse:
        ensure_tables(warehouse)
    for number in range(40):
        builds = number % 4 == 0
        note_cycle(shop, number, 200 + number if builds else 10, "done" if builds else "skipped")
    note_cycle(shop, 40, 240, "done")
    assert "duration:patron run" not in open_keys(shop)
    note_cycle(shop, 41, 900, "done")
    assert "duration:patron run" in open_keys(shop)


def open_keys(shop: Shop) -> set[str]:
    return {alert["alert_key"] for alert in watch(shop, NOON).open_alerts}
