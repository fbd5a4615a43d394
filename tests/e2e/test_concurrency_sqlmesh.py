"""One writer at a time, in real processes: others wait or leave with one line, readers read."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from stock import CLONE, Stock, small_project

BUSY = 75
HOLD = """
import sys, time
from pathlib import Path
from patron.lock import writer_lock
from patron.shop import Shop
with writer_lock(Shop(Path(sys.argv[1]), Path(sys.argv[2])), "patron run"):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    stock = small_project(tmp_path_factory.mktemp("concurrency"))
    ended = stock.sqlmesh("2025-01-11T01:00", "plan", "prod", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    return stock


@contextmanager
def writer(stock: Stock, seconds: float) -> Iterator[None]:
    """Another process that holds the writer lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(stock.shop), str(CLONE), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.terminate()


def patron(stock: Stock, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("patron")
    return subprocess.run(
        [str(program), *arguments],
        env=stock.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_stock_run_leaves_with_one_line_while_patron_writes(stock: Stock) -> None:
    with writer(stock, 60):
        ended = stock.sqlmesh("2025-01-12T01:00", "run", "prod")
    assert ended.code == BUSY
    (line,) = ended.err.splitlines()
    assert line.startswith("patron: another process is writing: patron run (pid ")
    assert "Traceback" not in ended.out


def test_stock_run_under_flock_shares_the_lock(stock: Stock) -> None:
    lock = stock.shop / "data" / ".writer.lock"
    done = subprocess.run(
        ["flock", str(lock), *stock.command("2025-01-12T01:00", "run", "prod")],
        cwd=stock.project,
        env=stock.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert stock.published_rows("SELECT MAX(day)::VARCHAR FROM marts.mart_days") == [
        ("2025-01-11",)
    ]


def test_flock_without_waiting_leaves_with_its_exit_code(stock: Stock) -> None:
    lock = stock.shop / "data" / ".writer.lock"
    with writer(stock, 60):
        done = subprocess.run(
            ["flock", "--nonblock", "--conflict-exit-code", str(BUSY), str(lock), "true"],
            check=False,
        )
    assert done.returncode == BUSY


def test_second_patron_leaves_with_one_line(stock: Stock) -> None:
    with writer(stock, 60):
        ended = patron(stock, "run", "--only", "transform")
    assert ended.returncode == BUSY
    (line,) = ended.stderr.splitlines()
    assert line.startswith("patron: another process is writing: patron run (pid ")
    assert ended.stdout == ""


def test_second_patron_waits_when_asked(stock: Stock) -> None:
    with writer(stock, 3):
        began = time.monotonic()
        ended = patron(stock, "run", "--only", "ingest", "--wait", "60")
        waited = time.monotonic() - began
    assert ended.returncode != BUSY
    assert "no sources" in ended.stderr or "sources.yaml" in ended.stderr
    assert waited > 1


def test_reader_reads_the_published_copy_and_status_works_while_another_writes(
    stock: Stock,
) -> None:
    with writer(stock, 60):
        assert stock.published_rows("SELECT COUNT(*) FROM marts.mart_customers") == [(7,)]
        ended = patron(stock, "status")
    assert ended.returncode == 0, ended.stderr
    assert "writing now: patron run (pid " in ended.stdout


def test_reader_of_the_old_copy_goes_on_while_a_new_one_is_published(stock: Stock) -> None:
    import duckdb

    with duckdb.connect(str(stock.published), read_only=True) as reader:
        count = "SELECT COUNT(*) FROM marts.mart_days"
        before = reader.execute(count).fetchone()
        stock.execute("INSERT INTO source.sales VALUES (9500, '2025-01-12', 3, 5)")
        ended = stock.sqlmesh("2025-01-14T01:00", "run", "prod")
        assert ended.code == 0, ended.out + ended.err
        assert reader.execute(count).fetchone() == before
    assert stock.published_rows(count) != [before]
