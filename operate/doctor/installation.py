"""Is the installation as it should be: Python, packages, the environment of connectors."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from operate.doctor.model import Diagnosis, note, ok, problem
from patron.errors import PatronError
from patron.shop import Shop

OLDEST_PYTHON = (3, 11)
LOCK = Path("requirements/run.lock")
# What the hooks, the file format and the extensions are tied to.
PINNED = ("sqlmesh", "duckdb", "duckdb-extension-postgres-scanner")
# SQLMesh cannot be imported beside it.
FORBIDDEN = "sqlglotc"
INSTALL = "'make install' puts exactly the locked versions there"
_LINE = re.compile(r"^([A-Za-z0-9_.\-\[\]]+)==([^\s;\\]+)([^\\]*)")


def python(_shop: Shop) -> Iterator[Diagnosis]:
    """The version of Python."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield problem("python", found, "make PYTHON=python3.11 install")
    else:
        yield ok("python", found)


def packages(shop: Shop) -> Iterator[Diagnosis]:
    """The installed versions against those that are locked."""
    locked = _locked(shop.project / LOCK)
    if not locked:
        yield problem("packages", f"{LOCK} is missing", "clone the repository again")
        return
    differing = {
        name: (have, want) for name, want in locked.items() if (have := _installed(name)) != want
    }
    for name in PINNED:
        have, want = _installed(name), locked.get(name)
        if have != want:
            yield problem(name, f"{have or 'not installed'}, locked is {want}", INSTALL)
        else:
            yield ok(name, str(have))
    others = sorted(set(differing) - set(PINNED))
    if others:
        listed = ", ".join(
            f"{name} {differing[name][0]} for {differing[name][1]}" for name in others
        )
        yield note("packages", f"{len(others)} differ from the lock: {listed}", INSTALL)
    else:
        yield ok("packages", f"{len(locked)} as locked")
    if _installed(FORBIDDEN):
        yield problem("packages", f"{FORBIDDEN} is installed, and SQLMesh fails beside it", INSTALL)


def connectors(shop: Shop) -> Iterator[Diagnosis]:
    """The environment of Airbyte's connectors, where a source needs it."""
    from ingest.airbyte.environment import extractor
    from ingest.sources import load_sources

    try:
        wanted = [one.name for one in load_sources(shop) if one.config.loader == "airbyte"]
    except PatronError:
        return  # told where sources.yaml is looked at
    if not wanted:
        return
    if extractor(shop.project).is_installed:
        yield ok("airbyte", "its environment is installed")
    else:
        yield problem(
            "airbyte",
            f"{', '.join(wanted)} needs its environment, which is not installed or outdated",
            "patron ingest install-airbyte",
        )


def _locked(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [match for line in lines if (match := _LINE.match(line))]
    # A line with a condition may be for another system.
    return {match[1].lower(): match[2] for match in found if ";" not in match[3]}


def _installed(name: str) -> str | None:
    try:
        return version(name.partition("[")[0])
    except PackageNotFoundError:
        return None
