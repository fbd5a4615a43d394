"""Bringing a backup back: checked as a whole first, then put in place by renames.

What is to be renamed is written down before the first rename. From then on the shop is the one of
the backup: whoever comes to write is told to finish, and `patron restore` goes on where it stopped.
A kill before that leaves the shop as it was.
"""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from operate.backup.archive import DATABASES, FOLDERS, Manifest, extract
from operate.monitor.store import alone
from patron.durable import flush
from patron.errors import PatronError, UsageError
from patron.lock import RESTORE_FILE, writer_lock
from patron.shop import Shop
from patron.warehouse import connect

STAGING = "data/.restoring"
PURPOSE = "patron restore"
KEY = "data/erasure.key"
_ERASURES = "SELECT customer_hash, requested_at FROM raw.erasures"


@dataclass(frozen=True)
class Restored:
    """What was done.

    Attributes:
        created_at: When the backup was made; None where an interrupted restore was finished.
        files: How many files were put in place.
        forgotten: How many customers, erased since the backup, were erased again.
    """

    created_at: str | None
    files: int
    forgotten: int


def restore(shop: Shop, path: Path | None, *, agreed: bool, wait_seconds: float = 0.0) -> Restored:
    """Put a backup in the place of a shop, or finish a restore that was interrupted.

    Args:
        shop: Which shop; its folder may be empty.
        path: The backup; None to finish what was begun.
        agreed: Whether a shop that is there may be replaced.
        wait_seconds: How long to wait for another writer.

    Raises:
        PatronError: If the backup is damaged, or the shop is in use; then nothing was changed.
    """
    journal = shop.data / RESTORE_FILE
    shop.data.mkdir(parents=True, exist_ok=True)
    with writer_lock(shop, PURPOSE, wait_seconds, restoring=True), alone(shop, restoring=True):
        if journal.exists():
            return _finish(shop, None)
        if path is None:
            raise UsageError("name a backup", remedy="no restore was interrupted")
        _check_free(shop, agreed=agreed, wait_seconds=wait_seconds)
        staging = shop.root / STAGING
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True, mode=0o700)
        try:
            manifest = extract(path, staging)
            again = _erased_since(shop, staging)
            _check_databases(staging)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        _write_journal(journal, _plan(shop, manifest, again))
        return _finish(shop, manifest.created_at)


def _check_free(shop: Shop, *, agreed: bool, wait_seconds: float) -> None:
    there = [path for path in (shop.warehouse, shop.state) if path.exists()]
    there += [shop.artifacts] if any(shop.artifacts.rglob("*.json")) else []
    if there and not agreed:
        raise PatronError(
            "the shop is not empty",
            where=str(shop.root),
            remedy="add --yes to replace what it has by the backup, or restore into another folder",
        )
    for path in (shop.warehouse, shop.state):
        if path.exists():
            try:
                connect(path, wait_seconds=wait_seconds).close()
            except PatronError as error:
                if error.exit_code != 1:
                    raise  # in use; a damaged one is what is to be replaced


def _check_databases(staging: Path) -> None:
    """The databases open, so they are of a DuckDB that this one can read."""
    for name in DATABASES:
        path = staging / "data" / name
        if path.exists():
            connect(path, read_only=True).close()


def _plan(shop: Shop, manifest: Manifest, again: dict[str, str]) -> dict[str, Any]:
    """What is put in place and what goes: the rest of the shop folder stays."""
    kept = {entry.path for entry in manifest.entries}
    old = [f"data/{name}{end}" for name in DATABASES for end in ("", ".wal")]
    old += ["data/reports.cache", "data/.cycle.json", "data/.applied.json"]
    for folder in FOLDERS:
        found = (shop.root / folder).rglob("*")
        old += [path.relative_to(shop.root).as_posix() for path in found if path.is_file()]
    return {
        "put": sorted(kept),
        "remove": sorted(set(old) - kept),
        "forget": again,
        "created_at": manifest.created_at,
    }


def _write_journal(path: Path, plan: dict[str, Any]) -> None:
    draft = path.with_name(f"{path.name}.tmp")
    draft.write_text(json.dumps(plan), encoding="utf-8")
    flush(draft)
    draft.replace(path)
    flush(path.parent)


def _finish(shop: Shop, created_at: str | None) -> Restored:
    """Everything that the journal says; what was done already is passed over."""
    journal = shop.data / RESTORE_FILE
    plan = json.loads(journal.read_text(encoding="utf-8"))
    staging = shop.root / STAGING
    for name in plan["remove"]:
        (shop.root / name).unlink(missing_ok=True)
    for name in plan["put"]:
        target = shop.root / name
        if (staging / name).exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            (staging / name).replace(target)
    shutil.rmtree(staging, ignore_errors=True)
    flush(shop.data)
    forgotten = _forget_again(shop, plan["forget"])
    journal.unlink()
    flush(shop.data)
    return Restored(created_at, len(plan["put"]), forgotten)


def _erased_since(shop: Shop, staging: Path) -> dict[str, str]:
    """Hashes of those whom this shop erased and the backup still knows, with when they asked.

    The key stays: it is made once, at the first erasure, and the backup may be older.
    """
    now_erased = _erasures(shop.warehouse)
    if not now_erased:
        return {}
    key, saved = shop.root / KEY, staging / KEY
    if not key.exists():
        raise PatronError(
            "customers were erased, and the key that recognises them is missing",
            where=str(key),
            remedy="bring the key back first, or restore into an empty folder",
        )
    if saved.exists() and saved.read_bytes() != key.read_bytes():
        raise PatronError(
            "the backup is of another shop: erased customers have another key there",
            where=str(saved.name),
            remedy="restore it into an empty folder",
        )
    then_erased = _erasures(staging / "data" / "warehouse.duckdb")
    return {one: when for one, when in now_erased.items() if one not in then_erased}


def _erasures(warehouse: Path) -> dict[str, str]:
    if not warehouse.exists():
        return {}
    try:
        with closing(connect(warehouse, read_only=True)) as connection:
            rows = connection.execute(_ERASURES).fetchall()
    except (duckdb.Error, PatronError):
        return {}
    return {str(one): when.isoformat() for one, when in rows}


def _forget_again(shop: Shop, hashes: dict[str, str]) -> int:
    """Erase the customers again whom the backup brought back."""
    if not hashes:
        return 0
    from ingest.erasure import read_key
    from operate.forget import forget
    from operate.forget_people import all_ids

    names = read_key(shop)
    with closing(connect(shop.warehouse, read_only=True)) as connection:
        known = all_ids(connection)
    asked = {
        one: datetime.fromisoformat(hashes[hashed])
        for one in known
        if (hashed := names.hash_of(one)) in hashes
    }
    if not asked:
        return 0
    done = forget(shop, asked)
    if done.problem:
        raise done.problem
    return done.customers
