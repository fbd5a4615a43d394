"""Do runs go well: failed models and audits, the steps of the cycle, durations, success rate."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from operate.monitor.cycles import BUSY, KILLED, note_killed, under_way
from operate.monitor.model import CRITICAL, HEALTHY, WARNING, Check, NotMeasured
from operate.monitor.scene import Scene
from operate.monitor.wording import counted

_FAILED_MODELS = """
SELECT model, error, finished_at, outcome FROM quality.model_runs WHERE environment = 'prod'
QUALIFY ROW_NUMBER() OVER (PARTITION BY model ORDER BY finished_at DESC, run_id DESC) = 1
"""
# Of each model the audits of its last run that had any.
_AUDITS = """
WITH audited AS (
  SELECT *, FIRST_VALUE(run_id) OVER (
    PARTITION BY model ORDER BY audited_at DESC, run_id DESC
  ) AS last_run
  FROM quality.audit_results WHERE environment = 'prod'
)
SELECT
  model, audit, ARG_MAX(blocking, audited_at) AS blocking, MAX(audited_at) AS audited_at,
  SUM(failed_rows) AS failed_rows
FROM (
  SELECT * FROM audited WHERE run_id = last_run QUALIFY ROW_NUMBER() OVER (
    PARTITION BY model, audit, arguments ORDER BY audited_at DESC
  ) = 1
) AS latest
GROUP BY model, audit ORDER BY model, audit
"""
_DURATIONS = """
SELECT model, finished_at, duration_seconds AS seconds FROM quality.model_runs
WHERE environment = 'prod' AND outcome = 'succeeded'
QUALIFY ROW_NUMBER() OVER (PARTITION BY model ORDER BY finished_at DESC, run_id DESC) <= ?
ORDER BY model, finished_at
"""
# A cycle that had nothing to build is no measure of one that had.
_CYCLE_DURATIONS = """
SELECT finished_at, seconds FROM (
  FROM quality.cycle_runs AS cycle
  WHERE outcome = 'succeeded' AND EXISTS (
    FROM quality.cycle_steps AS step
    WHERE step.cycle_id = cycle.cycle_id AND step.step = 'transform' AND step.outcome = 'done'
  )
  ORDER BY started_at DESC LIMIT ?
) AS latest ORDER BY finished_at
"""
_STEPS = """
SELECT step, outcome, detail, started_at FROM quality.cycle_steps
QUALIFY ROW_NUMBER() OVER (PARTITION BY step ORDER BY started_at DESC, cycle_id DESC) = 1
ORDER BY step
"""
_SUCCESS = """
SELECT
  COUNT(*) AS cycles, COUNT(*) FILTER (outcome = 'succeeded') AS succeeded,
  ARG_MAX(error, started_at) FILTER (outcome <> 'succeeded') AS last_error
