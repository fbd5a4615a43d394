"""Changing what received events say, for erasure; streams still continue where they were."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from ingest.webhooks.segments import CLOSE_FILE, lines_in, list_segments
from ingest.webhooks.writer import receiver_runs
from patron.durable import flush
from patron.errors import BusyError

POLL_SECONDS = 0.1


def rewrite_segments(folder: Path, change: Callable[[str], str], wait_seconds: float = 10.0) -> int:
    """Change the lines of all segments that are there now. Callers hold the writer lock.

    A line may become empty, but stays a line: readers count them. Each segment is replaced at once;
    after a kill the same call completes the work.

    Args:
        folder: The segments of one source.
        change: Gives the new text of a line.
        wait_seconds: How long a running receiver may take to close the segment it writes.

    Returns:
        How many lines have changed.

    Raises:
        BusyError: If the receiver does not close its segment.
    """
    segments = list_segments(folder)
    if segments and receiver_runs(folder):
        _close_current(folder, wait_seconds)
    return sum(_rewrite(path, change) for path in segments)


def _close_current(folder: Path, wait_seconds: float) -> None:
    request = folder / CLOSE_FILE
    request.touch(mode=0o600)
    deadline = time.monotonic() + wait_seconds
    while request.exists() and receiver_runs(folder):
        if time.monotonic() >= deadline:
            raise BusyError(
                "the receiver of webhooks does not close the segment it writes",
                where=str(folder),
                remedy="stop 'patron ingest serve', then call again",
            )
        time.sleep(POLL_SECONDS)
    request.unlink(missing_ok=True)


def _rewrite(path: Path, change: Callable[[str], str]) -> int:
    before = lines_in(path, is_closed=True)
    after = [change(line).replace("\n", " ") for line in before]
    changed = sum(one != other for one, other in zip(before, after, strict=True))
    content = "".join(f"{line}\n" for line in after).encode()
    if changed or len(content) != path.stat().st_size:
        _replace(path, content)
    return changed


def _replace(path: Path, content: bytes) -> None:
    facts = path.stat()
    fresh = path.with_name(f".{path.name}.tmp")
    fresh.unlink(missing_ok=True)
    with open(fresh, "xb", opener=_private) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.utime(fresh, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    fresh.replace(path)
    flush(path.parent)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
