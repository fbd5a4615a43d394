"""Taking persons out of the files of a shop folder: landed exports, and the simulator's truth."""

from __future__ import annotations

import gzip
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from operate import forget_parquet
from operate.forget_fresh import DRAFT_SUFFIX
from operate.forget_text import TEXT_SUFFIXES, clean_stream
from operate.forget_values import Cleaner
from patron.durable import flush
from patron.shop import Shop

SKIPPED_FOLDERS = frozenset(
    {".git", ".venv", ".venv-airbyte", ".cache", "__pycache__", "node_modules"}
)


def shop_files(shop: Shop, skip: frozenset[Path] = frozenset()) -> list[Path]:
    """Every file of the shop folder, and none of the tools' own folders."""
    found = []
    for folder, names, files in os.walk(shop.root):
        names[:] = sorted(
            n for n in names if n not in SKIPPED_FOLDERS and Path(folder, n) not in skip
        )
        found += [Path(folder, name) for name in sorted(files)]
    return [path for path in found if path.is_file() and not path.is_symlink()]


def clean_file(cleaner: Cleaner, path: Path) -> bool:
    """Take persons out of a file of a known kind; whether it held any.

    The new file is written beside the old one and renamed, with the same times and rights, so a
    kill leaves one of them.
    """
    if not _is_known(path.name):
        return False
    draft = path.with_name(path.name + DRAFT_SUFFIX)
    try:
        if not _write_clean(cleaner, path, draft):
            return False
        shutil.copystat(path, draft)
        flush(draft)
        draft.replace(path)
        flush(path.parent)
        return True
    finally:
        draft.unlink(missing_ok=True)


def remove_drafts(shop: Shop) -> None:
    """Delete what a killed erasure left half written."""
    for path in shop_files(shop):
        if path.name.endswith(DRAFT_SUFFIX):
            path.unlink()


def opened(path: Path) -> IO[bytes]:
    """A file to read, unpacked if it is packed by gzip."""
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def text_suffix(name: str) -> str | None:
    """The suffix by which a text is read; None for what is no text."""
    plain = name.lower().removesuffix(".gz")
    return next((suffix for suffix in TEXT_SUFFIXES if plain.endswith(suffix)), None)


def _is_known(name: str) -> bool:
    lowered = name.lower()
    return text_suffix(name) is not None or lowered.endswith((".parquet", ".zip"))


def _write_clean(cleaner: Cleaner, path: Path, draft: Path) -> bool:
    """Write the cleaned file; whether it differs."""
    suffix = text_suffix(path.name)
    if suffix is None:
        write = forget_parquet.write_clean if path.name.lower().endswith(".parquet") else _write_zip
        return write(cleaner, path, draft)
    with opened(path) as source:
        if not any(cleaner.may_hold(part) for part in chunks(source)):
            return False
        source.seek(0)
        with _created(draft, path.suffix.lower() == ".gz") as target:
            return clean_stream(cleaner, suffix, source, target)


def chunks(source: IO[bytes], size: int = 1 << 22) -> Iterator[bytes]:
    """A file in pieces that overlap, so that nothing searched for is cut in two."""
    tail = b""
    while block := source.read(size):
        yield tail + block
        tail = block[-1024:]


def _created(path: Path, is_packed: bool) -> IO[bytes]:
    if is_packed:
        return cast("IO[bytes]", gzip.open(path, "wb"))
    return path.open("wb")


def _write_zip(cleaner: Cleaner, path: Path, draft: Path) -> bool:
    """The archive with its members cleaned; their names and times stay."""
    if not zipfile.is_zipfile(path):
        return False
    changed = False
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(draft, "w") as after:
        for member in before.infolist():
            suffix = text_suffix(member.filename)
            with before.open(member) as source, after.open(member, "w", force_zip64=True) as target:
                if suffix is None or member.filename.lower().endswith(".gz"):
                    shutil.copyfileobj(source, target)
                else:
                    changed |= clean_stream(cleaner, suffix, source, target)
    return changed
