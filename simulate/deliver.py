"""Writing the files of one delivery: the rows of each stream, their defects, the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import duckdb
import pandas as pd

from simulate.files import DEFECT_COLUMNS, write_stream, write_table
from simulate.orders import Portion
from simulate.state import Folders
from simulate.stream import Stream
from simulate.streams import CONTACTS, EVENTS, REFERENCES, STREAMS
from simulate.touches import touch_groups
from simulate.truth import truth_tables
from simulate.window import Delivery

DEFECT_FOLDER = "injected_defects"
DEFECT_TYPES = dict.fromkeys(DEFECT_COLUMNS[:4], "string") | {"batch": "int64"}


@dataclass(frozen=True)
class Summary:
    """What has been written.

    Attributes:
        rows: Per stream.
        defects: Injected ones, per kind.
    """

    rows: dict[str, int]
    defects: dict[str, int]


@dataclass
class DeliveryWriter:
    """Writes the files of a delivery and keeps count.

    Attributes:
        engine: A DuckDB as `files.open_engine` makes it.
        delivery: What to write.
        folders: Where.
        rows: Written so far, per stream.
        defects: Found so far.
    """

    engine: duckdb.DuckDBPyConnection
    delivery: Delivery
    folders: Folders
    rows: dict[str, int] = field(default_factory=lambda: {stream.name: 0 for stream in STREAMS})
    defects: list[pd.DataFrame] = field(default_factory=list)

    def write(
        self, parts: Iterator[Portion], count: int, value_factor: Callable[[], float]
    ) -> Summary:
        """Write everything: streams, injected defects, truth.

        Args:
            parts: The orders that may be new or have changed.
            count: How many parts there are.
            value_factor: See `truth.OrderValues`; asked for when all parts have been seen.
        """
        for reference in REFERENCES:
            self._write_stream(reference, reference.rows(self.delivery), "", is_first=True)
        for number, portion in enumerate(parts):
            suffix = f"-{number:03d}" if count > 1 else ""
            for event in EVENTS:
                frame = event.rows(self.delivery, portion)
                self._write_stream(event, frame, suffix, is_first=number == 0)
        groups = touch_groups(self.delivery)
        for number, group in enumerate(groups):
            suffix = f"-{number:03d}" if len(groups) > 1 else ""
            for contact in CONTACTS:
                frame = contact.rows(self.delivery, group)
                self._write_stream(contact, frame, suffix, is_first=number == 0)
        listed = self._write_defects()
        for name, frame in truth_tables(self.delivery, value_factor()):
            write_table(self.engine, frame, self.folders.truth / f"{name}.parquet")
        found = listed["defect"].value_counts().sort_index()
        return Summary(self.rows, {str(name): int(number) for name, number in found.items()})

    def _write_stream(
        self, stream: Stream, frame: pd.DataFrame, suffix: str, *, is_first: bool
    ) -> None:
        """One file; without rows only where it shows the columns of the stream."""
        batch = self.delivery.batch
        if frame.empty and not (is_first and batch == 0):
            return
        kind = "advance" if batch else "initial"
        file_format = self.delivery.world.spec.file_format
        path = self.folders.out / stream.name / f"{batch:04d}-{kind}{suffix}.{file_format}"
        written = write_stream(self.engine, stream, frame, path, batch)
        self.rows[stream.name] += written.rows
        self.defects.append(written.defects)

    def _write_defects(self) -> pd.DataFrame:
        batch = self.delivery.batch
        extra = [
            (stream.name, None, "extra_column", column, batch)
            for stream in STREAMS
            for column in stream.extra_columns
            if batch == 0
        ]
        tables = [pd.DataFrame(extra, columns=list(DEFECT_COLUMNS)), *self.defects]
        listed = pd.concat([table.astype(DEFECT_TYPES) for table in tables], ignore_index=True)
        path = self.folders.truth / DEFECT_FOLDER / f"{batch:04d}.parquet"
        write_table(self.engine, listed, path)
        return listed
