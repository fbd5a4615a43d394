"""Loading all sources of a shop, parents first, each stream in its own transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb

from ingest import erasure
from ingest.contract import load_contract
from ingest.load import StreamLoad, load_stream
from ingest.loaders import open_for_loading
from ingest.raw import ensure_tables
from ingest.sources import AnySource, load_sources
from ingest.temporary import remove_leftovers
from patron.errors import PatronError, UsageError
from patron.lock import writer_lock
from patron.names import suggestion
from patron.shop import Shop
from patron.warehouse import writing

Report = Callable[[str, int, int], None]


def ingest_all(
    shop: Shop,
    wait_seconds: float = 0.0,
    sources: Sequence[str] | None = None,
    streams: Sequence[str] | None = None,
    *,
    accept_drop: bool = False,
    report: Report | None = None,
) -> list[StreamLoad]:
    """Load the declared sources into the raw tables.

    Args:
        shop: Whose sources.
        wait_seconds: How long to wait for another writer.
        sources: Only these, by name.
        streams: Only these.
        accept_drop: Load full reads that are empty or much smaller than last time.
        report: Called before each stream with its name, its number and the number of streams.

    Returns:
        One entry per stream, in load order.

    Raises:
        PatronError: If a stream cannot be loaded. Its source stops there, the other sources are
            loaded all the same; what was loaded stays.
    """
    asked = chosen(shop, sources, streams)
    total = sum(len(names) for _, names in asked)
    loads: list[StreamLoad] = []
    failed: dict[str, PatronError] = {}
    with (
        writer_lock(shop, "patron ingest", wait_seconds),
        writing(shop, wait_seconds) as connection,
    ):
        remove_leftovers(shop)
        prepare(connection)
        erasure.prepare(shop, connection)
        open_source = open_for_loading(connection, shop, asked)
        for source, names in asked:
            try:
                with open_source(source) as opened:
                    for stream in names:
                        if report:
                            report(stream, len(loads) + 1, total)
                        loads.append(
                            load_stream(connection, opened, source, stream, accept_drop=accept_drop)
                        )
            except PatronError as error:
                failed[source.name] = error
    if failed:
        raise _all_of(failed)
    return loads


def _all_of(failed: dict[str, PatronError]) -> PatronError:
    """One error that says what is wrong with each source."""
    first, *others = failed.values()
    if not others:
        return first
    lines = (
        f"{name}: {error.what}" + (f" ({error.where})" if error.where else "")
        for name, error in failed.items()
    )
    remedies = dict.fromkeys(error.remedy for error in failed.values() if error.remedy)
    return PatronError(
        f"{len(failed)} sources could not be loaded, the others were",
        where="\n".join(lines),
        remedy="; ".join(remedies),
    )


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make a connection ready for loading."""
    # Naive timestamps are UTC, and rows keep the order in which the source delivers them.
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = true")
    ensure_tables(connection)


def chosen(
    shop: Shop, sources: Sequence[str] | None, streams: Sequence[str] | None
) -> list[tuple[AnySource, list[str]]]:
    """The sources and streams asked for, parents first within a source."""
    declared = load_sources(shop)
    order = load_contract().streams
    _check_known("source", sources, [source.name for source in declared], shop)
    _check_known(
        "stream", streams, [name for name in order if _declares(declared, name)] or order, shop
    )
    return [
        (source, names)
        for source in declared
        if not sources or source.name in sources
        for names in [
            [s for s in order if s in source.config.streams and (not streams or s in streams)]
        ]
        if names
    ]


def _declares(sources: Sequence[AnySource], stream: str) -> bool:
    return any(stream in source.config.streams for source in sources)


def _check_known(kind: str, asked: Sequence[str] | None, known: Sequence[str], shop: Shop) -> None:
    for name in asked or ():
        if name not in known:
            raise UsageError(
                f"no source declares the {kind} '{name}'"
                if kind == "stream"
                else f"unknown source '{name}'",
                where=str(shop.sources_file),
                remedy=suggestion(name, known),
            )
