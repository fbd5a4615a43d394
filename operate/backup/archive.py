"""The archive: which files belong to a shop, their hashes, writing them and reading them back."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO

from operate.forget_sources import sources_of
from operate.record import now
from patron import __version__
from patron.errors import PatronError
from patron.shop import Shop

FORMAT = 1
MANIFEST = "manifest.json"
DATABASES = ("warehouse.duckdb", "state.duckdb", "published.duckdb", "monitor.duckdb")
# Beside the databases: what tells erased customers, and what was applied.
DATA_FILES = ("erasure.key", ".applied.json", "alerts.jsonl")
SHOP_FILES = ("sources.yaml", "alerts.yaml")
FOLDERS = ("artifacts",)
CHUNK = 1024**2


@dataclass(frozen=True)
class Entry:
    """One file of a backup.

    Attributes:
        path: Relative to the shop folder.
    """

    path: str
    size: int
    mode: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Attributes:
        shop: The name of the shop's folder.
        created_at: When it was made (UTC, ISO).
        entries: Its files.
    """

    shop: str
    created_at: str
    patron: str
    sqlmesh: str
    duckdb: str
    entries: tuple[Entry, ...]
    format: int = FORMAT


def files_of(shop: Shop) -> list[Path]:
    """The files that make a shop: no secrets, no exports of sources, no pages."""
    found = [shop.root / name for name in SHOP_FILES]
    found += [shop.data / name for name in (*DATABASES, *DATA_FILES)]
    for folder in (*(shop.root / name for name in FOLDERS), *_inboxes(shop)):
        found += sorted(path for path in folder.rglob("*") if _belongs(path))
    return [path for path in dict.fromkeys(found) if path.is_file() and not path.is_symlink()]


def _belongs(path: Path) -> bool:
    return not path.name.endswith((".tmp", ".lock")) and ".tmp" not in "".join(path.parts[-3:])


def _inboxes(shop: Shop) -> list[Path]:
    """Events that were acknowledged are nowhere else."""
    try:
        folders = sources_of(shop).inboxes
    except PatronError:
        return []
    return sorted(folder for folder in folders if folder.is_relative_to(shop.root))


def describe(shop: Shop) -> Manifest:
    """The manifest of a shop as it is now; whoever calls it keeps writers away."""
    entries = tuple(
        Entry(
            path.relative_to(shop.root).as_posix(),
            path.stat().st_size,
            path.stat().st_mode & 0o777,
            sha256_of(path),
        )
        for path in files_of(shop)
    )
    return Manifest(
        shop.root.name,
        now().isoformat(timespec="seconds"),
        __version__,
        version("sqlmesh"),
        version("duckdb"),
        entries,
    )


def write(shop: Shop, manifest: Manifest, target: Path) -> None:
    """Write the archive, readable by its owner alone, and put it on the disk."""
    target.unlink(missing_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive:
            text = json.dumps(asdict(manifest), indent=1).encode()
            head = tarfile.TarInfo(MANIFEST)
            head.size = len(text)
            archive.addfile(head, io.BytesIO(text))
            for entry in manifest.entries:
                archive.add(shop.root / entry.path, entry.path, recursive=False)
        file.flush()
        os.fsync(file.fileno())


def extract(path: Path, folder: Path) -> Manifest:
    """Unpack an archive into an empty folder, and check every file of it.

    Raises:
        PatronError: If it is no whole backup: nothing of it is to be used.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            manifest = _manifest(archive, path)
            wanted = {entry.path: entry for entry in manifest.entries}
            while member := archive.next():
                entry = wanted.pop(member.name, None)
                if entry is None or not member.isreg() or not _is_inside(member.name):
                    raise _damaged(path, f"it holds '{member.name}', of which it does not tell")
                stream = archive.extractfile(member)
                if stream is None or _unpack(stream, folder / entry.path, entry) != entry.sha256:
                    raise _damaged(path, f"'{member.name}' is not what was backed up")
    except (tarfile.TarError, EOFError, OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, str(error) or type(error).__name__) from error
    if wanted:
        raise _damaged(path, f"it lacks '{next(iter(wanted))}'")
    return manifest


def _manifest(archive: tarfile.TarFile, path: Path) -> Manifest:
    head = archive.next()
    stream = archive.extractfile(head) if head and head.name == MANIFEST else None
    if stream is None:
        raise _damaged(path, "it does not begin with a manifest")
    found = json.loads(stream.read())
    if found.get("format") != FORMAT:
        raise PatronError(
            f"the backup has format {found.get('format')}, this release reads {FORMAT}",
            where=str(path),
            remedy=f"restore it with the release that made it: Patron {found.get('patron')}",
        )
    entries = tuple(Entry(**entry) for entry in found.pop("entries"))
    return Manifest(**found, entries=entries)


def _unpack(stream: IO[bytes], target: Path, entry: Entry) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    target.chmod(entry.mode)
    return digest.hexdigest()


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _damaged(path: Path, why: str) -> PatronError:
    return PatronError(
        f"the backup cannot be used: {why}",
        where=str(path),
        remedy="use another one; nothing was changed",
    )


def sha256_of(path: Path) -> str:
    """The hash of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