FROM quality.cycle_runs WHERE started_at > ? AND outcome <> 'busy'
"""
_LAST_CYCLE = "SELECT MAX(started_at) AS started_at FROM quality.cycle_runs WHERE outcome <> 'busy'"
# A standard deviation of noise is 1.4826 times its median distance from the median.
_NOISE = 1.4826


def models(scene: Scene) -> Iterator[Check]:
    """Models whose last build failed for another reason than an audit."""
    for row in scene.ask_warehouse(_FAILED_MODELS):
        failed = row["outcome"] == "failed" and not str(row["error"]).startswith("audits:")
        if failed:
            yield Check(
                "model_failed",
                row["model"],
                CRITICAL,
                f"{row['model']} could not be built",
                str(row["error"]),
                advice="correct the model or what it reads, then 'patron run'; nothing is published"
                " until then",
                since=row["finished_at"],
            )


def audits(scene: Scene) -> Iterator[Check]:
    """Audits that found something when their model was last run.

    Alerts leave the machine, so they name no keys: an id may be that of a customer.
    """
    for row in scene.ask_warehouse(_AUDITS):
        if not row["failed_rows"]:
            continue
        yield Check(
            "audit",
            f"{row['model']}.{row['audit']}",
            CRITICAL if row["blocking"] else WARNING,
            f"The audit {row['audit']} of {row['model']} found something",
            f"{row['failed_rows']:,} row(s)",
            float(row["failed_rows"]),
            0.0,
            advice="'patron status' shows keys of these rows; correct them at their source, then"
            " 'patron run'" + ("; until then nothing is published" if row["blocking"] else ""),
            since=row["audited_at"],
        )


def cycle(scene: Scene) -> Iterator[Check]:
    """How each step of the cycle went when it was last done, and whether cycles still come."""
    note_killed_in(scene)
    steps = scene.ask_own(_STEPS)
    if not steps:
        raise NotMeasured("no cycle of 'patron run' is on record")
    for row in steps:
        good = row["outcome"] in ("done", "skipped")
        waited = row["outcome"] == BUSY
        killed = row["outcome"] == KILLED
        word = "was killed" if killed else "found another process writing" if waited else "failed"
        yield Check(
            "cycle",
            row["step"],
            HEALTHY if good else WARNING if waited else CRITICAL,
            f"The step {row['step']} of patron run {'is well' if good else word}",
            row["detail"] or "",
            advice="wait for the other process, or give 'patron run' more time with --wait"
            if waited
            else "correct what the message names, then 'patron run': it goes on where it stopped",
            since=row["started_at"],
        )
    yield _last_cycle(scene)


def note_killed_in(scene: Scene) -> None:
    """A cycle that was killed shows as soon as the monitor looks, not at the next cycle."""
    if under_way(scene.shop):
        note_killed(scene.shop, scene.store)


def _last_cycle(scene: Scene) -> Check:
    (row,) = scene.ask_own(_LAST_CYCLE)
    started, limit = row["started_at"], scene.limits.max_hours_between_cycles
    hours = scene.age_hours(started) if started else None
    rare = hours is None or hours > limit
    return Check(
        "cycle",
        "schedule",
        WARNING if rare else HEALTHY,
        "patron run is not called any more" if rare else "patron run is called",
        f"last started {started:%Y-%m-%d %H:%M} UTC" if started else "never started",
        round(hours, 2) if hours is not None else None,
        limit,
        advice="look at cron or systemd: docs/operations.md",
        since=started,
    )


def success_rate(scene: Scene) -> Iterator[Check]:
    """The share of cycles that went well."""
    limits = scene.limits
    begin = scene.now - timedelta(days=limits.success_window_days)
    (row,) = scene.ask_own(_SUCCESS, [begin])
    if row["cycles"] < limits.min_cycles_for_success:
        raise NotMeasured(
            f"{counted(row['cycles'], 'cycle')} in {limits.success_window_days:g} days"
        )
    share = row["succeeded"] / row["cycles"]
    # One failure is an accident, and was told when it happened.
    often = row["cycles"] - row["succeeded"] >= limits.min_failures_for_alerts
    low = often and share < limits.min_success_share
    lowest = often and share < limits.critical_success_share
    yield Check(
        "success_rate",
        "patron run",
        CRITICAL if lowest else WARNING if low else HEALTHY,
        "Too many cycles fail" if low else "Cycles go well",
        f"{row['succeeded']} of {counted(row['cycles'], 'cycle')} went well"
        + (f"; last error: {row['last_error']}" if low else ""),
        round(share, 4),
        limits.min_success_share,
        advice="what fails is in quality.cycle_runs and on the page Alerts",
    )


def durations(scene: Scene) -> Iterator[Check]:
    """Models, and the cycle, that take longer than they did before."""
    limits = scene.limits
    history: dict[str, list[float]] = defaultdict(list)
    for row in scene.ask_warehouse(_DURATIONS, [limits.duration_history_runs + 1]):
        history[row["model"]].append(row["seconds"])
    cycles = scene.ask_own(_CYCLE_DURATIONS, [limits.duration_history_runs + 1])
    history["patron run"] = [row["seconds"] for row in cycles]
    for subject, seconds in history.items():
        if len(seconds) <= limits.min_runs_for_duration:
            continue
        limit = max(slow_from(seconds[:-1], limits.duration_deviations), limits.min_slow_seconds)
        if seconds[-1] > limit:
            yield Check(
                "duration",
                subject,
                WARNING,
                f"{subject} takes longer than usual",
                f"{seconds[-1]:.1f} s; usual are {statistics.median(seconds[:-1]):.1f} s",
                round(seconds[-1], 2),
                round(limit, 2),
                advice="more rows, a changed query, or a busy machine: quality.model_runs has each"
                " batch with its rows",
            )


def slow_from(before: Sequence[float], deviations: float) -> float:
    """The upper limit of a control chart of durations, not moved by single long builds."""
    middle = statistics.median(before)
    noise = _NOISE * statistics.median(abs(value - middle) for value in before)
    return middle + deviations * noise
