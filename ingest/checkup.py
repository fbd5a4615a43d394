"""What a load would do, without loading: a check of the sources against the contract.

Everything is read into a database in memory, so nobody is blocked and nothing is kept. Cursors and
files already read do not count: the whole of each source is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

import duckdb

from ingest.contract import Table, load_contract
from ingest.cursor import whole
from ingest.loaders import open_source
from ingest.loaders.base import OpenSource
from ingest.run import chosen, prepare
from ingest.sources import AnySource
from ingest.stage import STAGED, add_unreadable, drop_staged, stage
from patron.errors import PatronError
from patron.shop import Shop

REASONS_SHOWN = 5
OK, REJECTS, ABSENT, BROKEN = "ok", "rejects rows", "absent", "cannot be read"
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class StreamCheck:
    """What a load of one stream would do.

    Attributes:
        source: The source in sources.yaml.
        stream: The raw table.
        verdict: `ok`, `rejects rows`, `absent` (the source lacks it) or `cannot be read`.
        rows: Rows the source delivers.
        rejected: How many of them the contract refuses.
        reasons: Why, most frequent first, with the number of rows.
        missing: Columns of the contract that are not delivered; none of them is required.
        ignored: Delivered columns that the contract does not know.
        problem: Why it cannot be read, for people.
    """

    source: str
    stream: str
    verdict: str
    rows: int = 0
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    problem: str | None = None

    def as_dict(self) -> dict[str, object]:
        """The check as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Checkup:
    """The check of a shop.

    Attributes:
        streams: One entry per stream of each source.
        undelivered: Streams that no source delivers, with what is empty or lacking without them.
    """

    streams: tuple[StreamCheck, ...]
    undelivered: tuple[Table, ...]

    @property
    def is_loadable(self) -> bool:
        """Whether every stream can be read and none is missing that every shop needs."""
        return not any(check.verdict == BROKEN for check in self.streams) and not any(
            table.needed for table in self.undelivered
        )

    @property
    def rejected(self) -> int:
        """Rows that a load would refuse."""
        return sum(check.rejected for check in self.streams)

    def as_dict(self) -> dict[str, object]:
        """The check as plain values."""
        return {
            "streams": [check.as_dict() for check in self.streams],
            "undelivered": [
                {
                    "stream": table.name,
                    "needed": table.needed,
                    "feeds": table.feeds,
                    "empty_models": list(table.fills),
                }
                for table in self.undelivered
            ],
            "is_loadable": self.is_loadable,
        }


def check_sources(
    shop: Shop,
    sources: Sequence[str] | None = None,
    streams: Sequence[str] | None = None,
    report: Report | None = None,
) -> Checkup:
    """Check the declared sources against the contract, loading nothing.

    Args:
        shop: Whose sources.
        sources: Only these, by name.
        streams: Only these; then nothing is said about streams that are not delivered.
        report: Called before each stream with its name, its number and the number of streams.

    Raises:
        PatronError: If sources.yaml itself is wrong; what is wrong with a source is in the result.
    """
    asked = chosen(shop, sources, streams)
    total = sum(len(names) for _, names in asked)
    checks: list[StreamCheck] = []
    with duckdb.connect() as connection:
        prepare(connection)
        for source, names in asked:
            tell = _counting(report, len(checks), total)
            checks += _check_source(connection, shop, source, names, tell)
    delivered = {check.stream for check in checks if check.verdict not in (ABSENT, BROKEN)}
    undelivered = [t for t in load_contract().tables if t.name not in delivered]
    return Checkup(tuple(checks), () if sources or streams else tuple(undelivered))


def _counting(report: Report | None, done: int, total: int) -> Callable[[str, int], None]:
    def tell(stream: str, number: int) -> None:
        if report:
            report(stream, done + number, total)

    return tell


def _check_source(
    connection: duckdb.DuckDBPyConnection,
    shop: Shop,
    source: AnySource,
    streams: Sequence[str],
    tell: Callable[[str, int], None],
) -> list[StreamCheck]:
    checks: list[StreamCheck] = []
    try:
        with open_source(connection, shop, source) as opened:
            for number, stream in enumerate(streams, 1):
                tell(stream, number)
                checks.append(_check_stream(connection, opened, source, stream))
    except PatronError as error:
        rest = streams[len(checks) :]
        checks += [StreamCheck(source.name, name, BROKEN, problem=str(error)) for name in rest]
    return checks


def _check_stream(
    connection: duckdb.DuckDBPyConnection, opened: OpenSource, source: AnySource, stream: str
) -> StreamCheck:
    table = load_contract().table(stream)
    try:
        reading = opened.reading(stream)
        if reading is None:
            return StreamCheck(source.name, stream, ABSENT)
        select = whole(reading.select, source, table)
        staged = stage(connection, table, select, f"{source.where}.{stream}")
        add_unreadable(connection, opened.unreadable())
        rows, rejected, reasons = _counted(connection)
    except PatronError as error:
        return StreamCheck(source.name, stream, BROKEN, problem=str(error))
    finally:
        drop_staged(connection)
    return StreamCheck(
        source=source.name,
        stream=stream,
        verdict=REJECTS if rejected else OK,
        rows=rows,
        rejected=rejected,
        reasons=reasons,
        missing=staged.missing,
        ignored=staged.ignored,
    )


def _counted(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, dict[str, int]]:
    """Rows staged, how many of them are refused, and the most frequent reasons."""
    row = connection.execute(f"SELECT count(*), count(_reason) FROM {STAGED}").fetchone()
    reasons = connection.execute(
        f"SELECT _reason, count(*) AS refused FROM {STAGED} WHERE _reason IS NOT NULL "
        f"GROUP BY _reason ORDER BY refused DESC, _reason LIMIT {REASONS_SHOWN}"
    ).fetchall()
    rows, rejected = row or (0, 0)
    return rows, rejected, dict(reasons)
