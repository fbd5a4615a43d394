"""The command `patron` in a process of its own, as people call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from patron.shop import find_project
from tests.support.forks import forks

PATRON = (sys.executable, "-c", "from patron.cli import main; main()")
SETTINGS = (
    "PATRON_TIMEZONE",
    "PATRON_CURRENCY",
    "PATRON_EARLIEST_EVENT_DATE",
    "PATRON_MAX_REJECTED_SHARE",
    "PATRON_MAX_REJECTED_SHARE_BY_STREAM",
)


def patron(shop: Path, *arguments: str, timeout: float = 1800) -> subprocess.CompletedProcess[str]:
    """Run `patron --shop SHOP ARGUMENTS`."""
    clean = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return subprocess.run(
        [*PATRON, "--shop", str(shop), *arguments],
        env=clean,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def forked(shop: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same, but for the time that its imports take; see `forks`."""
    clean = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    asked = ("-", "0", "patron", "--shop", str(shop), *arguments)
    return forks().run(asked, find_project(), clean, seconds=300)


def patron_or_fail(shop: Path, *arguments: str, timeout: float = 1800) -> str:
    """The same, for steps that have to work; gives what was printed."""
    done = patron(shop, *arguments, timeout=timeout)
    assert done.returncode == 0, f"patron {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def notices_of_pages(shop: Path) -> list[dict[str, object]]:
    """What building the pages has to say: warnings and errors, none for shipped pages.

    Of pages that a run built before, it is said again.
    """
    said = json.loads(patron_or_fail(shop, "report", "build", "--json"))
    assert len(said["pages"]) > 10
    return [*said["errors"], *said["warnings"]]
