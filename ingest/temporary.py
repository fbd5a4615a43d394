"""Folders that only this process reads and that are gone afterwards, also when it was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from patron.processes import is_of_another
from patron.shop import Shop

PREFIX = ".ingest-"


@contextmanager
def private_folder(shop: Shop) -> Iterator[Path]:
    """A folder of the shop that only its owner can read, deleted afterwards."""
    shop.data.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=shop.data))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(shop: Shop) -> None:
    """Delete what killed processes left behind. Callers hold the writer lock."""
    for folder in shop.data.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if not is_of_another(owner):
            shutil.rmtree(folder, ignore_errors=True)
