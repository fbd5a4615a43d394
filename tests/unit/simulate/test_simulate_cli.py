"""The command: its messages, exit codes, and what a kill leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from simulated_shop import hashes

from patron.cli import main
from patron.shop import SHOP_VARIABLE

SMALL = ["--customers", "50", "--orders", "400", "--days", "100", "--end", "2026-03-01"]


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """The command line in this process: a start costs a second, and there are dozens."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv(SHOP_VARIABLE, "")

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["patron", "--shop", str(tmp_path), "simulate", *arguments]
        monkeypatch.setattr(sys, "argv", command)
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return subprocess.CompletedProcess(command, ended.value.code, said.out, said.err)

    return call


def start(home: Path, *arguments: str) -> list[str]:
    main = "from patron.cli import main; main()"
    return [sys.executable, "-c", main, "--shop", str(home), "simulate", *arguments]


def clean() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "120"}


def test_it_says_what_it_made(run, tmp_path):
    result = run(*SMALL)
    assert result.returncode == 0
    assert "orders" in result.stdout
    assert str(tmp_path / "data" / "shop") in result.stdout
    assert (tmp_path / "data" / "truth" / "state.json").is_file()


def test_json_for_machines(run, tmp_path):
    made = json.loads(run(*SMALL, "--json").stdout)
    assert made["created"] is True
    assert made["rows"]["customers"] >= 50
    assert made["out"] == str(tmp_path / "data" / "shop")
    kept = json.loads(run(*SMALL, "--if-missing", "--json").stdout)
    assert kept["created"] is False


def test_an_existing_shop_is_kept_unless_forced(run, tmp_path):
    run(*SMALL)
    before = hashes(tmp_path / "data" / "shop")
    refused = run(*SMALL, "--seed", "2")
    assert refused.returncode == 1
    assert "there is a simulated shop already" in refused.stderr
    assert "--if-missing" in refused.stderr
    kept = run(*SMALL, "--seed", "2", "--if-missing")
    assert kept.returncode == 0
    assert hashes(tmp_path / "data" / "shop") == before
    forced = run(*SMALL, "--seed", "2", "--force")
    assert forced.returncode == 0
    assert hashes(tmp_path / "data" / "shop") != before
    left = {path.name for path in (tmp_path / "data").iterdir()}
    assert left == {".writer.lock", "shop", "truth"}


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (["--days", "0"], "--days must be between 1 and", 2),
        (["--customers", "0"], "--customers must be between 1 and", 2),
        (["--orders", "-1"], "--orders must be between 0 and", 2),
        (["--seed", "-1"], "--seed must be between 0 and", 2),
        (["--end", "31.03.2026"], "'31.03.2026' is not a date", 2),
        (["--end", "2200-01-01"], "the history would end after 2100-01-01", 2),
        (["--end", "2001-01-01"], "the history would begin on 1998-01-02, before 2000-01-01", 2),
        (["--format", "xlsx"], "unknown file format 'xlsx'", 2),
        (["--orders", "many"], "'many' is not a valid integer", 2),
        (["advance"], "there is no simulated shop to advance", 1),
        (["advance", "--days", "0"], "--days must be between 1 and", 2),
        (["--out", "x/shop", "--truth", "x/shop/truth"], "truth would lie inside", 2),
        (["--out", "x/truth/shop", "--truth", "x/truth"], "files would lie inside the truth", 2),
    ],
)
def test_bad_input_is_one_clear_message(run, arguments, message, code):
    result = run(*arguments)
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert result.returncode == code


def test_foreign_files_are_never_replaced(run, tmp_path):
    (tmp_path / "mine" / "orders").mkdir(parents=True)
    (tmp_path / "mine" / "orders" / "invoice.csv").write_text("mine")
    for options in ([], ["--force"]):
        result = run(*SMALL, "--out", str(tmp_path / "mine"), *options)
        assert result.returncode == 1
        assert "files that are not a simulated shop's" in result.stderr
    assert (tmp_path / "mine" / "orders" / "invoice.csv").read_text() == "mine"


def test_the_truth_of_another_shop_is_never_replaced(run, tmp_path):
    run(*SMALL)
    before = hashes(tmp_path / "data" / "truth")
    result = run(*SMALL, "--out", str(tmp_path / "data" / "second"))
    assert result.returncode == 1
    assert "the folder for the truth is that of another shop" in result.stderr
    assert hashes(tmp_path / "data" / "truth") == before
    wrong = run(
        "advance", "--truth", str(tmp_path / "data" / "truth"), "--out", str(tmp_path / "data")
    )
    assert "lie inside" in wrong.stderr


