"""Whether the project's files are those that production was last found to be made of.

Reading 150 models to see that none has changed costs more than building a day of a small shop.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from operate.guard import SUPPORTED_SQLMESH
from patron.shop import Shop

FILE = ".applied.json"
PARTS = (
    "audits",
    "contracts",
    "external_models",
    "ingest",
    "linter",
    "macros",
    "materializations",
    "metrics",
    "ml",
    "models",
    "seeds",
    "signals",
)
SUFFIXES = {".sql", ".py", ".yaml", ".yml", ".csv", ".json"}


def is_known(shop: Shop, plan_id: str, files: str) -> bool:
    """Whether production, as planned, was found to be the same as these files."""
    try:
        found = json.loads((shop.data / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(found == {"plan_id": plan_id, "files": files})


def remember(shop: Shop, plan_id: str, files: str) -> None:
    """Production, as planned now, is the same as the files that were read."""
    text = json.dumps({"plan_id": plan_id, "files": files})
    fresh = shop.data / f"{FILE}.tmp"
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(shop.data / FILE)


def digest(project: Path) -> str:
    """A hash of all that models are made of: files, settings, and the programs that read them."""
    found = hashlib.sha256(f"{SUPPORTED_SQLMESH} {sys.version}".encode())
    for name, value in sorted(os.environ.items()):
        if name.startswith("PATRON_"):
            found.update(f"\0{name}={value}".encode())
    for path in _files(project):
        found.update(f"\0{path.relative_to(project)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def _files(project: Path) -> Iterator[Path]:
    yield project / "config.yaml"
    for part in PARTS:
        yield from sorted(path for path in (project / part).rglob("*") if path.suffix in SUFFIXES)
