"""The `airbyte` loader: a connector's streams, extracted into a staged file and queried by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import duckdb

from ingest.airbyte.connectors import command, place
from ingest.airbyte.extraction import Request, extract
from ingest.airbyte.staged import Stage, stage_of
from ingest.airbyte.states import States
from ingest.configs import AirbyteSource
from ingest.loaders.base import Reading
from ingest.loaders.query import referenced
from ingest.sources import Source
from ingest.temporary import private_folder
from patron.console import say
from patron.errors import PatronError
from patron.shop import Shop
from patron.sql import identifier, literal

CATALOG = "airbyte_stage"
AirbyteDeclared = Source[AirbyteSource]


@contextmanager
def open_airbyte(
    connection: duckdb.DuckDBPyConnection, shop: Shop, source: AirbyteDeclared
) -> Iterator[AirbyteReader]:
    """Read everything anew into a file that is gone afterwards: for looking, not for loading."""
    with private_folder(shop) as folder:
        queries = _queries(source, list(source.config.streams))
        stage = Stage(folder / "staged.duckdb")
        request = _request(connection, shop, source, queries, stage, {})
        for failure in extract(shop, [request]).values():
            raise failure
        with AirbyteReader(connection, source, stage) as reader:
            yield reader


@contextmanager
def open_staged(
    connection: duckdb.DuckDBPyConnection, source: AirbyteDeclared, staged: Stage | PatronError
) -> Iterator[AirbyteReader]:
    """Open a source that `stage_due` has extracted."""
    if isinstance(staged, PatronError):
        raise staged
    with AirbyteReader(connection, source, staged, States(connection, source.name)) as reader:
        yield reader


def stage_due(
    connection: duckdb.DuckDBPyConnection,
    shop: Shop,
    due: Sequence[tuple[AirbyteDeclared, list[str]]],
) -> dict[str, Stage | PatronError]:
    """Extract all sources that are going to be loaded, in one process.

    Args:
        connection: The warehouse, which knows how far each stream is loaded.
        shop: Whose.
        due: The sources with the raw streams that are going to be loaded.

    Returns:
        The staged file of each source, or why there is none.
    """
    found: dict[str, Stage | PatronError] = {}
    requests = []
    for source, names in due:
        stage = stage_of(shop, source.name)
        try:
            request = _due(connection, shop, source, names, stage)
        except PatronError as error:
            found[source.name] = error
            continue
        found[source.name] = stage
        if request:
            requests.append(request)
    if requests:
        say(f"reading through Airbyte: {', '.join(r.source.name for r in requests)}")
        found |= extract(shop, requests)
    return found


def _due(
    connection: duckdb.DuckDBPyConnection,
    shop: Shop,
    source: AirbyteDeclared,
    names: list[str],
    stage: Stage,
) -> Request | None:
    """What to extract; None where an interrupted load has left what it had read."""
    states = States(connection, source.name)
    queries = _queries(source, names)
    reads = {
        name: {read.lower() for read in referenced(connection, query, _where(source, name))[0]}
        for name, query in queries.items()
    }
    request = _request(connection, shop, source, queries, stage, states.start(reads))
    if stage.serves(request, {name: states.reached(name, reads[name]) for name in names}):
        say(f"{source.name}: going on with what the interrupted load had read")
        return None
    stage.describe(request, names)
    return request


def _request(
    connection: duckdb.DuckDBPyConnection,
    shop: Shop,
    source: AirbyteDeclared,
    queries: dict[str, str],
    stage: Stage,
    states: dict[str, object],
) -> Request:
    read: dict[str, bool] = {}
    for name, query in queries.items():
        tables, local = referenced(connection, query, _where(source, name))
        for table in tables:
            read[table] = read.get(table, True) and table in local
    return Request(
        source,
        command(shop.project, source),
        streams=tuple(name for name, is_local in read.items() if not is_local),
        perhaps=tuple(name for name, is_local in read.items() if is_local),
        states=states,
        target=stage.path,
    )


def _queries(source: AirbyteDeclared, names: list[str]) -> dict[str, str]:
    """The query of each stream; without one, everything of the connector's stream of its name."""
    found = {}
    for name in names:
        config = source.config.streams[name]
        if config.cursor or config.overlap:
            raise PatronError(
                f"stream {name} has a cursor, but connectors keep their own place",
                where=_where(source, name),
                remedy="remove 'cursor' and 'overlap'; what the connector can read incrementally "
                "is read so",
            )
        found[name] = (config.select or f"SELECT * FROM {identifier(name)}").strip().rstrip(";")
    return found


def _where(source: AirbyteDeclared, name: str) -> str:
    return f"{source.where}.{name}"


class AirbyteReader:
    """The streams of one staged file as views."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: AirbyteDeclared,
        stage: Stage,
        states: States | None = None,
    ) -> None:
        self._connection = connection
        self._source = source
        self._stage = stage
        self._states = states
        self._streams = {stream.name.lower(): stream for stream in stage.streams()}
        self._number = states.announce(self._streams.values()) if states else 0

    def __enter__(self) -> AirbyteReader:
        path = literal(str(self._stage.path))
        self._connection.execute(f"ATTACH {path} AS {identifier(CATALOG)} (READ_ONLY)")
        for stream in self._streams.values():
            name = identifier(stream.name)
            self._connection.execute(
                f"CREATE OR REPLACE TEMP VIEW {name} AS "
                f"SELECT * FROM {identifier(CATALOG)}.main.{name}"
            )
        return self

    def __exit__(self, *_: object) -> None:
        for stream in self._streams.values():
            self._connection.execute(f"DROP VIEW IF EXISTS temp.{identifier(stream.name)}")
        with suppress(duckdb.BinderException):
            self._connection.execute(f"DETACH {identifier(CATALOG)}")

    def reading(self, stream: str) -> Reading | None:
        """The stream's query; full when the connector has read all it reads from as a whole."""
        query = _queries(self._source, [stream])[stream]
        where = _where(self._source, stream)
        names = referenced(self._connection, query, where)[0]
        staged = [self._streams[name.lower()] for name in names if name.lower() in self._streams]
        moves = any(entry.is_incremental for entry in staged)
        if moves and self._source.config.streams[stream].deletes != "never":
            raise PatronError(
                f"stream {stream} cannot find deletions: its connector reads what is new",
                where=f"{where}.deletes",
                remedy=f"add 'full_refresh: [{', '.join(names)}]' to {place(self._source)}",
            )
        if not moves:
            return Reading(query)
        return Reading(query, is_full=False, progress=str(self._number))

    def unreadable(self) -> str | None:
        """Nothing: a record that cannot be read fails its extraction."""
        return None

    def committed(self, stream: str) -> None:
        """The states have moved with the rows; the file is needed until its last stream is in."""
        if self._states:
            self._stage.loaded(stream)
            self._states.forget_unused(self._number)
