"""Unpacking a zip archive into a temporary folder of the shop."""

from __future__ import annotations

import calendar
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from ingest.temporary import private_folder
from patron.errors import PatronError
from patron.shop import Shop


@contextmanager
def unpacked(shop: Shop, archive: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """The data files of an archive in a folder that is deleted afterwards.

    Only files with these suffixes are taken. A member whose name would lead out of the folder is
    refused, and so is an archive that does not fit on the disk.
    """
    with private_folder(shop) as folder:
        _unpack(archive, folder, suffixes)
        yield folder


def _unpack(archive: Path, folder: Path, suffixes: tuple[str, ...]) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [m for m in opened.infolist() if m.filename.lower().endswith(suffixes)]
            _check_space(archive, folder, sum(member.file_size for member in members))
            for member in members:
                target = _target(archive, folder, member.filename)
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(member) as content, target.open("wb") as file:
                    shutil.copyfileobj(content, file, 1 << 20)
                modified = calendar.timegm((*member.date_time, 0, 0, 0))
                os.utime(target, (modified, modified))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise PatronError(
            f"the archive cannot be unpacked: {error}",
            where=str(archive),
            remedy="check that the file is complete and not encrypted",
        ) from error


def _target(archive: Path, folder: Path, name: str) -> Path:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0]:
        raise PatronError(
            f"the archive holds a file with an unsafe name: {name}",
            where=str(archive),
            remedy="do not use this archive; it tries to write outside its folder",
        )
    return folder.joinpath(*parts)


def _check_space(archive: Path, folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise PatronError(
            f"the archive needs {needed:,} bytes unpacked, {free:,} are free",
            where=str(archive),
            remedy="free some disk space",
        )
