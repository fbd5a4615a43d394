"""The steps of the cycle: each says what it did in one line, and is skipped when nothing is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from operate.monitor.wording import counted
from patron.errors import PatronError
from patron.shop import Shop

DONE = "done"
SKIPPED = "skipped"


@dataclass(frozen=True)
class Request:
    """What the caller of the cycle asked for.

    Attributes:
        shop: Whose cycle.
        execution_time: The moment to pretend it is, for simulated days.
        apply_changes: Apply changes of the project's files to production.
        forced: Steps named with --only, done even when nothing is due.
    """

    shop: Shop
    execution_time: str | None = None
    apply_changes: bool = False
    forced: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """What a step did.

    Attributes:
        outcome: `done` or `skipped`.
        detail: One line for people.
        page: The page to open, from the step that makes it.
    """

    outcome: str
    detail: str
    page: Path | None = None


def ingest(request: Request) -> Outcome:
    """Load what is new at the declared sources."""
    from ingest.run import ingest_all

    loads = ingest_all(request.shop)
    loaded = [load for load in loads if load.status == "loaded"]
    rows = sum(load.rows_inserted + load.rows_updated for load in loaded)
    rejected = sum(load.rows_rejected for load in loads)
    removed = sum(load.rows_deleted for load in loads)
    if not loaded:
        return Outcome(SKIPPED, "nothing new at the sources")
    parts = [f"{counted(rows, 'row')} of {counted(len(loaded), 'stream')}"]
    parts += [f"{removed:,} removed"] if removed else []
    return Outcome(DONE, ", ".join([*parts, f"{rejected:,} rejected"]))


def transform(request: Request) -> Outcome:
    """Bring the models up to date, also with late rows and corrections, and publish them."""
    from operate.reconcile import mark, remember_built
    from operate.transform import run_prod

    stale = mark(request.shop, request.execution_time)
    result = run_prod(request.shop, request.execution_time, apply_changes=request.apply_changes)
    remember_built(request.shop, result.plan_id)
    parts = [
        f"{counted(len(result.models), 'model')} built"
        if result.models
        else "every model is up to date"
    ]
    if stale.days:
        parts.append(f"{counted(stale.days, 'day')} had late data or corrections")
    if result.warnings:
        found = counted(len(result.warnings), "audit")
        parts.append(f"{found} found something, see 'patron status'")
    if result.unapplied_changes:
        parts.append("the project's files differ from production, --apply applies them")
    return Outcome(DONE if result.models else SKIPPED, "; ".join(parts))


def reconcile(request: Request) -> Outcome:
    """See that every table is as a build from scratch would make it, and make it so."""
    from operate.reconcile import reconcile as make_equal

    only_if_changed = "reconcile" not in request.forced
    result = make_equal(request.shop, request.execution_time, only_if_changed=only_if_changed)
    if not result.is_compared:
        return Outcome(SKIPPED, "nothing happened since the last time")
    if not result.stale:
        return Outcome(SKIPPED, "no day is stale")
    tables = counted(len(result.stale), "table")
    built = counted(len(result.models), "model")
    days = f"{counted(result.days, 'day')} of " if result.days else ""
    return Outcome(DONE, f"{days}{tables} stale, {built} built")


def train(request: Request) -> Outcome:
    """Train where no usable model is; later trainings are decided with `patron train`."""
    from ml.errors import TooLittleData
    from ml.registry import TASKS
    from ml.train import train_all
    from operate.scoring import champions

    missing = [task for task in TASKS if task not in champions(request.shop)]
    if not missing and "train" not in request.forced:
        return Outcome(SKIPPED, "every task has a champion")
    try:
        train_all(request.shop, tasks=None if "train" in request.forced else missing)
    except TooLittleData as error:
        return Outcome(SKIPPED, error.what)
    trained = champions(request.shop)
    return Outcome(DONE, ", ".join(f"{task} {version}" for task, version in trained.items()))


def score(request: Request) -> Outcome:
    """Score with champions that readers do not see yet."""
    from operate import scoring

    unusable = [
        f"{task} cannot be used: {problem}"
        for task, problem in scoring.problems(request.shop).items()
    ]
    if not scoring.champions(request.shop):
        return Outcome(SKIPPED, "; ".join(unusable or ["no trained model"]))
    if not scoring.is_due(request.shop) and "score" not in request.forced:
        return Outcome(SKIPPED, "; ".join(["scores are of the current champions", *unusable]))
    result = scoring.score(request.shop, request.execution_time)
    return Outcome(DONE, "; ".join([f"{counted(len(result.models), 'model')} built", *unusable]))


def report(request: Request) -> Outcome:
    """Build the pages when data or pages changed since the last time."""
    from reports.builder.api import build_site

    shop = request.shop
    page = shop.site / "index.html"
    if _is_current(shop, page) and "report" not in request.forced:
        return Outcome(SKIPPED, "the pages are up to date", page)
    built = build_site(shop)
    if built.errors:
        raise PatronError(
            f"{counted(len(built.errors), 'error')} on the report's pages",
            where=str(built.errors[0]),
            remedy="'patron report check' lists them all",
        )
    warnings = f", {counted(len(built.warnings), 'warning')}" if built.warnings else ""
    return Outcome(DONE, f"{counted(len(built.pages), 'page')}{warnings}", built.index)


def _is_current(shop: Shop, page: Path) -> bool:
    """Whether the pages are newer than the data they show and the files they are made of."""
    if not page.exists() or not shop.published.exists():
        return False
    files = (path for path in (shop.project / "reports").rglob("*") if path.is_file())
    sources = [path for path in files if "__pycache__" not in path.parts]
    newest = max(path.stat().st_mtime for path in (shop.published, *sources))
    return page.stat().st_mtime > newest


STEPS: dict[str, Callable[[Request], Outcome]] = {
    "ingest": ingest,
    "transform": transform,
    "reconcile": reconcile,
    "train": train,
    "score": score,
    "report": report,
}
