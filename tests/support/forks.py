"""Commands as forks of a process that has imported everything: a start without its imports.

Each is a process of its own, which ends, fails and is killed alone, as any other; but the imports,
most of what a command takes that has a few rows to do, are done once. They open nothing and read
no project, so a fork finds what a new process would find.

    python forks.py

is that process: for each line that it reads, a fork of it goes on to `sqlmesh_at.main`, or to a
program as `python -c PROGRAM` would.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

IMPORTED = (
    "ml.train",
    "pandas",
    "time_machine",
    "sqlmesh.cli.main",
    "sqlmesh.magics",
    "sqlmesh.core.audit.builtin",
    "operate.cli",
    "operate.contracts.attach",
    "operate.cycle",
    "operate.lifecycle",
    "operate.lineage.pages",
    "operate.reconcile_cli",
    "operate.reconcile",
    "operate.transform",
    "patron.cli",
    "reports.builder.api",
)
# SQLMesh starts a thread for it when it is imported, which no fork would have.
QUIET = {"SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true"}


class Forks:
    """Starts commands, one at a time."""

    def __init__(self) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, __file__],
            env={**os.environ, **QUIET},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._parent.communicate)

    def run(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: int
    ) -> subprocess.CompletedProcess[str]:
        """Run `sqlmesh_at ARGUMENTS` in a folder; it is killed when it takes longer.

        Or `python ARGUMENTS` when the first argument is '-c'.
        """
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        with TemporaryDirectory() as said:
            asked = list(arguments), str(folder), dict(environment), seconds, said
            print(json.dumps(asked), file=self._parent.stdin, flush=True)
            code = int(self._parent.stdout.readline())
            out, err = (Path(said, name).read_text("utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess(asked[0], code, out, err)


@cache
def forks() -> Forks:
    """The process of this test session from which commands are forked."""
    return Forks()


def _fork_for_each_line() -> None:
    """Return in each fork, and at the end of the lines."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(*json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    sys.exit()


def _become(
    arguments: list[str], folder: str, environment: dict[str, str], seconds: int, said: str
) -> None:
    from sqlmesh.cli.main import cli

    sys.argv[1:] = arguments
    os.chdir(folder)
    # It was read when SQLMesh was imported.
    next(option for option in cli.params if option.name == "paths").default = [folder]
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    signal.alarm(seconds)
    for number, path in enumerate((os.devnull, f"{said}/out", f"{said}/err")):
        opened = os.open(path, os.O_CREAT | (os.O_WRONLY if number else os.O_RDONLY))
        os.dup2(opened, number)
        os.close(opened)


def _run() -> None:
    if sys.argv[1] == "-c":
        program = sys.argv.pop(2)
        sys.argv.pop(0)
        exec(program, {"__name__": "__main__"})
        return
    from sqlmesh_at import main

    main()


def _main() -> NoReturn:
    """Run the command and leave as Python does, but for what a fork cannot take apart."""
    code = 0
    try:
        _run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else bool(ended.code)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    _fork_for_each_line()
    _main()
