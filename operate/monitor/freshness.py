"""Are the data there in time: contracts, sources, the published copy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from operate.monitor.model import CRITICAL, HEALTHY, WARNING, Check, NotMeasured, graded
from operate.monitor.scene import Scene
from operate.monitor.wording import counted, day_text
from patron.contracts import Contract, read_contracts

_AS_OF = "SELECT as_of_date, published_at FROM quality.publication"
_BUILT = """
SELECT model, MAX(finished_at)::DATE AS built_on FROM quality.model_runs
WHERE environment = 'prod' AND outcome = 'succeeded' GROUP BY model
"""
_READ = """
SELECT source, MAX(finished_at) AS read_at FROM raw.load_log GROUP BY source
"""
_LAST_INGEST = """
SELECT step.started_at, step.outcome, step.detail FROM quality.cycle_steps AS step
WHERE step.step = 'ingest' ORDER BY step.started_at DESC LIMIT 1
"""


def ends_on(scene: Scene) -> date:
    """The day after the last one that readers' data cover."""
    for row in scene.ask(_AS_OF):
        if row["as_of_date"]:
            found: date = row["as_of_date"]
            return found
    raise NotMeasured("the published copy does not say as of when it is")


def covered_to(scene: Scene, contracts: list[Contract]) -> dict[str, date]:
    """The day after the last one that each promised table covers.

    Nothing is published while a table lacks days that others have, so all cover what the copy
    does, but for one that has not been built for longer than any schedule allows.
    """
    as_of = ends_on(scene)
    (copy,) = scene.ask(_AS_OF)
    oldest = copy["published_at"].date() - timedelta(days=scene.limits.max_build_age_days)
    built = {row["model"]: row["built_on"] for row in scene.ask(_BUILT)}
    found = {}
    for contract in contracts:
        built_on = built.get(contract.model, oldest)
        found[contract.model] = as_of if built_on >= oldest else min(as_of, built_on)
    return found


def late_days(contract: Contract, covered: date, now: datetime) -> int:
    """How many days of data are due and not there."""
    return max(0, (contract.freshness.due_through(now) - (covered - timedelta(days=1))).days)


def freshness(scene: Scene) -> Iterator[Check]:
    """Whether each promised table has the day that was due; once where all wait for the data."""
    contracts = read_contracts(scene.shop.project)
    if not contracts:
        raise NotMeasured("there is no contract that promises a time")
    as_of, covered = ends_on(scene), covered_to(scene, contracts)
    missing = {one.model: late_days(one, as_of, scene.now) for one in contracts}
    worst = max(missing.values())
    late = [model for model, days in missing.items() if days]
    last_day = as_of - timedelta(days=1)
    deadlines = [one.freshness.last_deadline(scene.now) for one in contracts if missing[one.model]]
    yield Check(
        "freshness",
        "data",
        graded(worst, 0, scene.limits.critical_late_days),
        "The data are late" if worst else "The data are there in time",
        f"they end on {day_text(last_day)}" + (_behind(worst, len(late)) if late else ""),
        worst,
        scene.limits.critical_late_days,
        advice="see which source delivers no orders ('patron status'), and whether 'patron run' is"
        " still called",
        since=min(deadlines) - timedelta(days=worst - 1) if deadlines else None,
    )
    for contract in contracts:
        own = late_days(contract, covered[contract.model], scene.now) - missing[contract.model]
        if own > 0:
            yield Check(
                "freshness",
                contract.model,
                graded(own, 0, scene.limits.critical_late_days),
                f"{contract.model} is behind the data",
                f"last built on {day_text(covered[contract.model])}, promised {contract.freshness}",
                own,
                scene.limits.critical_late_days,
                contract.owner,
                "'patron status' names what failed; 'patron run' builds what is missing",
            )


def _behind(days: int, tables: int) -> str:
    """What is missing: `; 2 days were due in 1 table`."""
    return f"; {counted(days, 'day was', 'days were')} due in {counted(tables, 'table')}"


def publication(scene: Scene) -> Iterator[Check]:
    """Whether readers still get new copies."""
    (row,) = scene.ask(_AS_OF)
    hours = scene.age_hours(row["published_at"])
    limits = scene.limits
    state = graded(hours, limits.max_publication_age_hours, limits.critical_publication_age_hours)
    yield Check(
        "publication",
        "published copy",
        state,
        "Readers have an old copy" if state != HEALTHY else "Readers have a current copy",
        f"published {row['published_at']:%Y-%m-%d %H:%M} UTC, {hours:.1f} hours ago",
        round(hours, 2),
        limits.max_publication_age_hours,
        advice="a run that fails does not publish: 'patron status' says what failed; correct it,"
        " then 'patron run'",
        since=row["published_at"] + timedelta(hours=limits.max_publication_age_hours),
    )


def sources(scene: Scene) -> Iterator[Check]:
    """Whether each declared source could be read when it was last tried."""
    from ingest.sources import load_sources

    declared = [source.name for source in load_sources(scene.shop)]
    read = {row["source"]: row["read_at"] for row in scene.ask_warehouse(_READ)}
    tries = scene.ask_own(_LAST_INGEST)
    if not tries:
        raise NotMeasured("no cycle of 'patron run' is on record")
    for name in declared:
        yield _source(scene, name, read.get(name), tries[0])


def _source(scene: Scene, name: str, read_at: datetime | None, last_try: dict[str, Any]) -> Check:
    tried_at: datetime = last_try["started_at"]
    down = last_try["outcome"] == "failed" and (read_at is None or read_at < tried_at)
    silent = scene.age_hours(read_at or tried_at)
    is_long = silent > scene.limits.max_source_silence_hours
    state = HEALTHY if not down else CRITICAL if is_long else WARNING
    seen = f"last read {read_at:%Y-%m-%d %H:%M} UTC" if read_at else "never read"
    return Check(
        "source",
        name,
        state,
        f"The source {name} cannot be read" if down else f"The source {name} can be read",
        f"{seen}; {last_try['detail']}" if down else seen,
        round(silent, 2),
        scene.limits.max_source_silence_hours,
        advice=f"'patron ingest check --source {name}' says what is wrong with it",
        since=read_at or tried_at if down else None,
    )
