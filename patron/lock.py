"""One writer at a time: a lock on `data/.writer.lock`, shared with `flock(1)` in cron lines."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from patron.errors import BusyError, PatronError
from patron.shop import Shop

POLL_SECONDS = 0.2
# While it is there, a restore is unfinished, and nobody else writes.
RESTORE_FILE = ".restore.json"
_held: dict[Path, int] = {}


@contextmanager
def writer_lock(
    shop: Shop, purpose: str, wait_seconds: float = 0.0, *, restoring: bool = False
) -> Iterator[None]:
    """Hold the writer lock of a shop; nested uses in one process share it.

    Args:
        shop: Whose data is going to be written.
        purpose: The command, shown to whoever has to wait.
        wait_seconds: How long to wait for another writer before giving up.
        restoring: Whether it is a restore that is going to write.

    Raises:
        BusyError: If another process still holds the lock after the wait.
        PatronError: If a restore was interrupted.
    """
    path = shop.lock_file
    if _held.get(path):
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    is_ours = _inherited(path)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not is_ours:
            _acquire(descriptor, path, wait_seconds)
        if not restoring:
            _check_restored(path)
        _describe_holder(descriptor, purpose)
        _held[path] = os.getpid()
        try:
            yield
        finally:
            del _held[path]
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Holder:
    """Who holds a lock.

    Attributes:
        command: What it is doing.
        pid: Its process; 0 where it did not say.
        since: When it took the lock (UTC, naive); None where it did not say.
    """

    command: str
    pid: int = 0
    since: datetime | None = None

    def __str__(self) -> str:
        if self.since is None:
            return self.command
        since = self.since.replace(tzinfo=UTC).isoformat()
        return f"{self.command} (pid {self.pid}, since {since})"


def holder(shop: Shop) -> str | None:
    """Who holds the lock now, for people, or None when nobody does."""
    found = holding(shop)
    return str(found) if found else None


def holding(shop: Shop) -> Holder | None:
    """Who holds the lock now, or None when nobody does."""
    if not shop.lock_file.exists():
        return None
    descriptor = os.open(shop.lock_file, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_holder(shop.lock_file)
    else:
        return None
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise BusyError(
                    f"another process is writing: {_read_holder(path)}",
                    remedy="wait for it, or call again with --wait SECONDS",
                ) from None
            time.sleep(POLL_SECONDS)
        else:
            return


def _check_restored(path: Path) -> None:
    if path.with_name(RESTORE_FILE).exists():
        raise PatronError(
            "a restore was interrupted, so the shop is half the old and half the new",
            where=str(path.with_name(RESTORE_FILE)),
            remedy="'patron restore' without a file completes it",
        )


def _inherited(path: Path) -> bool:
    """Whether a parent such as `flock data/.writer.lock sqlmesh run` holds the lock for us."""
    with suppress(OSError):
        wanted = path.stat()
        for entry in Path("/dev/fd").iterdir():
            with suppress(OSError, ValueError):
                descriptor = int(entry.name)
                found = os.fstat(descriptor)
                if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
                    # The same open file as our parent's: this succeeds only if it is locked by it.
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return True
    return False


def _describe_holder(descriptor: int, purpose: str) -> None:
    text = json.dumps(
        {
            "pid": os.getpid(),
            "command": purpose or Path(sys.argv[0]).name,
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
    )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)


def _read_holder(path: Path) -> Holder:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(found["since"]).astimezone(UTC).replace(tzinfo=None)
        return Holder(str(found["command"]), int(found["pid"]), since)
    except (OSError, ValueError, KeyError, TypeError):
        return Holder("a process that did not say its name")
