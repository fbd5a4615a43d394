"""Is the shop as it should be: settings, secrets, permissions, disk, locks, leftovers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from operate.doctor.model import Diagnosis, note, ok, problem, shown
from operate.forget_journal import is_unfinished
from operate.monitor.cycles import under_way
from operate.monitor.limits import read_limits
from operate.monitor.settings import path_of, read_settings
from patron.config import project_variables
from patron.errors import PatronError
from patron.lock import holding
from patron.processes import is_alive
from patron.shop import Shop

PRIVATE = (".env", "data/erasure.key", "data/.erasure.json", "data/alerts.jsonl")
LEFTOVERS = ("*.tmp", "*.erasing", ".*.tmp", "*.restoring")
# Publishing, erasing and backing up write a second copy beside the first.
COPIES = 2
MIB = 1024**2


def configuration(shop: Shop) -> Iterator[Diagnosis]:
    """config.yaml, sources.yaml and alerts.yaml can be read, with what they refer to."""
    try:
        project_variables(shop.project)
        read_limits(shop)
        yield ok("config.yaml", "can be read")
    except PatronError as error:
        yield _told("config.yaml", error)
    yield _sources(shop)
    yield _alerts(shop)


def _sources(shop: Shop) -> Diagnosis:
    from ingest.sources import load_sources

    if not shop.sources_file.exists():
        return problem("sources.yaml", "there is none", "patron init")
    try:
        found = load_sources(shop)
    except PatronError as error:
        return _told("sources.yaml", error)
    return ok("sources.yaml", f"{len(found)} source(s), their secrets are there")


def _alerts(shop: Shop) -> Diagnosis:
    try:
        settings = read_settings(shop)
    except PatronError as error:
        return _told("alerts.yaml", error)
    asked = [name for one in settings.receivers.values() for name in one.secrets]
    missing = sorted({name for name in asked if not os.environ.get(name)})
    if missing:
        return problem(
            "alerts.yaml",
            f"not in the environment: {', '.join(missing)}",
            f"put them into {shop.settings_file}, or export them where patron is called",
        )
    if not path_of(shop).exists() or set(settings.receivers) == {"console"}:
        return note(
            "alerts.yaml",
            "alerts reach nobody but standard error",
            "name receivers in alerts.yaml, see docs/monitoring.md",
        )
    return ok("alerts.yaml", f"receivers: {', '.join(settings.receivers)}")


def _told(about: str, error: PatronError) -> Diagnosis:
    where = f" ({error.where})" if error.where else ""
    return problem(about, f"{error.what}{where}", error.remedy or "correct the file")


def permissions(shop: Shop) -> Iterator[Diagnosis]:
    """Secrets are their owner's alone, and the folders can be written."""
    bare = [name for name in PRIVATE if _is_open_to_others(shop.root / name)]
    if bare:
        names = " ".join(str(shop.root / name) for name in bare)
        yield problem("permissions", f"others may read {', '.join(bare)}", f"chmod 600 {names}")
    folders = [one for one in (shop.root, shop.data, shop.artifacts, shop.site) if one.exists()]
    closed = [one for one in folders if not os.access(one, os.W_OK)]
    if closed:
        listed = ", ".join(shown(one, shop.root.parent) for one in closed)
        yield problem("permissions", f"cannot write into {listed}", "give the user of patron these")
    if not bare and not closed:
        yield ok("permissions", "as they should be")


def _is_open_to_others(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o077)


def disk(shop: Shop) -> Iterator[Diagnosis]:
    """Whether there is room for the copies that are made."""
    files = (shop.warehouse, shop.published, shop.state)
    sizes = sum(path.stat().st_size for path in files if path.exists())
    free = shutil.disk_usage(shop.root).free
    found = f"{free // MIB:,} MiB free, the databases have {sizes // MIB:,}"
    if free < COPIES * sizes:
        yield problem("disk", found, f"make room for {COPIES} times the databases")
    else:
        yield ok("disk", found)


def locks(shop: Shop) -> Iterator[Diagnosis]:
    """Who writes now, and what a kill has left."""
    held = holding(shop)
    if held is None:
        yield ok("writer lock", "free")
    elif held.pid and not is_alive(held.pid):
        yield note(
            "writer lock",
            f"held in the name of {held}, which is gone: a child of it still writes",
            "find it with 'fuser data/.writer.lock' and end it, or wait",
        )
    else:
        yield note("writer lock", f"held by {held}", "wait for it; what it writes is not looked at")
    found = under_way(shop)
    if found and held is None:
        yield note(
            "cycle", f"killed in step {found['step']}", "patron run takes up where it stopped"
        )
    if is_unfinished(shop):
        yield problem("erasure", "one was interrupted", "patron forget completes it")
    if held is None and (left := _leftovers(shop)):
        names = ", ".join(sorted(path.name for path in left))
        yield note(
            "leftovers", f"drafts of killed processes: {names}", "delete them; nothing reads them"
        )


def _leftovers(shop: Shop) -> set[Path]:
    return {path for pattern in LEFTOVERS for path in shop.data.glob(pattern) if path.is_file()}
