"""Kill -9 of `patron run` in one step after another: in the end everything is as if undisturbed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from stock import CLONE, Stock

from tests.support.depth import at_night
from tests.support.nights import FIRST_NIGHT, after_first_night, simulated

pytestmark = pytest.mark.slow

RUN = ("run", "--execution-time", FIRST_NIGHT)
# After this line of the run, and this many seconds later, it is killed; some at night only.
KILLS = (
    ("ingest", 2.0),
    ("transform", 3.0),
    ("score", 0.4),
    *((("", 0.9), ("train", 2.5)) if at_night() else ()),
)
WITH_MOMENTS = (".model_registry", ".source_quality")


def command(shop: Path, *arguments: str) -> list[str]:
    program = "from patron.cli import main; main()"
    return [sys.executable, "-c", program, "--shop", str(shop), *arguments]


def patron(shop: Path, *arguments: str) -> str:
    done = subprocess.run(
        command(shop, *arguments), capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def kill_after(shop: Path, step: str, seconds: float) -> int:
    """Start `patron run`, kill it some time after a step was reported."""
    process = subprocess.Popen(
        command(shop, *RUN), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    with process:
        while step:
            line = process.stderr.readline()
            assert line, f"ended before {step}"
            if line.startswith(step):
                break
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.stderr.read()
    return process.returncode


def contents(shop: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What production shows and readers see, without what tells of training and loading."""
    tables = Stock(CLONE, shop).tables()
    return {name: rows for name, rows in tables.items() if not name.endswith(WITH_MOMENTS)}


def test_cycle_killed_in_every_step_ends_as_if_undisturbed(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    shutil.copytree(after_first_night(tmp_path_factory), undisturbed)
    patron(undisturbed, *RUN, "--skip", "report")
    shutil.copytree(simulated(tmp_path_factory), killed)
    codes = [kill_after(killed, step, seconds) for step, seconds in KILLS]
    assert codes.count(-signal.SIGKILL) >= len(KILLS) - 2, codes
    patron(killed, *RUN)
    expected, found = contents(undisturbed), contents(killed)
    assert found.keys() == expected.keys()
    different = [name for name in expected if found[name] != expected[name]]
    assert different == []
    assert (killed / "site" / "index.html").exists()
    assert patron(killed, "status")
