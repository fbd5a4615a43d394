"""A staged file: what one extraction of a source has read, until all of it is loaded."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingest.airbyte.extraction import Request
from patron.shop import Shop
from patron.sql import identifier

FOLDER = "staged"
# A load that was interrupted goes on with what it had read; later, the source is read again.
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class StagedStream:
    """One stream of a connector in a staged file."""

    name: str
    is_incremental: bool
    state_before: Any
    state_after: Any


class Stage:
    """The staged file of one source, with a note beside it of what it is and what was loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._note = path.with_suffix(".json")

    def describe(self, request: Request, loads: list[str]) -> None:
        """Note what the file that is going to be written is for."""
        self.remove()
        self._write({"request": _fingerprint(request), "loads": loads, "loaded": []})

    def serves(self, request: Request, reached: dict[str, dict[str, Any]]) -> bool:
        """Whether a load can go on with this file instead of reading the source again.

        Args:
            request: What would be extracted.
            reached: The streams to be loaded, with the states up to which they are.
        """
        if not self.path.exists() or time.time() - self.path.stat().st_mtime > KEPT_SECONDS:
            return False
        note = self._read()
        if note.get("request") != _fingerprint(request):
            return False
        waiting = set(note["loads"]) - set(note["loaded"])
        if not set(reached) <= set(note["loads"]) or waiting.isdisjoint(reached):
            return False
        moving = {s.name.lower(): s for s in self.streams() if s.is_incremental}
        return all(
            state in (moving[name].state_before, moving[name].state_after)
            for states in reached.values()
            for name, state in states.items()
            if name in moving
        )

    def streams(self) -> list[StagedStream]:
        """The connector's streams in the file."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            rows = connection.execute(
                "SELECT name, is_incremental, state_before, state_after FROM _patron.streams"
            ).fetchall()
        return [
            StagedStream(name, moves, *(state and json.loads(state) for state in states))
            for name, moves, *states in rows
        ]

    def loaded(self, stream: str) -> None:
        """Note that a stream is in the warehouse; after the last one the file goes."""
        note = self._read()
        note["loaded"] = sorted({*note.get("loaded", ()), stream})
        if set(note.get("loads", ())) <= set(note["loaded"]):
            self.remove()
        else:
            self._write(note)

    def remove(self) -> None:
        """Delete the file and its note."""
        for path in (self.path, self._note):
            path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, note: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._note.write_text(json.dumps(note), encoding="utf-8")


def stage_of(shop: Shop, source_name: str) -> Stage:
    """Where a source's extraction is kept until it is loaded."""
    return Stage(shop.data / FOLDER / f"{source_name}.duckdb")


def attached(name: str) -> str:
    """The quoted name under which a source's file is attached."""
    return identifier(f"staged {name}")


def _fingerprint(request: Request) -> str:
    """Changes when connector, settings or streams do."""
    job = request.job(Path())
    described = [job[key] for key in ("command", "config", "streams", "perhaps", "full_refresh")]
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    if request.manifest:
        digest.update(request.manifest.read_bytes())
    return digest.hexdigest()
