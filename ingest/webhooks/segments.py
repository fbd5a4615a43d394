"""Segments: numbered NDJSON files of received events, one line each, to which one writer appends.

A segment that has a successor never grows again. Its number gives the order, the random part of its
name makes sure that a segment is never taken for another one, whatever was deleted or restored.
Readers count lines, not bytes, so that a closed segment may be rewritten line by line.
"""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path

from ingest.configs import WebhooksSource
from ingest.sources import Source

LOCK_FILE = ".receiver.lock"
CLOSE_FILE = ".close"
NAME = re.compile(r"(\d{8})-[0-9a-f]{8}[.]ndjson")

Webhooks = Source[WebhooksSource]


def segment_folder(source: Webhooks) -> Path:
    """Where the events of a source are."""
    return (source.folder / Path(source.config.path).expanduser()).resolve() / source.name


def list_segments(folder: Path) -> list[Path]:
    """The segments of a source in the order they were written."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))


def next_segment(folder: Path) -> Path:
    """A name that no segment had before."""
    numbers = [int(path.name[:8]) for path in list_segments(folder)]
    return folder / f"{max(numbers, default=0) + 1:08d}-{secrets.token_hex(4)}.ndjson"


def lines_in(path: Path, *, is_closed: bool, size: int | None = None) -> list[str]:
    """The complete lines among the first `size` bytes of a segment.

    What follows the last line break is the rest of a write that was cut off, so never acknowledged,
    or one that goes on: it counts only where the segment is closed and the line is whole.
    """
    with path.open("rb") as file:
        *lines, tail = file.read(-1 if size is None else size).split(b"\n")
    if is_closed and _is_whole(tail):
        lines.append(tail)
    return [_text(line) for line in lines]


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _text(line: bytes) -> str:
    """Bytes that are no text are shown as such, which is no JSON, so the line will be rejected."""
    return line.decode("utf-8", "backslashreplace")
