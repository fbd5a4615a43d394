"""What the raw tables hold: per column how full and how wide it is, per table how good.

The same analysis is printed by `patron ingest profile` and kept as `quality.source_profile` and
`quality.source_quality`. Of personal data and of texts nothing is shown but counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from ingest.contract import Column, Table, load_contract
from patron.errors import PatronError, UsageError
from patron.names import suggestion
from patron.shop import Shop
from patron.sql import identifier
from patron.warehouse import connect

RANGED = ("integer", "decimal", "date", "timestamp")
Fetch = Callable[[str], tuple[Any, ...]]


@dataclass(frozen=True)
class ColumnProfile:
    """One column of one raw table.

    Attributes:
        value_count: Rows in which it has a value.
        lowest: Least number, day or moment; None for texts and personal data.
        highest: Greatest one.
        distinct_count: Different values; None where they were not counted.
    """

    stream: str
    column_name: str
    column_type: str
    is_required: bool
    is_personal: bool
    row_count: int
    value_count: int
    lowest: str | None
    highest: str | None
    distinct_count: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The profile as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class StreamQuality:
    """How good the rows of one raw table are.

    Attributes:
        row_count: Rows in the raw table.
        rejected_count: Rows refused, by the contract or by staging.
        validity_share: Rows not refused, of all rows delivered.
        completeness_share: Values there are, of all values of the columns that the shop delivers.
        quality_score: 0..100, the weighted mean of both.
        first_event_at: The earliest time of the stream's own event.
        last_event_at: The latest one.
    """

    stream: str
    row_count: int
    rejected_count: int
    validity_share: float | None
    completeness_share: float | None
    quality_score: float | None
    first_event_at: datetime | None
    last_event_at: datetime | None
    last_loaded_at: datetime | None

    def as_dict(self) -> dict[str, object]:
        """The quality as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Refused:
    """Rows of a stream that the contract refused at loading, or staging later."""

    by_contract: int = 0
    by_staging: int = 0


@dataclass(frozen=True)
class Weights:
    """What counts how much in the quality score; together 1."""

    validity: float = 0.6
    completeness: float = 0.4


def profile_columns(
    fetch: Fetch, table: Table, *, count_distinct: bool = False
) -> list[ColumnProfile]:
    """Profile every column of a raw table.

    Ends and counts are asked apart: the engine knows ends without reading where it is asked for
    nothing else, and that no value of a required column is missing.

    Args:
        fetch: Runs a query against the warehouse and gives its only row.
        table: Which.
        count_distinct: Whether to count different values, which costs more than all the rest.
    """
    ends = [end for column in table.columns for end in _ends(column)]
    rows, *found = fetch(f"SELECT COUNT(*), {', '.join(ends)} FROM raw.{identifier(table.name)}")
    counts = _value_counts(fetch, table, int(rows))
    distinct = _counts(fetch, table, table.columns, "COUNT(DISTINCT {})") if count_distinct else {}
    return [
        ColumnProfile(
            stream=table.name,
            column_name=column.name,
            column_type=column.type,
            is_required=column.required,
            is_personal=column.personal,
            row_count=int(rows),
            value_count=counts[column.name],
            lowest=lowest,
            highest=highest,
            distinct_count=distinct.get(column.name),
        )
        for column, lowest, highest in zip(table.columns, found[::2], found[1::2], strict=True)
    ]


def stream_quality(
    fetch: Fetch,
    table: Table,
    columns: Iterable[ColumnProfile],
    refused: Refused,
    weights: Weights,
) -> StreamQuality:
    """Judge a raw table.

    Args:
        fetch: Runs a query against the warehouse and gives its only row.
        table: Which.
        columns: Its profile.
        refused: Rows of it that did not enter the models.
        weights: Of the parts of the score.
    """
    delivered = [column for column in columns if column.value_count]
    rows = max((column.row_count for column in delivered), default=0)
    read = rows + refused.by_contract
    validity = (rows - refused.by_staging) / read if read else None
    cells = rows * len(delivered)
    complete = sum(column.value_count for column in delivered) / cells if cells else None
    first, last, loaded = _times(fetch, table)
    return StreamQuality(
        stream=table.name,
        row_count=rows,
        rejected_count=refused.by_contract + refused.by_staging,
        validity_share=validity,
        completeness_share=complete,
        quality_score=_score(validity, complete, weights),
        first_event_at=_moment(first),
        last_event_at=_moment(last),
        last_loaded_at=loaded,
    )


