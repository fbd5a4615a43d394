"""Durability: what was flushed survives the power cord."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def flush(path: Path) -> None:
    """Put a file, or the names in a folder, on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        flush_descriptor(descriptor)
    finally:
        os.close(descriptor)


def flush_descriptor(descriptor: int) -> None:
    """Put what was written to an open file on the disk."""
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is None:
        os.fsync(descriptor)
    else:  # macOS: fsync alone leaves the data in the drive's cache
        fcntl.fcntl(descriptor, full)
