"""Kill -9 at any moment of an Airbyte load: rows and place move together or not at all."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
import yaml

from ingest.loaders.airbyte import stage_due
from ingest.run import chosen, ingest_all, prepare
from patron.shop import Shop
from patron.warehouse import writing
from tests.support.airbyte import campaign, campaigns, fake, install_airbyte, source
from tests.support.depth import kills

pytestmark = pytest.mark.slow

ROWS = 30_000
INGEST = (
    "from ingest.run import ingest_all; from patron.shop import find_shop; "
    "print(flush=True); ingest_all(find_shop()); print(flush=True)"
)
SPEND = """
SELECT updated_at AS spend_date, channel, id AS campaign_id, budget AS spend_amount FROM campaigns
"""
STREAMS = ("campaigns", "marketing_spend")


def declare(shop: Shop, executable: str, **config: object) -> None:
    declared = source(executable, {**campaigns([campaign(1)]), **config})
    declared["config"]["streams"]["campaigns"]["count"] = ROWS
    declared["streams"]["marketing_spend"] = {"select": SPEND}
    text = yaml.safe_dump({"sources": {"ads": declared}})
    shop.sources_file.write_text(text, encoding="utf-8")


def loaded(shop: Shop) -> dict[str, tuple[int, int, str | None]]:
    """Of each stream its rows, its different keys, and its place."""
    with duckdb.connect(str(shop.warehouse)) as connection:
        return {
            stream: connection.execute(
                f"SELECT count(*), count(DISTINCT campaign_id), (SELECT max(cursor_value) "
                f"FROM raw.cursors WHERE stream = '{stream}') FROM raw.{stream}"
            ).fetchone()
            for stream in STREAMS
        }  # type: ignore[return-value]


def start() -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", INGEST], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdout is not None
    child.stdout.readline()
    return child


def copy(source_folder: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source_folder, target)


def test_a_killed_load_of_what_was_read(shop: Shop) -> None:
    install_airbyte()
    shop.root.mkdir(exist_ok=True)
    declare(shop, fake(shop.root))
    with writing(shop) as connection:
        prepare(connection)
        stage_due(connection, shop, chosen(shop, None, None))  # type: ignore[arg-type]
    # Nothing is read again from here on: what was read once is enough for every attempt.
    (shop.root / "source-fake").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    pristine = shop.root / "pristine"
    copy(shop.data, pristine)

    child, began = start(), time.monotonic()
    assert child.stdout is not None
    child.stdout.readline()
    lasted = time.monotonic() - began
    child.communicate()
    assert child.returncode == 0
    assert {found[:2] for found in loaded(shop).values()} == {(ROWS, ROWS)}

    states = set()
    for number in range(kills()):
        copy(pristine, shop.data)
        child = start()
        time.sleep(lasted * number / kills())
        child.kill()
        child.communicate()
        found = loaded(shop)
        for rows, keys, place in found.values():
            assert (rows, keys, place is None) in {(0, 0, True), (ROWS, ROWS, False)}
        states.add(sum(rows > 0 for rows, _, _ in found.values()))
        if (shop.data / "staged" / "ads.duckdb").exists():
            ingest_all(shop)
        after = loaded(shop)
        assert {(rows, keys) for rows, keys, _ in after.values()} == {(ROWS, ROWS)}
        assert list((shop.data / "staged").iterdir()) == []
    assert 0 in states, "no kill came before the first commit"


def running(program: Path) -> bool:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return str(program) in listed.stdout


def test_a_kill_while_a_connector_runs_leaves_no_process_no_row_no_secret(shop: Shop) -> None:
    install_airbyte()
    shop.root.mkdir(exist_ok=True)
    executable = fake(shop.root)
    script = (shop.root / executable).read_text(encoding="utf-8")
    mark = shop.root / "connector-runs"
    marked = script.replace("exec ", f'echo "$@" | grep -q ^read && touch "{mark}"\nexec ')
    # The connector's command line names the private folder, which is in the shop.
    (shop.root / executable).write_text(marked, encoding="utf-8")
    declare(shop, executable, then="wait", password="correct horse")
    for pause in (0.2, 1.0, 2.5):
        child = start()
        time.sleep(pause)
        child.kill()
        child.communicate()
    mark.unlink(missing_ok=True)
    child = start()
    deadline = time.monotonic() + 120
    while not mark.exists():
        assert time.monotonic() < deadline, "the connector was never started"
        time.sleep(0.05)
    child.kill()
    child.communicate()
    while running(shop.data):
        assert time.monotonic() < deadline, "the connector goes on"
        time.sleep(0.05)
    assert loaded(shop) == dict.fromkeys(STREAMS, (0, 0, None))

    declare(shop, executable)
    assert [load.rows_inserted for load in ingest_all(shop)] == [ROWS, ROWS]
    left = [path for path in shop.data.rglob("*") if path.is_file()]
    assert {path.name for path in left} <= {"warehouse.duckdb", ".writer.lock"}
    for path in left:
        assert b"correct horse" not in path.read_bytes()
