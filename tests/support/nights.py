"""A small simulated shop, and the same after its first night: made once for all processes."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import patron_or_fail

FIRST_NIGHT = "2026-03-01T06:00"
SIZE = ("--customers", "500", "--orders", "6000", "--days", "450", "--end", "2026-03-01")


def simulated(folders: pytest.TempPathFactory) -> Path:
    """A shop of which nothing is loaded; copy it before changing it."""

    def make(shop: Path) -> None:
        patron_or_fail(shop, "simulate", *SIZE)
        patron_or_fail(shop, "init", "--mapping", "shop_simulator", "--path", "data/shop")

    return _once(folders, "simulated", make)


def after_first_night(folders: pytest.TempPathFactory) -> Path:
    """The same, loaded and built on the night after its last day."""
    before = simulated(folders)

    def make(shop: Path) -> None:
        shutil.copytree(before, shop)
        steps = ("--only", "ingest", "--only", "transform")
        patron_or_fail(shop, "run", *steps, "--execution-time", FIRST_NIGHT)

    return _once(folders, "first_night", make)


def _once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder that whoever comes first makes, while the others wait."""
    base = folders.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    done = base / f"{name}_made"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(base / "made", ignore_errors=True)
            make(base / "made" / name)
            (base / "made").rename(done)
    return done / name
