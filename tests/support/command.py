"""The command `patron` in a process of its own, as people call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

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


def patron_or_fail(shop: Path, *arguments: str, timeout: float = 1800) -> str:
    """The same, for steps that have to work; gives what was printed."""
    done = patron(shop, *arguments, timeout=timeout)
    assert done.returncode == 0, f"patron {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def notices_of_pages(shop: Path) -> list[dict[str, object]]:
    """What building the pages anew has to say: warnings and errors, none for shipped pages."""
    said = json.loads(patron_or_fail(shop, "report", "build", "--anew", "--json"))
    assert len(said["pages"]) > 10
    return [*said["errors"], *said["warnings"]]
