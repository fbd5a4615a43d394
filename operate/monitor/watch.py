"""One look at a shop: every check, the alerts that follow, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb

from operate.monitor import alerts, builds, business, freshness, machine, promises
from operate.monitor.alerts import Event
from operate.monitor.limits import Limits
from operate.monitor.model import (
    CRITICAL,
    HEALTHY,
    NOT_MEASURED,
    WARNING,
    Check,
    NotMeasured,
)
from operate.monitor.receivers import send
from operate.monitor.scene import Scene, looking
from operate.monitor.settings import FILE, TO_THE_CONSOLE, Settings, read_settings
from operate.monitor.store import alone, insert, writing_store
from operate.record import now
from patron import console
from patron.errors import PatronError
from patron.lock import Holder, holding
from patron.shop import Shop
from patron.warehouse import first_line

CHECKS: dict[str, Callable[[Scene], Iterable[Check]]] = {
    "cycle": builds.cycle,
    "success_rate": builds.success_rate,
    "model_failed": builds.models,
    "audit": builds.audits,
    "duration": builds.durations,
    "model_health": business.model_health,
    "freshness": freshness.freshness,
    "publication": freshness.publication,
    "source": freshness.sources,
    "contract": promises.contracts,
    "quality_score": business.quality_scores,
    "control_chart": business.control_charts,
    "kpi": business.kpis,
    "prediction": business.predictions,
    "champion": business.champions,
    "disk": machine.disk,
}
EXIT_HEALTHY, EXIT_WARNING, EXIT_CRITICAL = 0, 1, 2


@dataclass(frozen=True)
class Report:
    """What the monitor found.

    Attributes:
        checked_at: When it looked (UTC).
        checks: Everything it looked at.
        events: What people are told now.
        open_alerts: What has not cleared, with its history.
        undelivered: Receivers that did not take what they were told, with the reason.
    """

    checked_at: datetime
    checks: tuple[Check, ...]
    events: tuple[Event, ...]
    open_alerts: tuple[dict[str, Any], ...]
    undelivered: dict[str, str] = field(default_factory=dict)

    def exit_code(self, *, strict: bool) -> int:
        """0 healthy, 1 only warnings and `strict`, 2 critical."""
        states = {alert["severity"] for alert in self.open_alerts}
        if CRITICAL in states:
            return EXIT_CRITICAL
        return EXIT_WARNING if strict and WARNING in states else EXIT_HEALTHY


def watch(shop: Shop, moment: datetime | None = None) -> Report:
    """Look at a shop, note what is found and tell whom it concerns.

    Args:
        shop: Which shop.
        moment: When it pretends to be (UTC), for simulated days.

    Raises:
        PatronError: If there is no such shop, or the monitor's own file cannot be read.
    """
    shop.require()
    held = holding(shop)
    settings, receivers = _settings(shop)
    with alone(shop):
        with writing_store(shop) as store, looking(shop, store, moment) as scene:
            checks = (receivers, *_all_checks(scene, held))
            _store_checks(store, checks, scene.now)
            events = alerts.update(store, checks, scene.now)
            alerts.queue(store, events, list(settings.receivers))
            alerts.forget_old(store, scene.now, scene.limits.alert_history_days)
            limits, at = scene.limits, scene.now
        undelivered = _deliver(shop, settings, limits, at)
        with writing_store(shop) as store:
            still = tuple(alerts.open_alerts(store))
    return Report(at, checks, tuple(events), still, undelivered)


def _settings(shop: Shop) -> tuple[Settings, Check]:
    """Whom to tell; the console where alerts.yaml cannot be read, and an alert that says so."""
    try:
        found, problem = read_settings(shop), None
    except PatronError as error:
        found, problem = TO_THE_CONSOLE, error
    check = Check(
        "receivers",
        FILE,
        CRITICAL if problem else HEALTHY,
        f"{FILE} cannot be read, so nobody is told" if problem else f"{FILE} can be read",
        f"{problem.what} ({problem.where})" if problem else ", ".join(found.receivers),
        advice=(problem.remedy or "correct it") if problem else "",
    )
    return found, check


def _all_checks(scene: Scene, held: Holder | None) -> Iterable[Check]:
    for name, check in CHECKS.items():
        yield from _made(name, check, scene)
    yield from machine.lock(scene, held)


def _made(name: str, check: Callable[[Scene], Iterable[Check]], scene: Scene) -> Sequence[Check]:
    """The results of one check; what stops it is told, and its alerts stay as they are."""
    try:
        found = tuple(check(scene))
    except NotMeasured as reason:
        text = str(reason)
    except PatronError as error:
        text = error.what
    except (duckdb.Error, KeyError, TypeError, ValueError) as error:
        text = first_line(error)
    else:
        return found
    title = f"{name.replace('_', ' ').capitalize()} not measured"
    return [Check(name, "", NOT_MEASURED, title, text)]


def _store_checks(store: duckdb.DuckDBPyConnection, checks: Sequence[Check], at: datetime) -> None:
    store.execute("DELETE FROM quality.monitor_checks")
    for check in checks:
        insert(store, "quality.monitor_checks", {**check.as_dict(), "checked_at": at})


def _deliver(shop: Shop, settings: Settings, limits: Limits, at: datetime) -> dict[str, str]:
    """Tell each receiver what it does not know yet; one that fails does not keep the others."""
    failed: dict[str, str] = {}
    since = at - timedelta(days=limits.alert_retry_days)
    for name, receiver in settings.receivers.items():
        with writing_store(shop) as store:
            events = alerts.waiting(store, name, since)
        told = [
            event
            for event in events
            if receiver.min_severity == WARNING or event.alert["severity"] == CRITICAL
        ]
        error: str | None = None
        if told:
            try:
                send(shop, receiver, told)
            except PatronError as caught:
                error = caught.what
                failed[name] = error
                console.say(f"alerts: {name} was not told, {error}; it is told next time")
        with writing_store(shop) as store:
            passed_over = [event for event in events if event not in told]
            alerts.delivered(store, name, passed_over, now(), None)
            alerts.delivered(store, name, told, now(), error)
    return failed
