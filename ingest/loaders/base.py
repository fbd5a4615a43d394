"""What every loader offers: an open source whose streams are relations that DuckDB can query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class FileStamp:
    """One file as it was when it was read."""

    path: str
    size: int
    modified_ns: int


@dataclass(frozen=True)
class Reading:
    """What one load of a stream reads.

    Attributes:
        select: The query; its relations exist until the next reading.
        is_full: Whether it delivers everything there is, not just what is new.
        files: New files to be noted as read with the load.
        progress: For people and the load log, how far an incremental read has come.
        verify: Called with the query after it has been read, in the same transaction; raises when
            what was read is not what the source holds.
    """

    select: str
    is_full: bool = True
    files: tuple[FileStamp, ...] = ()
    progress: str | None = None
    verify: Callable[[str], None] | None = None


class OpenSource(Protocol):
    """A source that is open for reading on one connection."""

    def reading(self, stream: str) -> Reading | None:
        """Prepare the read of a stream; None when the shop does not have it."""

    def unreadable(self) -> str | None:
        """A relation (row_key, reason, row_json) of what could not even be read as rows."""

    def committed(self, stream: str) -> None:
        """Told when the rows of a reading are safely in the warehouse."""
