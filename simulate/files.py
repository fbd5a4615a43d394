"""Writing frames as files through DuckDB: the same frame gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from patron.errors import PatronError
from patron.sql import literal
from patron.warehouse import first_line
from simulate.stream import Defect, Stream

DEFECT_COLUMNS = ("stream", "row_key", "defect", "detail", "batch")
OPTIONS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880",
    "csv": "FORMAT csv, HEADER, DELIMITER ','",
}


@dataclass(frozen=True)
class Written:
    """A frame that has become a file.

    Attributes:
        rows: Number of rows in it.
        defects: What is wrong with which of them, one row each.
    """

    rows: int
    defects: pd.DataFrame


def open_engine() -> duckdb.DuckDBPyConnection:
    """A DuckDB that does one thing after the other, so that files are reproducible."""
    connection = duckdb.connect(config={"threads": 1, "preserve_insertion_order": "true"})
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def write_stream(
    engine: duckdb.DuckDBPyConnection, stream: Stream, frame: pd.DataFrame, path: Path, batch: int
) -> Written:
    """Write a stream's frame, with its duplicate deliveries, and list its defects."""
    engine.register("frame", frame)
    defects = _list_defects(engine, stream, batch)
    if "duplicate" in frame and frame["duplicate"].any():
        copies = np.repeat(np.arange(len(frame)), 1 + frame["duplicate"].to_numpy(np.int64))
        engine.register("frame", frame.take(copies))
    copied = _copy(engine, stream.select, path)
    engine.unregister("frame")
    return Written(copied, defects)


def write_table(engine: duckdb.DuckDBPyConnection, frame: pd.DataFrame, path: Path) -> int:
    """Write a frame as it is, as Parquet."""
    engine.register("frame", frame)
    rows = _copy(engine, "SELECT * FROM frame", path)
    engine.unregister("frame")
    return rows


def _copy(engine: duckdb.DuckDBPyConnection, select: str, path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    options = OPTIONS[path.suffix.removeprefix(".")]
    try:
        row = engine.execute(f"COPY ({select}) TO {literal(str(path))} ({options})").fetchone()
    except duckdb.IOException as error:
        raise PatronError(
            f"cannot write: {first_line(error)}",
            where=str(path.parent),
            remedy="check the disk and its permissions, then run the same command again",
        ) from error
    return int(row[0]) if row else 0


def _list_defects(engine: duckdb.DuckDBPyConnection, stream: Stream, batch: int) -> pd.DataFrame:
    """Find the spoilt rows of the frame by their flags, and name them by their delivered keys."""
    key = " || ':' || ".join(f"delivered.{column}" for column in stream.key)
    found = [pd.DataFrame(columns=list(DEFECT_COLUMNS))]
    for defect in _found_defects(engine, stream):
        marked = engine.execute(f"SELECT * FROM frame WHERE {defect.condition}").df()
        listing = f"""
            WITH frame AS (SELECT * FROM marked), delivered AS ({stream.select})
            SELECT {literal(stream.name)} AS stream, {key} AS row_key,
              {literal(defect.name)} AS defect, ({defect.detail})::VARCHAR AS detail,
              {batch}::BIGINT AS batch
            FROM delivered POSITIONAL JOIN marked
        """
        engine.register("marked", marked)
        found.append(engine.execute(listing).df())
        engine.unregister("marked")
    return pd.concat(found, ignore_index=True) if len(found) > 1 else found[0]


def _found_defects(engine: duckdb.DuckDBPyConnection, stream: Stream) -> list[Defect]:
    """The kinds of defects that some row of the frame has."""
    if not stream.defects:
        return []
    found = ", ".join(f"coalesce(bool_or({defect.condition}), false)" for defect in stream.defects)
    row = engine.execute(f"SELECT {found} FROM frame").fetchone()
    return list(compress(stream.defects, row or ()))