def test_a_folder_that_cannot_be_made(run, tmp_path):
    (tmp_path / "file").write_text("")
    result = run(*SMALL, "--out", str(tmp_path / "file" / "shop"))
    assert result.returncode == 1
    assert "cannot write" in result.stderr
    blocked = run(*SMALL, "--out", str(tmp_path / "file"))
    assert "a file is where the folder should be" in blocked.stderr


def test_damaged_and_foreign_states(run, tmp_path):
    run(*SMALL)
    state = tmp_path / "data" / "truth" / "state.json"
    values = json.loads(state.read_text())
    state.write_text(json.dumps({**values, "version": 0}))
    assert "made by version 0 of the simulator" in run("advance").stderr
    state.write_text("{")
    result = run("advance")
    assert result.returncode == 1
    assert "the state of the simulated shop cannot be read" in result.stderr


def test_advance_finds_the_shop_that_the_group_names(run, tmp_path):
    out = str(tmp_path / "other" / "shop")
    assert run(*SMALL, "--out", out).returncode == 0
    assert run("--out", out, "advance").returncode == 0
    result = run("advance", "--out", out, "--days", "2", "--json")
    assert json.loads(result.stdout)["rows"]["orders"] > 0
    assert len(list((tmp_path / "other" / "shop" / "orders").iterdir())) == 3


def test_another_writer_is_waited_for_or_named(run, tmp_path):
    (tmp_path / "data").mkdir()
    hold = (
        "import sys, time; from patron.shop import find_shop; from patron.lock import writer_lock\n"
        "with writer_lock(find_shop(sys.argv[1]), 'patron run'): print('held', flush=True); "
        "time.sleep(3)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        refused = run(*SMALL)
        assert refused.returncode == 75
        assert "another process is writing: patron run" in refused.stderr
        assert run(*SMALL, "--wait", "20").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("forced", [False, True])
def test_a_kill_leaves_nothing_half_written(tmp_path, run, forced):
    """Killed at several moments, the next call makes the shop that an undisturbed one makes."""
    options = ["--customers", "2000", "--orders", "60000", "--days", "400", "--end", "2026-03-01"]
    assert run(*options, "--out", str(tmp_path / "whole" / "shop")).returncode == 0
    if forced:
        assert run(*SMALL).returncode == 0
    home = tmp_path / "data"
    for moment in (0.2, 0.5, 0.8, 1.0, 1.2):
        process = subprocess.Popen(
            start(tmp_path, *options, "--force"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=clean(),
        )
        time.sleep(moment)
        process.kill()
        process.wait()
        if (home / "shop").exists():
            names = {path.name for path in (home / "shop").rglob("*") if path.is_file()}
            assert names == {"0000-initial.parquet"}
    assert run(*options, "--force").returncode == 0
    assert hashes(home / "shop") == hashes(tmp_path / "whole" / "shop")
    assert hashes(home / "truth") == hashes(tmp_path / "whole" / "truth")
    assert {path.name for path in home.iterdir()} == {".writer.lock", "shop", "truth"}


@pytest.mark.slow
def test_a_killed_advance_can_be_repeated(tmp_path, run):
    options = ["--customers", "2000", "--orders", "60000", "--days", "400", "--end", "2026-03-01"]
    for folder in ("whole", "killed"):
        assert run(*options, "--out", str(tmp_path / folder / "shop")).returncode == 0
    killed = tmp_path / "killed" / "shop"
    for moment in (0.2, 0.35, 0.5, 0.6, 0.7):
        process = subprocess.Popen(
            start(tmp_path, "advance", "--days", "3", "--out", str(killed)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=clean(),
        )
        time.sleep(moment)
        process.kill()
        process.wait()
        if json.loads((killed.parent / "truth" / "state.json").read_text())["batch"]:
            break
    else:
        assert run("advance", "--days", "3", "--out", str(killed)).returncode == 0
    assert run("advance", "--days", "3", "--out", str(tmp_path / "whole" / "shop")).returncode == 0
    assert hashes(killed) == hashes(tmp_path / "whole" / "shop")
    assert hashes(killed.parent / "truth") == hashes(tmp_path / "whole" / "truth")
