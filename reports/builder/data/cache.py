"""What earlier builds found out, kept beside the data: results of queries and bodies of pages.

Nothing depends on it: a cache that is missing, locked or damaged costs time and no more.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

_TABLE = (
    "CREATE TABLE IF NOT EXISTS entries"
    " (key TEXT PRIMARY KEY, copy TEXT NOT NULL, value BLOB NOT NULL)"
)

# Written whole with each publication, and with nothing else: the monitor writes its own tables into
# a copy of the copy when alerts come and go.
_RECORDS = ("model_runs", "audit_results", "publication", "publication_items")


def digest(*parts: object) -> str:
    """A checksum of values that have an exact text."""
    text = json.dumps(parts, default=str, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Cache:
    """Texts by key; what is not used with the published copy of the last build goes.

    So nothing stays here longer than in the copy itself, such as a customer who was forgotten.

    Args:
        file: Where to keep them; None keeps nothing.
        copy: The version of the published copy.
    """

    def __init__(self, file: Path | None = None, copy: str = "") -> None:
        self._connection = None if file is None else _opened(file)
        self._copy = copy
        self._used: list[str] = []

    def get(self, key: str) -> str | None:
        """The text of a key, None if there is none that can be read."""
        if self._connection is None:
            return None
        with suppress(sqlite3.Error, zlib.error, UnicodeDecodeError):
            query = "SELECT value FROM entries WHERE key = ?"
            rows = self._connection.execute(query, [key]).fetchall()
            if rows:
                self._used.append(key)
                return zlib.decompress(rows[0][0]).decode()
        return None

    def put(self, key: str, text: str) -> None:
        """Keep a text."""
        if self._connection is not None:
            value = zlib.compress(text.encode("utf-8", "replace"), 1)
            with suppress(sqlite3.Error):
                self._connection.execute(
                    "INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", [key, self._copy, value]
                )

    def close(self) -> None:
        """Write everything down and let go of the file."""
        if self._connection is None:
            return
        with suppress(sqlite3.Error):
            used = [(self._copy, key) for key in self._used]
            self._connection.executemany("UPDATE entries SET copy = ? WHERE key = ?", used)
            self._connection.execute("DELETE FROM entries WHERE copy <> ?", [self._copy])
            self._connection.commit()
        with suppress(sqlite3.Error):
            self._connection.close()


def _opened(file: Path) -> sqlite3.Connection | None:
    for _ in range(2):
        try:
            connection = sqlite3.connect(file, timeout=2.0)
            connection.execute(_TABLE)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                return None  # locked, or no place to write
            file.unlink(missing_ok=True)
        else:
            return connection
    return None


@dataclass(frozen=True)
class Versions:
    """Which version of its rows each table of the published copy has.

    Attributes:
        copy: That of the whole copy, for tables that have none of their own.
        tables: By `schema.table`.
    """

    copy: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)

    def of(self, tables: Iterable[str]) -> list[tuple[str, str]]:
        """Tables with their versions."""
        return [(table, self.tables.get(_plain(table), self.copy)) for table in sorted(tables)]


def read_versions(connection: duckdb.DuckDBPyConnection, published: Path) -> Versions:
    """The versions in a published copy: when each table was last written into it."""
    state = published.stat()
    tables: dict[str, str] = {}
    with suppress(duckdb.Error):
        rows = connection.execute(
            "SELECT item, concat_ws('/', marker, shape, batch, published_at)"
            " FROM quality.publication_items"
        ).fetchall()
        tables = {str(item): str(version) for item, version in rows}
    with suppress(duckdb.Error):
        publication = connection.execute(
            "SELECT run_id, published_at FROM quality.publication"
        ).fetchone()
        tables |= {f"quality.{name}": str(publication) for name in _RECORDS}
    return Versions(f"{state.st_mtime_ns}/{state.st_size}/{state.st_ino}", tables)


def _plain(table: str) -> str:
    return table.replace('"', "")
