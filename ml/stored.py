"""What the registry keeps beside models, and how files are written and told apart."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ChampionInfo:
    """The model in use for a task.

    Attributes:
        task: What it predicts.
        version: Its version.
        card: Its card; empty when that cannot be read.
        history: The champions before it, newest last.
        problem: Why it cannot be used, or None when it can.
    """

    task: str
    version: str
    card: dict[str, Any]
    history: tuple[str, ...]
    problem: str | None

    @property
    def is_usable(self) -> bool:
        """Whether scoring can use it."""
        return self.problem is None


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def write_durably(path: Path, text: str) -> None:
    """Write and flush to disk, so that a rename never shows an empty file."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def as_json(value: Any) -> str:
    """As text that is the same for the same value."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
