from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from patron.errors import BusyError
from patron.lock import holder, writer_lock
from patron.shop import Shop, find_project

HOLD = """
import sys, time
from pathlib import Path
from patron.lock import writer_lock
from patron.shop import Shop
with writer_lock(Shop(Path(sys.argv[1]), Path(sys.argv[1])), "patron ingest"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Shop:
    return Shop(root=tmp_path, project=find_project())


def start_holder(shop: Shop, seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(shop.root), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_leaves_with_one_line_that_names_the_first(folder: Shop) -> None:
    process = start_holder(folder, 30)
    try:
        with pytest.raises(BusyError) as caught, writer_lock(folder, "patron run"):
            pass
        text = str(caught.value)
        assert text.startswith("another process is writing: patron ingest (pid ")
        assert str(process.pid) in text
        assert "\n" not in text
        assert str(process.pid) in (holder(folder) or "")
    finally:
        process.kill()
        process.communicate()


def test_a_second_writer_can_wait(folder: Shop) -> None:
    process = start_holder(folder, 0.5)
    with writer_lock(folder, "patron run", wait_seconds=20):
        assert process.wait(timeout=5) == 0
    process.communicate()


def test_a_killed_writer_leaves_no_lock(folder: Shop) -> None:
    process = start_holder(folder, 30)
    process.kill()
    process.communicate()
    started = time.monotonic()
    with writer_lock(folder, "patron run"):
        assert time.monotonic() - started < 5
    assert holder(folder) is None


def test_nested_uses_share_the_lock(folder: Shop) -> None:
    with writer_lock(folder, "patron run"):
        with writer_lock(folder, "patron ingest"):
            pass
        assert "patron run" in (holder(folder) or "")


@pytest.mark.skipif(shutil.which("flock") is None, reason="util-linux flock is not installed")
def test_a_lock_taken_by_flock_around_us_counts_as_ours(folder: Shop) -> None:
    folder.data.mkdir(parents=True)
    done = subprocess.run(
        ["flock", str(folder.lock_file), sys.executable, "-c", HOLD, str(folder.root), "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "held\n"), done.stderr


@pytest.mark.skipif(shutil.which("flock") is None, reason="util-linux flock is not installed")
def test_below_flock_the_writer_is_named_not_one_that_was_killed(folder: Shop) -> None:
    killed = start_holder(folder, 60)
    killed.kill()
    killed.communicate()
    ours = HOLD.replace("patron ingest", "sqlmesh (prod)")
    command = ["flock", str(folder.lock_file), sys.executable, "-c", ours, str(folder.root), "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        said = holder(folder) or ""
        writer = int(said.partition("(pid ")[2].partition(",")[0])
        os.kill(writer, signal.SIGKILL)
        process.wait()
    assert said.startswith("sqlmesh (prod)"), said
