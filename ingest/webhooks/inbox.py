"""Group commit: requests that wait at the same time share one write and one fsync."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ingest.webhooks.writer import SegmentWriter

MAX_WAITING_BYTES = 64_000_000
UNWELL_SECONDS = 30.0


class Inbox:
    """Events of one source on their way to disk, written by one thread."""

    def __init__(self, writer: SegmentWriter) -> None:
        self._writer = writer
        self._thread = ThreadPoolExecutor(1, "segments")
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._failed_at: float | None = None

    @property
    def is_well(self) -> bool:
        """Whether writing has not failed lately."""
        return self._failed_at is None or time.monotonic() - self._failed_at > UNWELL_SECONDS

    async def append(self, data: bytes) -> None:
        """Return when the lines are on disk.

        Raises:
            OSError: If they cannot be written, or too much is waiting already.
        """
        if self._bytes + len(data) > MAX_WAITING_BYTES:
            raise OSError(errno.EBUSY, "too much is waiting for the disk")
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((data, written))
        self._bytes += len(data)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        await written

    async def tick(self) -> None:
        """See `SegmentWriter.tick`."""
        await self._in_thread(self._writer.tick)

    async def close(self) -> None:
        """Write what is waiting and close the segment."""
        if self._task is not None:
            await self._task
        await self._in_thread(self._writer.close)
        self._thread.shutdown()

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting, self._bytes = self._waiting, [], 0
            failure: Exception | None = None
            try:
                await self._in_thread(self._writer.append, b"".join(data for data, _ in batch))
                self._failed_at = None
            except Exception as error:
                failure, self._failed_at = error, time.monotonic()
            for _, written in batch:
                if written.done():
                    continue
                if failure:
                    written.set_exception(failure)
                else:
                    written.set_result(None)

    async def _in_thread(self, function: Callable[..., None], *arguments: object) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)
