"""What a process costs, its children included."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

PATRON = (sys.executable, "-c", "from patron.cli import main; main()")
SQLMESH = (sys.executable, "-c", "from sqlmesh.cli.main import cli; cli()")


@dataclass(frozen=True)
class Cost:
    """What a process cost."""

    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float


def measure(command: Sequence[str], shop: Path, folder: Path | None = None) -> Cost:
    """Run one command for a shop and measure it; a failure ends the benchmark.

    Args:
        command: The program and its arguments.
        shop: What PATRON_SHOP says.
        folder: Where it runs; here by default.
    """
    started = time.monotonic()
    environment = {**os.environ, "PATRON_SHOP": str(shop)}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(command)[:300]}")
    scale = 1024 if platform.system() == "Linux" else 1024 * 1024
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(cpu, time.monotonic() - started, usage.ru_maxrss / scale)


def patron(shop: Path, *arguments: str) -> None:
    """A step that is not measured."""
    subprocess.run(
        [*PATRON, "--shop", str(shop), *arguments], check=True, stdout=subprocess.DEVNULL
    )


def made_shop(folder: Path, customers: int, orders: int, end: datetime) -> Path:
    """A simulated shop, loaded."""
    shop = folder / "shop"
    size = ("--customers", str(customers), "--orders", str(orders))
    patron(shop, "simulate", *size, "--end", end.date().isoformat())
    patron(shop, "init", "--mapping", "shop_simulator", "--path", str(shop / "data" / "shop"))
    patron(shop, "run", "--only", "ingest")
    return shop
