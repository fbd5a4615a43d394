"""Making a backup: everything at one moment, under the writer lock."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from operate.backup.archive import DATABASES, describe, files_of, write
from operate.monitor.store import alone
from operate.record import now
from patron.durable import flush
from patron.errors import PatronError
from patron.lock import writer_lock
from patron.shop import Shop
from patron.warehouse import connect

FOLDER = "backups"
SUFFIX = ".patron.tar.gz"
_STAMP = r"-\d{8}T\d{6}"


@dataclass(frozen=True)
class Saved:
    """A backup that was made.

    Attributes:
        path: Where it is.
        size: Its bytes.
        files: How many files it holds.
        removed: Older ones that made room.
    """

    path: Path
    size: int
    files: int
    removed: tuple[Path, ...]


def save(
    shop: Shop, folder: Path | None = None, *, keep: int | None = None, wait_seconds: float = 0.0
) -> Saved:
    """Write a backup beside the older ones.

    Args:
        shop: Which shop.
        folder: Where to; `backups/` in the shop folder by default.
        keep: How many of this shop to keep there, this one included; all by default.
        wait_seconds: How long to wait for another writer.

    Raises:
        PatronError: If there is nothing to back up, or no room; nothing is left half written.
    """
    target_folder = folder or shop.root / FOLDER
    with writer_lock(shop, "patron backup", wait_seconds), alone(shop), _quiet(shop, wait_seconds):
        _check(shop, target_folder)
        target_folder.mkdir(parents=True, exist_ok=True)
        name = f"{shop.root.name}-{now():%Y%m%dT%H%M%S}{SUFFIX}"
        draft, target = target_folder / f".{name}.tmp", target_folder / name
        try:
            manifest = describe(shop)
            write(shop, manifest, draft)
            draft.replace(target)
            flush(target_folder)
        finally:
            draft.unlink(missing_ok=True)
    removed = _remove_older(shop, target_folder, keep) if keep else ()
    return Saved(target, target.stat().st_size, len(manifest.entries), removed)


def backups_of(shop: Shop, folder: Path) -> list[Path]:
    """The backups of a shop in a folder, oldest first."""
    named = re.compile(re.escape(shop.root.name) + _STAMP + re.escape(SUFFIX))
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if named.fullmatch(path.name))


def _remove_older(shop: Shop, folder: Path, keep: int) -> tuple[Path, ...]:
    older = backups_of(shop, folder)[:-keep]
    for path in older:
        path.unlink()
    return tuple(older)


@contextmanager
def _quiet(shop: Shop, wait_seconds: float) -> Iterator[None]:
    """Bring logs into the databases, then keep them open to read, so that nobody writes."""
    with ExitStack() as stack:
        for path in (shop.data / name for name in DATABASES):
            if not path.exists():
                continue
            if path != shop.published:
                with closing(connect(path, wait_seconds=wait_seconds)) as connection:
                    connection.execute("CHECKPOINT")
            stack.enter_context(closing(connect(path, read_only=True, wait_seconds=wait_seconds)))
        yield


def _check(shop: Shop, folder: Path) -> None:
    if not shop.warehouse.exists():
        raise PatronError(
            "nothing was loaded yet, so there is nothing to back up",
            where=str(shop.warehouse),
            remedy="name the shop with --shop",
        )
    place = next(path for path in (folder, *folder.parents) if path.exists())
    needed, free = (
        sum(path.stat().st_size for path in files_of(shop)),
        shutil.disk_usage(place).free,
    )
    if needed > free:
        raise PatronError(
            f"a backup may need {needed:,} bytes, {free:,} are free",
            where=str(folder),
            remedy="make room, or name another folder",
        )
