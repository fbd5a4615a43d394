"""Appending to segments: what `append` has returned from survives the power cord."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

from ingest.webhooks.segments import CLOSE_FILE, LOCK_FILE, next_segment
from patron.durable import flush, flush_descriptor
from patron.errors import BusyError

SEGMENT_BYTES = 16_000_000
SEGMENT_SECONDS = 3600.0


class SegmentWriter:
    """The one writer of a folder of segments; always begins a new one.

    Raises:
        BusyError: If another process writes there.
    """

    def __init__(
        self,
        folder: Path,
        segment_bytes: int = SEGMENT_BYTES,
        segment_seconds: float = SEGMENT_SECONDS,
    ) -> None:
        self._folder = folder
        self._limits = segment_bytes, segment_seconds
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        flush(folder.parent)
        self._lock = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        self._segment: Path | None = None
        self._descriptor = -1
        self._size, self._began = 0, 0.0
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise BusyError(
                "another receiver writes the events of this source",
                where=str(folder),
                remedy="stop it first, or serve other sources with --source",
            ) from None

    def append(self, data: bytes) -> None:
        """Write whole lines and wait until they are on disk.

        Raises:
            OSError: If they are not; then what is in the segment of them was never acknowledged.
        """
        self._close_if_due()
        if self._segment is None:
            self._open()
        try:
            _write(self._descriptor, data)
            flush_descriptor(self._descriptor)
        except OSError:
            self._abandon()
            raise
        self._size += len(data)

    def tick(self) -> None:
        """Close a segment that is old, or that somebody asks to be closed. Call now and then."""
        self._close_if_due()
        request = self._folder / CLOSE_FILE
        if request.exists():
            self._close_segment()
            request.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the segment and let go of the folder."""
        self._close_segment()
        os.close(self._lock)

    def _close_if_due(self) -> None:
        size, seconds = self._limits
        if self._size >= size or time.monotonic() - self._began >= seconds:
            self._close_segment()

    def _open(self) -> None:
        segment = next_segment(self._folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._descriptor = os.open(segment, flags, 0o600)
        self._segment, self._size, self._began = segment, 0, time.monotonic()
        try:
            flush(self._folder)
        except OSError:
            self._abandon()
            raise

    def _abandon(self) -> None:
        """After a failed write nothing may be appended: the next one begins a new segment.

        Nothing is cut off either, because a reader may have counted the lines. A segment of which
        nothing was acknowledged goes, so that a full disk does not fill with remains.
        """
        segment, acknowledged = self._segment, self._size
        self._close_segment()
        if segment and not acknowledged:
            segment.unlink(missing_ok=True)

    def _close_segment(self) -> None:
        if self._segment is not None:
            os.close(self._descriptor)
        self._segment, self._size = None, 0


def receiver_runs(folder: Path) -> bool:
    """Whether somebody writes segments there now."""
    if not (folder / LOCK_FILE).exists():
        return False
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def is_full(error: OSError) -> bool:
    """Whether the disk, or somebody's share of it, has no room left."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
