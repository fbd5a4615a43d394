"""PostgreSQL through DuckDB's own client, which is installed as a package: nothing is downloaded.

The password goes to DuckDB as a secret of its own, so that no message of DuckDB can hold it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, unquote

import duckdb

from patron.errors import PatronError
from patron.sql import identifier, literal
from patron.warehouse import first_line

PACKAGE = "duckdb-extension-postgres-scanner"
URI = re.compile(
    r"postgres(?:ql)?://(?:(?P<user>[^:@/?#]*)(?::(?P<password>[^:@/?#]*))?@)?"
    r"(?P<hosts>[^@/?#]*)(?:/(?P<dbname>[^@/?#]*))?(?:\?(?P<more>[^#]*))?"
)
PAIR = re.compile(r"\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)(?=\s|$)", re.DOTALL)
HOST = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(\d*))?")
DEFAULTS = {"connect_timeout": "10", "application_name": "patron"}
REFUSALS = {
    "password authentication failed": "check user and password",
    "no password supplied": "add the password to the connection string",
    "Connection refused": "start the server, or check host and port",
    "could not translate host name": "check the host",
    "timeout expired": "check host, port and firewall",
    "does not exist": "check the names of database and user",
    "no pg_hba.conf entry": "let the server's pg_hba.conf admit this user from this machine",
    "too many": "wait until the server has a connection left, or let it accept more",
}


@dataclass(frozen=True)
class Dsn:
    """How to reach a database.

    Attributes:
        settings: libpq's keywords with their values, without the password.
        password: The password, where there is one.
    """

    settings: dict[str, str]
    password: str | None

    @property
    def place(self) -> str:
        """Which database it is, for messages."""
        host = self.settings.get("host") or "local server"
        port = f":{self.settings['port']}" if self.settings.get("port") else ""
        return f"{host}{port}/{self.settings.get('dbname', '')}"

    @property
    def connection_string(self) -> str:
        """The settings as libpq reads them."""
        return " ".join(f"{name}={_quoted(value)}" for name, value in self.settings.items())


def parse_dsn(text: str, where: str) -> Dsn:
    """Take a connection string apart, in either of the two forms that PostgreSQL knows.

    Raises:
        PatronError: If it has neither form; the message does not repeat it.
    """
    settings = _from_uri(text.strip())
    if settings is None:
        settings = _from_pairs(text.strip())
    if settings is None:
        raise PatronError(
            "the connection string of the database cannot be read",
            where=where,
            remedy="write it as postgresql://user:password@host:5432/database; in names and "
            "password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25",
        )
    password = settings.pop("password", None)
    return Dsn({**DEFAULTS, **settings}, password or None)


def load_extension(connection: duckdb.DuckDBPyConnection) -> None:
    """Make DuckDB able to attach PostgreSQL databases.

    Raises:
        PatronError: If the package does not fit DuckDB or this machine.
    """
    file = extension_file(duckdb.__version__)
    try:
        connection.execute(f"LOAD {literal(str(file))}")
    except duckdb.Error as error:
        raise PatronError(
            f"DuckDB's PostgreSQL extension cannot be loaded: {first_line(error)}",
            where=str(file),
            remedy=_reinstall(duckdb.__version__),
        ) from error


def extension_file(version: str) -> Path:
    """The extension's file for a version of DuckDB.

    Raises:
        PatronError: If the package is not there, or for another version.
    """
    package = find_spec(PACKAGE.replace("-", "_"))
    if package is None or package.origin is None:
        raise PatronError(f"the package {PACKAGE} is not installed", remedy=_reinstall(version))
    versions = Path(package.origin).parent / "extensions"
    found = versions / f"v{version.removeprefix('v')}" / "postgres_scanner.duckdb_extension"
    if not found.is_file():
        held = ", ".join(sorted(path.name for path in versions.glob("v*"))) or "no version"
        raise PatronError(
            f"DuckDB's PostgreSQL extension is for {held}, DuckDB is v{version}",
            where=str(versions),
            remedy=_reinstall(version),
        )
    return found


@contextmanager
def attached(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    dsn: str,
    where: str,
    *,
    read_only: bool = True,
) -> Iterator[None]:
    """A PostgreSQL database under a name, for as long as the context lasts.

    Args:
        connection: What it is attached to.
        name: Its name there.
        dsn: How to reach it.
        where: What declares it, for messages.
        read_only: Whether writing is refused.

    Raises:
        PatronError: If the name is taken or the server cannot be reached.
    """
    reached = parse_dsn(dsn, where)
    load_extension(connection)
    _check_free(connection, name, where)
    # Sessions in UTC, so that casts inside PostgreSQL mean what they mean here.
    os.environ.setdefault("PGTZ", "UTC")
    _attach(connection, name, reached, where, read_only=read_only)
    try:
        yield
    finally:
        with suppress(duckdb.TransactionException):
            connection.execute("ROLLBACK")
        connection.execute(f"DETACH {identifier(name)}")


def _attach(
    connection: duckdb.DuckDBPyConnection, name: str, dsn: Dsn, where: str, *, read_only: bool
) -> None:
    secret = identifier(f"password of {name}")
    options = ["TYPE postgres", *(["READ_ONLY"] if read_only else []), f"SECRET {secret}"]
    connection.execute(
        f"CREATE OR REPLACE TEMPORARY SECRET {secret} "
        f"(TYPE postgres, PASSWORD {literal(dsn.password or '')})"
    )
    try:
        connection.execute(
            f"ATTACH {literal(dsn.connection_string)} AS {identifier(name)} ({', '.join(options)})"
        )
    except duckdb.Error as error:
        reason = str(error).rpartition('": ')[2].replace("\n", " ").strip()
        remedy = next((cure for sign, cure in REFUSALS.items() if sign in reason), None)
        raise PatronError(
            f"the database {dsn.place} cannot be reached: {reason}",
            where=where,
            remedy=remedy or "check the connection string",
        ) from error
    finally:
        connection.execute(f"DROP SECRET {secret}")


def _check_free(connection: duckdb.DuckDBPyConnection, name: str, where: str) -> None:
    """A database named like a schema would make every name in it ambiguous."""
    taken = connection.execute(
        "SELECT 1 FROM (SELECT database_name AS name FROM duckdb_databases() "
        "UNION ALL SELECT schema_name FROM duckdb_schemas()) WHERE lower(name) = lower(?)",
        [name],
    ).fetchone()
    if taken:
        raise PatronError(
            f"a database cannot be attached as '{name}': the warehouse has something of that name",
            where=where,
            remedy="give it another name, for instance shop_db",
        )


def _from_uri(text: str) -> dict[str, str] | None:
    found = URI.fullmatch(text)
    if not found:
        return None
    hosts = [HOST.fullmatch(host) for host in (found["hosts"] or "").split(",")]
    if not all(hosts):
        return None
    ports = [host[2] or "" for host in hosts if host]
    named = {
        "user": found["user"],
        "password": found["password"],
        "host": ",".join(host[1].strip("[]") for host in hosts if host),
        "port": ",".join(ports) if any(ports) else "",
        "dbname": found["dbname"],
    }
    decoded = {key: unquote(value) for key, value in named.items() if value}
    return decoded | dict(parse_qsl((found["more"] or "").replace("+", "%2B")))


def _from_pairs(text: str) -> dict[str, str] | None:
    pairs = list(PAIR.finditer(text))
    if not pairs or "".join(pair[0] for pair in pairs).strip() != text:
        return None
    return {
        pair[1]: re.sub(
            r"\\(.)", r"\1", pair[2][1:-1] if pair[2].startswith("'") else pair[2], flags=re.DOTALL
        )
        for pair in pairs
    }


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _reinstall(version: str) -> str:
    return f"run 'make install', or: pip install '{PACKAGE}=={version}'"