def profile_shop(
    shop: Shop, stream: str | None = None
) -> tuple[list[ColumnProfile], list[StreamQuality]]:
    """Profile and judge the raw tables of a shop by what the contract refused.

    Args:
        shop: Which.
        stream: Only this table.

    Raises:
        PatronError: If nothing has been loaded, or there is no such stream.
    """
    contract = load_contract()
    if stream and stream not in contract.streams:
        raise UsageError(f"unknown stream '{stream}'", remedy=suggestion(stream, contract.streams))
    if not shop.warehouse.exists():
        raise PatronError(
            "nothing has been loaded yet", where=str(shop.warehouse), remedy="run 'patron ingest'"
        )
    tables = [table for table in contract.tables if stream in (None, table.name)]
    columns: list[ColumnProfile] = []
    qualities: list[StreamQuality] = []
    with connect(shop.warehouse, read_only=True) as connection:

        def fetch(query: str) -> tuple[Any, ...]:
            return connection.execute(query).fetchone() or ()

        rejected = connection.execute(
            "SELECT stream, COUNT(*) FROM raw.rejected_rows GROUP BY stream"
        ).fetchall()
        refused = {name: Refused(by_contract=rows) for name, rows in rejected}
        for table in tables:
            found = profile_columns(fetch, table, count_distinct=stream is not None)
            columns += found
            by_rule = refused.get(table.name, Refused())
            qualities.append(stream_quality(fetch, table, found, by_rule, Weights()))
    return columns, qualities


def _ends(column: Column) -> tuple[str, str]:
    """SQL of the least and the greatest value as text; of texts and personal data nothing."""
    if column.kind not in RANGED or column.personal:
        return ("CAST(NULL AS TEXT)",) * 2
    name = identifier(column.name)
    return f"CAST(MIN({name}) AS TEXT)", f"CAST(MAX({name}) AS TEXT)"


def _value_counts(fetch: Fetch, table: Table, rows: int) -> dict[str, int]:
    """By column, the rows in which it has a value."""
    missing = " OR ".join(f"{identifier(c.name)} IS NULL" for c in table.columns if c.required)
    (incomplete,) = fetch(f"SELECT COUNT(*) FROM raw.{identifier(table.name)} WHERE {missing}")
    counted = [column for column in table.columns if incomplete or not column.required]
    found = _counts(fetch, table, counted, "COUNT({})")
    return {column.name: found.get(column.name, rows) for column in table.columns}


def _counts(fetch: Fetch, table: Table, columns: Sequence[Column], measure: str) -> dict[str, int]:
    if not columns:
        return {}
    asked = ", ".join(measure.format(identifier(column.name)) for column in columns)
    row = fetch(f"SELECT {asked} FROM raw.{identifier(table.name)}")
    return {column.name: int(count) for column, count in zip(columns, row, strict=True)}


def _times(fetch: Fetch, table: Table) -> tuple[Any, Any, Any]:
    """First and last event and last load; the event is the first required time of the contract."""
    event = next((c for c in table.columns if c.required and c.kind in ("date", "timestamp")), None)
    name = identifier(event.name) if event else "CAST(NULL AS TIMESTAMP)"
    row = fetch(f"SELECT MIN({name}), MAX({name}), MAX(_loaded_at) FROM raw.{table.name}")
    return row[0], row[1], row[2]


def _score(validity: float | None, complete: float | None, weights: Weights) -> float | None:
    if validity is None or complete is None:
        return None
    return 100 * (weights.validity * validity + weights.completeness * complete)


def _moment(value: date | datetime | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - all times are naive UTC
