"""Putting a finished site in the place of the old one, in one step where the system can do it."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from patron.errors import PatronError
from patron.processes import is_of_another

MARKER = ".patron-site"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A new folder that takes the place of `out` when the block ends well; a kill changes nothing.

    Args:
        out: The site's folder.

    Raises:
        PatronError: If `out` holds something that is not a site of ours.
    """
    _check(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    new = out.parent / f".{out.name}.building-{os.getpid()}"
    new.mkdir()
    try:
        (new / MARKER).write_text(
            "Built by 'patron report build', which replaces this folder.\n", "utf-8"
        )
        yield new
        _swap(new, out)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _check(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise PatronError(
            "the site's place is not a folder", where=str(out), remedy="choose another --out"
        )
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).exists():
        raise PatronError(
            "the folder holds files that are not a site built by Patron",
            where=str(out),
            remedy="choose an empty folder with --out; the build replaces the whole folder",
        )


def _sweep(out: Path) -> None:
    """Remove what killed builds left, and bring back a site that one had put aside."""
    aside = _aside(out)
    if aside.exists() and not out.exists():
        aside.rename(out)
    shutil.rmtree(aside, ignore_errors=True)
    for left in out.parent.glob(f".{out.name}.building-*"):
        pid = left.name.rpartition("-")[2]
        if not is_of_another(pid):
            shutil.rmtree(left, ignore_errors=True)


def _swap(new: Path, out: Path) -> None:
    if not out.exists():
        new.rename(out)
    elif not _exchange(new, out):
        aside = _aside(out)
        out.rename(aside)
        new.rename(out)
        shutil.rmtree(aside, ignore_errors=True)


def _aside(out: Path) -> Path:
    return out.parent / f".{out.name}.before"


def _exchange(first: Path, second: Path) -> bool:
    """Swap two folders atomically; False where system or file system cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    one, two = os.fsencode(first), os.fsencode(second)
    with suppress(AttributeError):
        if sys.platform == "darwin":
            return bool(library.renamex_np(one, two, _RENAME_SWAP) == 0)
        return bool(library.renameat2(_AT_FDCWD, one, _AT_FDCWD, two, _RENAME_EXCHANGE) == 0)
    return False
