"""The `files` loader: a folder, a zip archive or one file; CSV, Parquet, JSON; each file a view."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from ingest.configs import FileConfig, FilesSource
from ingest.loaders.archive import unpacked
from ingest.loaders.base import FileStamp, Reading
from ingest.loaders.formats import (
    REJECT_ERRORS,
    REJECT_SCANS,
    SUFFIXES,
    select_files,
    unreadable_lines,
)
from ingest.loaders.query import referenced
from ingest.sources import Source
from patron.errors import PatronError
from patron.names import suggestion
from patron.shop import Shop
from patron.sql import identifier
from patron.warehouse import first_line


@contextmanager
def open_files(
    connection: duckdb.DuckDBPyConnection, shop: Shop, source: Source[FilesSource]
) -> Iterator[FilesReader]:
    """Open a source of files; what it makes on the connection is gone afterwards."""
    path = (source.folder / Path(source.config.path).expanduser()).resolve()
    if not path.exists():
        raise PatronError(
            f"the folder or file of source '{source.name}' does not exist",
            where=str(path),
            remedy=f"check 'path: {source.config.path}' of the source in sources.yaml",
        )
    with ExitStack() as stack:
        if path.suffix.lower() == ".zip":
            path = stack.enter_context(unpacked(shop, path, SUFFIXES))
        reader = FilesReader(connection, source, path)
        stack.callback(reader.close)
        yield reader


class FilesReader:
    """The files of one source as views, made when a stream needs them."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, source: Source[FilesSource], path: Path
    ) -> None:
        self._connection = connection
        self._source = source
        self._root = path if path.is_dir() else path.parent
        self._files = {**_default_views(path), **source.config.files}
        if path.is_file() and len(source.config.files) == 1:
            name, config = next(iter(source.config.files.items()))
            self._files = {name: config.model_copy(update={"path": glob.escape(path.name)})}
        self._views: set[str] = set()
        self._tables: set[str] = set()

    def reading(self, stream: str) -> Reading | None:
        """Make the views that the stream's query reads, with the files it has not read yet."""
        config = self._source.config.streams[stream]
        select = (config.select or f"SELECT * FROM {identifier(stream)}").strip().rstrip(";")
        names = self._needed(select, f"{self._source.where}.{stream}")
        paths = {name: self._paths(name) for name in names if name in self._files}
        if any(not found and not self._files[name].columns for name, found in paths.items()):
            return None
        self._drop_rejects()
        fresh: list[FileStamp] = []
        for name, found in paths.items():
            fresh += self._make_view(name, found, stream)
        for name in names:
            if name in self._source.config.tables:
                self._make_table(name)
        if not any(self._files[name].incremental for name in paths):
            return Reading(select)
        total = sum(len(found) for name, found in paths.items() if self._files[name].incremental)
        return Reading(select, is_full=False, files=tuple(fresh), progress=f"{total} files")

    def unreadable(self) -> str | None:
        """The lines of the files read for this stream that do not have the header's columns."""
        found = self._connection.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [REJECT_ERRORS]
        ).fetchone()
        return unreadable_lines() if found and found[0] else None

    def committed(self, stream: str) -> None:
        """Nothing: the files stay where they are."""

    def close(self) -> None:
        """Drop the views and shared tables."""
        self._drop_rejects()
        for name in self._views:
            self._connection.execute(f"DROP VIEW IF EXISTS temp.{identifier(name)}")
        for name in self._tables:
            self._connection.execute(f"DROP TABLE IF EXISTS temp.{identifier(name)}")

    def _needed(self, select: str, where: str, above: tuple[str, ...] = ()) -> list[str]:
        """The declared names a query reads, directly or through shared tables, in build order."""
        tables = self._source.config.tables
        declared = {name.lower(): name for name in (*self._files, *tables)}
        read, local = referenced(self._connection, select, where)
        ordered: list[str] = []
        for asked in read:
            name = declared.get(asked.lower())
            if name is None and asked in local:
                continue
            if name is None or name in above:
                raise self._unknown(asked, where, is_circular=name is not None)
            if name in tables:
                inner_where = f"{self._source.where}: tables.{name}"
                inner = self._needed(tables[name], inner_where, (*above, name))
                self._refuse_incremental(name, inner)
                ordered += [found for found in inner if found not in ordered]
            if name not in ordered:
                ordered.append(name)
        return ordered

    def _unknown(self, name: str, where: str, *, is_circular: bool) -> PatronError:
        if is_circular:
            return PatronError(
                f"the shared table '{name}' reads itself",
                where=where,
                remedy="give the table another name than the file or table it reads",
            )
        return PatronError(
            f"the query reads '{name}', but the source has no file of that name",
            where=where,
            remedy=f"put it into {self._root}, or correct the query; "
            + suggestion(name, [*self._files, *self._source.config.tables]),
        )

    def _refuse_incremental(self, table: str, names: list[str]) -> None:
        for name in names:
            if name in self._files and self._files[name].incremental:
                raise PatronError(
                    f"the shared table '{table}' reads '{name}', which is read incrementally",
                    where=f"source '{self._source.name}': tables.{table}",
                    remedy="remove 'incremental', or read the file in the streams themselves",
                )

    def _paths(self, name: str) -> list[Path]:
        """The files of a view, by name; none when it is optional and there is none."""
        config = self._files[name]
        found = sorted(path for path in self._root.glob(config.path) if path.is_file())
        if not found and not config.optional:
            raise PatronError(
                f"no file matches '{config.path}' (read as '{name}')",
                where=str(self._root),
                remedy=f"put it there, or change 'path' of source '{self._source.name}'; "
                + suggestion(config.path, _present(self._root)),
            )
        return found

    def _make_view(self, name: str, paths: list[Path], stream: str) -> list[FileStamp]:
        """Make one view; gives the files to be noted as read when it is incremental."""
        config = self._files[name]
        fresh: list[FileStamp] = []
        where = f"source '{self._source.name}': files.{name}"
        if not paths:
            query = f"SELECT {_empty(config.columns)} WHERE FALSE"
        elif config.incremental:
            fresh = self._unread(paths, stream)
            unread = [self._root / stamp.path for stamp in fresh]
            query = select_files(self._connection, unread or paths[-1:], config, where)
            query = query if unread else f"SELECT * FROM ({query}) LIMIT 0"
        else:
            query = select_files(self._connection, paths, config, where)
        query = self._completed(query, config.columns)
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {identifier(name)} AS {query}")
        self._views.add(name)
        return fresh

    def _completed(self, query: str, columns: tuple[str, ...]) -> str:
        """The query with the declared columns that its files lack, empty."""
        if not columns:
            return query
        described = self._connection.execute(f"DESCRIBE {query}").fetchall()
        present = {str(row[0]).lower() for row in described}
        lacking = tuple(column for column in columns if column.lower() not in present)
        return f"SELECT *, {_empty(lacking)} FROM ({query})" if lacking else query

    def _unread(self, paths: list[Path], stream: str) -> list[FileStamp]:
        known = set(
            self._connection.execute(
                "SELECT path, size, modified_ns FROM raw.files_read "
                "WHERE source = ? AND stream = ?",
                [self._source.name, stream],
            ).fetchall()
        )
        stamps = [
            FileStamp(str(path.relative_to(self._root)), facts.st_size, facts.st_mtime_ns)
            for path in paths
            for facts in [path.stat()]
        ]
        return [s for s in stamps if (s.path, s.size, s.modified_ns) not in known]

    def _make_table(self, name: str) -> None:
        """Build a shared table, once for all streams."""
        if name in self._tables:
            return
        query = self._source.config.tables[name].strip().rstrip(";")
        try:
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(name)} AS {query}")
        except duckdb.Error as error:
            raise PatronError(
                f"the shared table '{name}' cannot be built: {first_line(error)}",
                where=f"{self._source.where}: tables.{name}",
                remedy=f"names to read from: {', '.join([*self._files, *self._tables])}",
            ) from error
        self._tables.add(name)

    def _drop_rejects(self) -> None:
        for table in (REJECT_ERRORS, REJECT_SCANS):
            self._connection.execute(f"DROP TABLE IF EXISTS temp.{identifier(table)}")


def _default_views(path: Path) -> dict[str, FileConfig]:
    """Every file of the folder under its name without suffix."""
    files = [path] if path.is_file() else sorted(f for f in path.iterdir() if f.is_file())
    return {
        file.name.split(".")[0]: FileConfig(path=glob.escape(file.name))
        for file in files
        if file.name.lower().endswith(SUFFIXES)
    }


def _empty(columns: tuple[str, ...]) -> str:
    return ", ".join(f"CAST(NULL AS VARCHAR) AS {identifier(column)}" for column in columns)


def _present(root: Path) -> list[str]:
    names = (str(path.relative_to(root)) for path in sorted(root.rglob("*")) if path.is_file())
    return [name for name in names if name.lower().endswith(SUFFIXES)][:20]
