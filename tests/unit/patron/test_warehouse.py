from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from patron.errors import BusyError, PatronError
from patron.shop import Shop, find_project
from patron.warehouse import STORAGE_VERSION, attach, connect, reading, transaction, writing
from tests.support.another import DATABASE, another

HOLD = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Shop:
    return Shop(root=tmp_path, project=find_project())


def test_a_locked_database_is_one_line_that_names_the_holder(folder: Shop) -> None:
    folder.data.mkdir(parents=True)
    with another(DATABASE, folder.warehouse) as process:
        with pytest.raises(BusyError) as caught, writing(folder):
            pass
        assert f"(pid {process.pid})" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_waiting_for_a_locked_database(folder: Shop) -> None:
    folder.data.mkdir(parents=True)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder.warehouse), "0.5"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    with writing(folder, wait_seconds=20) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    process.communicate()


def test_a_file_that_is_no_database_is_named(folder: Shop) -> None:
    folder.data.mkdir(parents=True)
    folder.warehouse.write_text("not a database" * 1000)
    with pytest.raises(PatronError) as caught, writing(folder):
        pass
    assert str(folder.warehouse) in str(caught.value)


def test_reading_before_anything_is_published(folder: Shop) -> None:
    with pytest.raises(PatronError, match="nothing has been published yet"), reading(folder):
        pass


def test_readers_cannot_write_nor_reach_files(folder: Shop) -> None:
    folder.data.mkdir(parents=True)
    with duckdb.connect(str(folder.published)) as connection:
        connection.execute("CREATE TABLE kpis AS SELECT 1 AS value")
    with reading(folder) as connection:
        assert connection.execute("SELECT value FROM kpis").fetchone() == (1,)
        with pytest.raises(duckdb.InvalidInputException):
            connection.execute("DROP TABLE kpis")
        with pytest.raises(duckdb.PermissionException):
            connection.execute("SELECT * FROM read_csv('/etc/passwd')")


def fail_after(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    with transaction(connection):
        connection.execute(statement)
        raise ZeroDivisionError


def test_a_transaction_writes_all_or_nothing() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE written (number INT)")
        with transaction(connection):
            connection.execute("INSERT INTO written VALUES (1)")
        with pytest.raises(ZeroDivisionError):
            fail_after(connection, "INSERT INTO written VALUES (2)")
        assert connection.execute("FROM written").fetchall() == [(1,)]
        with transaction(connection):
            connection.execute("INSERT INTO written VALUES (3)")
        assert connection.execute("FROM written").fetchall() == [(1,), (3,)]


def test_what_ended_a_transaction_is_told_where_the_database_has_ended_it_too() -> None:
    with duckdb.connect() as connection:
        with pytest.raises(ZeroDivisionError):
            fail_after(connection, "ROLLBACK")
        with transaction(connection):
            connection.execute("CREATE TABLE later (number INT)")
        assert connection.execute("FROM later").fetchall() == []


def test_new_files_have_the_form_that_the_project_names(folder: Shop) -> None:
    form = "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"
    with writing(folder) as connection:
        ((made_here,),) = connection.execute(form).fetchall()
    config = (folder.project / "config.yaml").read_text("utf-8")
    assert f"storage_compatibility_version: {STORAGE_VERSION}\n" in config
    assert made_here == f"{STORAGE_VERSION}+"


def test_a_file_of_an_older_form_is_taken_on(tmp_path: Path) -> None:
    file = tmp_path / "old.duckdb"
    with duckdb.connect(str(file)) as older:
        older.execute("CREATE TABLE kept AS SELECT 1 AS one")
    with duckdb.connect() as connection:
        attach(connection, file, "taken")
        assert connection.execute("SELECT one FROM taken.kept").fetchall() == [(1,)]


def test_a_file_that_cannot_be_made_is_told_as_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(PatronError, match="cannot open the database"):
        connect(tmp_path / "nowhere" / "new.duckdb")
