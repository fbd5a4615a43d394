"""Kill -9 at any moment of a load: each stream is as before or as after, and a rerun completes.

The loads are children of a process that has imported everything and opened nothing, so a kill
costs no start, and its moment falls into the load itself.
"""

from __future__ import annotations

import math
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import duckdb

from patron.shop import Shop
from tests.support import depth

# For each number that it reads, it starts a load and kills it after so many seconds; inf is never.
NURSERY = """
import math, os, signal, sys, time
from ingest.loaders import OPENERS
from ingest.run import ingest_all
from patron.shop import find_shop

for line in sys.stdin:
    started, child = time.monotonic(), os.fork()
    if child == 0:
        failed = 1
        try:
            ingest_all(find_shop())
            failed = 0
        finally:
            os._exit(failed)
    if math.isfinite(float(line)):
        time.sleep(float(line))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    ended = "killed" if os.WIFSIGNALED(status) else "failed" if status else "done"
    print(ended, time.monotonic() - started, flush=True)
"""


class Nursery:
    """Starts loads of the shop that the environment names."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def load(self, kill_after: float = math.inf) -> tuple[str, float]:
        """One load; gives whether it was `done`, `failed` or `killed`, and its seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(kill_after, file=self._process.stdin, flush=True)
        ended, _, seconds = self._process.stdout.readline().partition(" ")
        return ended, float(seconds)


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A process from which loads are started."""
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Nursery(process)
    finally:
        process.communicate()


def survive_kills(
    shop: Shop, streams: Sequence[str], change: Callable[[], None], kills: int | None = None
) -> None:
    """Kill loads of a shop all over their duration and look at what they left.

    Args:
        shop: With sources.yaml, and a source in its first state.
        streams: The streams that its sources declare.
        change: Brings the source into its second state; then every stream has something new.
        kills: How many loads that are still at work are killed, if not `depth.kills()`.
    """
    with nursery() as loads:
        assert loads.load()[0] == "done"
        before = contents(shop, streams)
        change()
        with saved(shop) as restore:
            ended, lasted = loads.load()
            assert ended == "done"
            after = contents(shop, streams)
            assert all(before[stream] != after[stream] for stream in streams)
            unfinished: list[int] = []
            wanted = kills or depth.kills()
            moments = _moments(wanted)
            while len(unfinished) < wanted:
                restore()
                if loads.load(kill_after=lasted * next(moments))[0] == "killed":
                    unfinished.append(_check(shop, streams, before, after))
                assert loads.load()[0] == "done"
                assert contents(shop, streams) == after
            assert 0 in unfinished, "no kill came before the first commit"


def _moments(kills: int) -> Iterator[float]:
    """Parts of the duration, spread evenly, each a little off; where loads ended earlier, anew."""
    draw = random.Random(kills)
    for _ in range(3):
        for number in range(kills):
            yield (number + draw.random()) / kills


def _check(
    shop: Shop, streams: Sequence[str], before: dict[str, object], after: dict[str, object]
) -> int:
    """What a killed load left: streams that are done, then streams that are not begun."""
    found, noted = contents(shop, streams), loads_noted(shop)
    done = [stream for stream in streams if noted.count(stream) == 2]
    for stream in streams:
        whole = after if stream in done else before
        assert found[stream] == whole[stream], f"{stream} is in between"
    return len(done)


@contextmanager
def saved(shop: Shop) -> Iterator[Callable[[], None]]:
    """Gives what brings the shop's folder back as it is now."""
    copy = shop.root.with_name(f"{shop.root.name} saved")
    shutil.copytree(shop.root, copy)

    def restore() -> None:
        shutil.rmtree(shop.root)
        shutil.copytree(copy, shop.root)

    try:
        yield restore
    finally:
        shutil.rmtree(copy)


def contents(shop: Shop, streams: Sequence[str]) -> dict[str, object]:
    """A fingerprint of all that the loads of each stream have written."""
    with duckdb.connect(str(shop.warehouse)) as connection:
        return {stream: _fingerprint(connection, stream) for stream in streams}


def _fingerprint(connection: duckdb.DuckDBPyConnection, stream: str) -> object:
    return connection.execute(
        f"""
        SELECT count(*), bit_xor(hash(COLUMNS(* EXCLUDE (_batch_id, _loaded_at)))),
               (SELECT (count(*), count(DISTINCT row_json)) FROM raw.rejected_rows
                WHERE stream = '{stream}'),
               (SELECT count(*) FROM raw.deleted_rows WHERE stream = '{stream}'),
               (SELECT max(cursor_value) FROM raw.cursors WHERE stream = '{stream}'),
               (SELECT count(*) FROM raw.files_read WHERE stream = '{stream}')
        FROM raw.{stream}
        """
    ).fetchone()


def loads_noted(shop: Shop) -> list[str]:
    """The streams of the loads in the log, in which every row is accounted for."""
    with duckdb.connect(str(shop.warehouse)) as connection:
        rows = connection.execute(
            "SELECT stream, rows_read = rows_inserted + rows_updated + rows_unchanged + "
            "rows_rejected FROM raw.load_log"
        ).fetchall()
    assert all(is_conserved for _, is_conserved in rows)
    return [stream for stream, _ in rows]
