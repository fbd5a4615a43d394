"""Another process that has something until the end of a block."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What it has: an open database, a lock on a file, the writer lock of a shop.
DATABASE = "import duckdb; held = duckdb.connect(sys.argv[1])"
FILE_LOCK = "import fcntl; held = open(sys.argv[1], 'a'); fcntl.flock(held, fcntl.LOCK_EX)"
WRITER_LOCK = (
    "from patron.lock import writer_lock; from patron.shop import find_shop\n"
    "held = writer_lock(find_shop(sys.argv[1]), 'patron other'); held.__enter__()"
)


@contextmanager
def another(has: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has something of a path, and lets go of it when the block ends."""
    program = f"import sys\n{has}\nprint(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "\n"
        try:
            yield process
        finally:
            process.communicate("\n")
