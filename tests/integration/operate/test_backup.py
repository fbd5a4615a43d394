"""Backing up and bringing back: whole or not at all, whoever is killed; nobody is resurrected."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from forgettable import HER_ID, where_she_is, write_shop
from stock import CLONE, Stock

from ingest.run import ingest_all
from operate.backup.archive import extract
from operate.backup.bring_back import restore
from operate.backup.save import save
from operate.forget import forget, whom
from operate.transform import run_prod
from patron.cli import patron
from patron.errors import BusyError, PatronError
from patron.lock import writer_lock
from patron.shop import Shop
from tests.support.another import DATABASE, another
from tests.support.forks import forks

# Restores a backup and kills itself with SIGKILL before the given rename of a file.
KILLED_RESTORE = """
import os, signal, sys
from pathlib import Path
from operate.backup import bring_back
from patron.shop import find_shop

left, rename = int(sys.argv[3]), Path.replace

def counting(self, target):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, target)

Path.replace = counting
bring_back.restore(find_shop(sys.argv[1]), Path(sys.argv[2]), agreed=True)
print(left)
"""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_SHOP", "unset")


@pytest.fixture
def shop(planned: Stock) -> Shop:
    """The small project's shop, with a model and secrets."""
    (planned.shop / "sources.yaml").write_text("sources: {}\n", encoding="utf-8")
    (planned.shop / ".env").write_text("SECRET=1\n", encoding="utf-8")
    folder = planned.shop / "artifacts" / "models" / "churn" / "one"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text("{}", encoding="utf-8")
    return Shop(planned.shop, planned.project)


def call(shop: Path, *arguments: str) -> Result:
    return CliRunner().invoke(patron, ["--shop", str(shop), *arguments])


