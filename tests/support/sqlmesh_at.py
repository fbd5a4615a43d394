"""The stock `sqlmesh` command at a given moment, killed before a given statement if asked.

    python sqlmesh_at.py MOMENT KILL_BEFORE run prod

or `patron` in the same way, when the first argument is its name.

MOMENT is ISO time in UTC or '-'; KILL_BEFORE is the number of the database statement before which
the process kills itself with SIGKILL, 0 for never. The number of statements goes to the file that
STATEMENT_COUNT_FILE names.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import signal
import sys
from pathlib import Path
from typing import Any

_COUNTED = frozenset({"execute", "executemany", "sql"})
_statements = itertools.count(1)
_last = [0]


class CountingCursor:
    """A DuckDB cursor that counts its statements and may kill the process before one."""

    def __init__(self, cursor: Any, kill_before: int) -> None:
        self._cursor = cursor
        self._kill_before = kill_before

    def __getattr__(self, name: str) -> Any:
        if name in _COUNTED:
            _last[0] = next(_statements)
            if _last[0] == self._kill_before:
                os.kill(os.getpid(), signal.SIGKILL)
        return getattr(self._cursor, name)


def _count_statements(kill_before: int) -> None:
    from sqlmesh.utils.connection_pool import SingletonConnectionPool

    original = SingletonConnectionPool.get_cursor

    def get_cursor(self: Any) -> Any:
        return CountingCursor(original(self), kill_before)

    SingletonConnectionPool.get_cursor = get_cursor
    counts = os.environ.get("STATEMENT_COUNT_FILE")
    if counts:
        atexit.register(lambda: Path(counts).write_text(str(_last[0])))


def _clock(moment: str) -> contextlib.AbstractContextManager[object]:
    if moment == "-":
        return contextlib.nullcontext()
    import time_machine

    return time_machine.travel(f"{moment}+00:00", tick=True)


def main() -> None:
    """Run the command line of SQLMesh or Patron."""
    moment, kill_before, *arguments = sys.argv[1:]
    with _clock(moment):
        _count_statements(int(kill_before))
        if arguments[0] == "patron":
            from patron.cli import main as command
        else:
            from sqlmesh.cli.main import cli as command

            arguments.insert(0, "sqlmesh")
        sys.argv = arguments
        command()


if __name__ == "__main__":
    main()
