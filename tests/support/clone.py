"""A copy of the project that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.stock import CLONE

ROOMS = (
    "config.yaml",
    "models",
    "audits",
    "macros",
    "seeds",
    "signals",
    "linter",
    "external_models",
    "materializations",
    "metrics",
)


def clone(folder: Path) -> Path:
    """The project without its packages, which are installed."""
    folder.mkdir(parents=True)
    for room in ROOMS:
        source = CLONE / room
        if source.is_dir():
            shutil.copytree(source, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / room)
    return folder
