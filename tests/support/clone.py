"""A copy of the project that a test may change."""

from __future__ import annotations

import shutil
import sys
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
    "contracts",
)


def clone(folder: Path) -> Path:
    """The project without its packages, which are installed."""
    forget_macros()
    folder.mkdir(parents=True)
    for room in ROOMS:
        source = CLONE / room
        if source.is_dir():
            shutil.copytree(source, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / room)
    return folder


def forget_macros(*, but_of: Path | None = None) -> None:
    """Unload modules of macros, where given all but those of one project.

    SQLMesh imports each macro anew, but what the macros import from each other only once: a
    process that loads a second project would use those of the first.
    """
    for name, module in list(sys.modules.items()):
        if name == "macros" or name.startswith("macros."):
            file = getattr(module, "__file__", None)
            if but_of is None or not file or not Path(file).is_relative_to(but_of):
                sys.modules.pop(name)