def hashes(shop: Shop) -> dict[str, str]:
    """Every file of a shop that a backup holds."""
    paths = [shop.warehouse, shop.state, shop.published, shop.data / "monitor.duckdb"]
    paths += [shop.sources_file, *shop.artifacts.rglob("*.json")]
    return {
        path.relative_to(shop.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.exists()
    }


def change(shop: Shop) -> None:
    """Make the shop another one than was backed up."""
    with duckdb.connect(str(shop.warehouse)) as connection:
        connection.execute("DELETE FROM source.sales; CHECKPOINT")
    shop.published.write_bytes(b"damaged")
    newer = shop.artifacts / "models" / "churn" / "two"
    newer.mkdir()
    (newer / "card.json").write_text("{}", encoding="utf-8")


def test_a_backup_brings_the_same_bytes_back_into_an_empty_folder(
    shop: Shop, tmp_path: Path, planned: Stock
) -> None:
    ended = call(shop.root, "backup", str(tmp_path / "kept"))
    assert ended.exit_code == 0, ended.output
    (path,) = (tmp_path / "kept").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    with tarfile.open(path) as archive:
        assert not any(".env" in name or ".lock" in name for name in archive.getnames())
    expected = hashes(shop)
    other = Shop(tmp_path / "other", shop.project)
    assert call(other.root, "restore", str(path)).exit_code == 0
    assert hashes(other) == expected
    assert {path.name for path in other.data.iterdir()} <= {
        *(Path(name).name for name in expected), ".writer.lock", ".monitor.lock"
    }  # fmt: skip
    ended_run = Stock(planned.project, other.root).sqlmesh("2025-01-12T01:00", "run", "prod")
    assert ended_run.code == 0, ended_run.err


def test_a_shop_that_is_there_is_replaced_only_when_asked(shop: Shop, tmp_path: Path) -> None:
    path, expected = save(shop, tmp_path / "kept").path, hashes(shop)
    change(shop)
    before = hashes(shop)
    ended = call(shop.root, "restore", str(path))
    assert isinstance(ended.exception, PatronError)
    assert "--yes" in str(ended.exception)
    assert hashes(shop) == before
    assert call(shop.root, "restore", str(path), "--yes").exit_code == 0
    assert hashes(shop) == expected
    assert (shop.root / ".env").exists(), "what no backup holds stays"


def test_older_backups_of_the_same_shop_make_room(shop: Shop, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    old = [kept / f"shop-2024010{day}T000000.patron.tar.gz" for day in (1, 2, 3)]
    foreign = kept / "shop-two-20240101T000000.patron.tar.gz"
    for path in (*old, foreign):
        path.touch()
    saved = save(shop, kept, keep=2)
    assert saved.removed == tuple(old[:2])
    assert set(kept.iterdir()) == {old[2], foreign, saved.path}


def test_nothing_is_backed_up_while_somebody_writes(shop: Shop, tmp_path: Path) -> None:
    with another(DATABASE, shop.warehouse), pytest.raises(BusyError):
        save(shop, tmp_path / "kept")
    with writer_lock(shop, "a load"):
        done = subprocess.run(
            [sys.executable, "-c", "from patron.cli import main; main()", "--shop",
             str(shop.root), "backup", str(tmp_path / "kept")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 75
    assert not list((tmp_path / "kept").glob("*"))


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _exchange(path: Path) -> None:
    """Another content under the same manifest."""
    _rewritten(path, lambda name, data: (name, b"sources: {x: 1}" if "sources" in name else data))


def _escape(path: Path) -> None:
    """A file that would be written outside of the shop."""

    def outside(name: str, data: bytes) -> tuple[str, bytes]:
        text = data.replace(b'"sources.yaml"', b'"../sources.yaml"')
        return name.replace("sources.yaml", "../sources.yaml"), text

    _rewritten(path, outside)


def _rewritten(path: Path, changed: Callable[[str, bytes], tuple[str, bytes]]) -> None:
    with tarfile.open(path) as archive:
        files = [
            (member.name, stream.read())
            for member in archive
            if (stream := archive.extractfile(member))
        ]
    with tarfile.open(path, "w:gz") as archive:
        for name, data in (changed(name, data) for name, data in files):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


@pytest.mark.parametrize("damage", [_flip, _truncate, _exchange, _escape])
def test_a_damaged_backup_changes_nothing(
    shop: Shop, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = save(shop, tmp_path / "kept").path
    damage(path)
    before = hashes(shop)
    with pytest.raises(PatronError, match="the backup cannot be used"):
        restore(shop, path, agreed=True)
    assert hashes(shop) == before
    assert not (shop.data / ".restoring").exists()
    assert not (shop.root.parent / "sources.yaml").exists()


def test_a_manifest_of_another_format_is_refused(shop: Shop, tmp_path: Path) -> None:
    path = save(shop, tmp_path / "kept").path

    def newer(name: str, data: bytes) -> tuple[str, bytes]:
        if name != "manifest.json":
            return name, data
        return name, json.dumps(json.loads(data) | {"format": 99}).encode()

    _rewritten(path, newer)
    with pytest.raises(PatronError, match="has format 99"):
        extract(path, tmp_path / "unpacked")


def test_a_killed_restore_leaves_the_old_shop_or_is_completed(shop: Shop, tmp_path: Path) -> None:
    path, expected = save(shop, tmp_path / "kept").path, hashes(shop)
    change(shop)
    saved = tmp_path / "saved"
    shutil.copytree(shop.root, saved)
    before = hashes(shop)
    states = set()
    # The first rename is that of the journal, then one for each file.
    for number in range(1, len(expected) + 2):
        shutil.rmtree(shop.root)
        shutil.copytree(saved, shop.root)
        program = ("-c", KILLED_RESTORE, str(shop.root), str(path), str(number))
        done = forks().run(program, shop.project, os.environ, seconds=300)
        assert done.returncode == -signal.SIGKILL, done.stderr
        if hashes(shop) == before:
            states.add("old")
            with writer_lock(shop, "a run"):
                """The old shop goes on."""
            continue
        states.add("between")
        with pytest.raises(PatronError, match="a restore was interrupted"), writer_lock(shop, "x"):
            pytest.fail("nobody writes into half a shop")
        ended = call(shop.root, "restore")
        assert ended.exit_code == 0, ended.output
        assert hashes(shop) == expected
    assert states == {"old", "between"}


def test_whoever_was_erased_since_the_backup_stays_erased(tmp_path: Path) -> None:
    shop = write_shop(tmp_path / "shop")
    ingest_all(shop)
    path = save(shop, tmp_path / "kept").path
    forget(shop, whom(shop, [HER_ID], requested=False))
    assert where_she_is(shop.root) == []
    done = restore(shop, path, agreed=True)
    assert done.forgotten == 1
    assert where_she_is(shop.root) == []
    ingest_all(shop)
    with duckdb.connect(str(shop.warehouse), read_only=True) as connection:
        found = connection.execute(
            "SELECT count(*) FROM raw.customers WHERE customer_id = ?", [HER_ID]
        ).fetchall()
    assert found == [(0,)], "and at the next load"


def test_rollback_shows_the_tables_of_before_without_building_them(planned: Stock) -> None:
    """What docs/operations.md says about going back: the files of before, and a plan."""
    model = next((planned.project / "models" / "marts").glob("mart_*.sql"))
    before, shown = model.read_text(encoding="utf-8"), planned.tables()
    name = f"marts.{model.stem}"
    plan = ("plan", "prod", "--auto-apply", "--skip-tests")
    last_select = before.rindex("SELECT")
    model.write_text(
        before[:last_select] + before[last_select:].replace("SELECT", "SELECT 1 AS mistake,", 1),
        encoding="utf-8",
    )
    assert planned.sqlmesh("2025-01-11T02:00", *plan).code == 0
    columns = f"SELECT COUNT(*) FROM (DESCRIBE {name}) WHERE column_name = 'mistake'"
    assert planned.rows(columns) == planned.published_rows(columns) == [(1,)]
    batches = f"SELECT COUNT(*) FROM quality.model_runs WHERE model = '{name}'"
    (built,) = planned.rows(batches)

    model.write_text(before, encoding="utf-8")
    ended = planned.sqlmesh("2025-01-11T03:00", *plan)
    assert ended.code == 0, ended.out + ended.err
    assert planned.rows(columns) == planned.published_rows(columns) == [(0,)]
    assert planned.tables() == shown
    assert planned.rows(batches) == [built], "the old table was still there"


def test_production_of_a_restored_shop_is_that_of_its_files(shop: Shop, tmp_path: Path) -> None:
    path = save(shop, tmp_path / "kept").path
    restore(shop, path, agreed=True)
    result = run_prod(shop, "2025-01-11T05:00:00")
    assert result.models == ()
    assert not result.unapplied_changes
    assert shop.project != CLONE
