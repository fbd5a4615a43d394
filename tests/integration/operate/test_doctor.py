"""The doctor finds what is really wrong with an installation or a shop, and says what to do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from stock import CLONE, Stock

from ml import registry
from operate.doctor import installation
from operate.doctor.cli import examine
from operate.doctor.model import NOTE, OK, PROBLEM, Diagnosis
from operate.monitor.cycles import under_way
from patron.cli import patron
from patron.lock import writer_lock
from patron.shop import Shop

HOLD = """
import os, sys, time
from patron.lock import writer_lock
from patron.shop import find_shop
with writer_lock(find_shop(sys.argv[1]), "a load"):
    if os.fork():
        os._exit(0)
    print(os.getpid(), flush=True)
    time.sleep(60)
"""


@pytest.fixture
def shop(planned: Stock, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The small project's shop, examined with the clone's files."""
    monkeypatch.setenv("PATRON_SHOP", str(planned.shop))
    (planned.shop / "sources.yaml").write_text("sources: {}\n", encoding="utf-8")
    return Shop(planned.shop, CLONE)


def about(shop: Shop, name: str) -> Diagnosis:
    (found,) = [one for one in examine(shop) if one.about == name]
    return found


def test_a_sound_shop_has_no_problem_and_exit_code_0(shop: Shop) -> None:
    shop.sources_file.unlink()
    CliRunner().invoke(patron, ["--shop", str(shop.root), "init"])
    ended = CliRunner().invoke(patron, ["--shop", str(shop.root), "doctor", "--json"])
    found = {one["about"]: one["state"] for one in json.loads(ended.stdout)}
    assert (ended.exit_code, PROBLEM in found.values()) == (0, False), ended.stdout
    sound = ("sqlmesh", "duckdb", "state", "published copy")
    assert [found[name] for name in sound] == [OK] * len(sound)
    assert found["project files"] == NOTE, "production is that of the small project"


def test_problems_give_exit_code_1_and_something_to_do(tmp_path: Path) -> None:
    ended = CliRunner().invoke(patron, ["--shop", str(tmp_path), "doctor"])
    assert ended.exit_code == 1
    assert "patron init" in ended.stdout


def test_a_package_of_another_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    text = (CLONE / installation.LOCK).read_text(encoding="utf-8")
    other = text.replace("duckdb==1.5.5", "duckdb==1.4.0")
    assert other != text
    (tmp_path / installation.LOCK).write_text(other, encoding="utf-8")
    (found,) = [
        one for one in installation.packages(Shop(tmp_path, tmp_path)) if one.about == "duckdb"
    ]
    assert (found.state, found.found) == (PROBLEM, "1.5.5, locked is 1.4.0")
    assert "make install" in found.advice


def test_secrets_that_are_missing_or_readable_by_others_are_named(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop.root / "alerts.yaml").write_text(
        "receivers: {team: {type: webhook, url: '${TEAM_HOOK}'}}\n", encoding="utf-8"
    )
    monkeypatch.delenv("TEAM_HOOK", raising=False)
    found = about(shop, "alerts.yaml")
    assert (found.state, found.found) == (PROBLEM, "not in the environment: TEAM_HOOK")
    monkeypatch.setenv("TEAM_HOOK", "https://hooks.example/x")
    assert about(shop, "alerts.yaml").state == OK
    secrets = shop.root / ".env"
    secrets.write_text("TEAM_HOOK=https://hooks.example/x\n", encoding="utf-8")
    secrets.chmod(0o644)
    assert "chmod 600" in about(shop, "permissions").advice
    secrets.chmod(0o600)
    assert about(shop, "permissions").state == OK


def test_a_writer_and_a_child_of_a_dead_one_are_told_apart(shop: Shop) -> None:
    assert about(shop, "writer lock").state == OK
    with writer_lock(shop, "a load"):
        assert about(shop, "writer lock").found.startswith("held by a load")
    command = [sys.executable, "-c", HOLD, str(shop.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.wait()
        found = about(shop, "writer lock")
        os.kill(child, signal.SIGKILL)
    assert "is gone: a child of it still writes" in found.found


def test_what_a_kill_left_is_named(shop: Shop) -> None:
    (shop.data / "published.duckdb.tmp").touch()
    assert "published.duckdb.tmp" in about(shop, "leftovers").found
    command = [sys.executable, "-c", "from patron.cli import main; main()", "--shop",
               str(shop.root), "run", "--only", "transform"]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while (under_way(shop) or {}).get("step") != "transform":
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    assert about(shop, "cycle").found == "killed in step transform"


def test_a_state_of_an_older_sqlmesh_wants_a_migration(shop: Shop) -> None:
    with duckdb.connect(str(shop.state)) as connection:
        connection.execute("UPDATE sqlmesh._versions SET schema_version = schema_version - 1")
    found = about(shop, "state")
    assert (found.state, "sqlmesh migrate" in found.advice) == (PROBLEM, True)


def test_a_plan_that_was_killed_is_named(shop: Shop) -> None:
    with duckdb.connect(str(shop.state)) as connection:
        connection.execute("UPDATE sqlmesh._environments SET finalized_ts = NULL")
    assert about(shop, "production").state == PROBLEM


def test_a_damaged_copy_and_a_damaged_model_are_named(shop: Shop) -> None:
    card = {"task": "churn", "version": "one", "libraries": registry.library_versions()}
    registry.save(shop, card, "final", "judged")
    registry.promote(shop, "churn", "one")
    assert about(shop, "model churn").state == OK
    with (registry.task_folder(shop, "churn") / "one" / "model.joblib").open("ab") as file:
        file.write(b"x")
    assert "not the one that was registered" in about(shop, "model churn").found
    shop.published.write_bytes(b"not a database")
    assert about(shop, "published copy").state == PROBLEM
