"""A real `patron run` that kills itself with SIGKILL in the middle of building models."""

from __future__ import annotations

import subprocess
import sys

from stock import SQLMESH_AT, Stock

# `patron` on another project than the one it is installed from.
_PROGRAM = (
    "import sys, runpy; from pathlib import Path; import patron.shop;"
    "project = Path(sys.argv.pop(1)); patron.shop.find_project = lambda: project;"
    "sys.argv.pop(0); runpy.run_path(sys.argv[0], run_name='__main__')"
)


def killed_cycle(stock: Stock, moment: str, *options: str, before: int) -> int:
    """Run a cycle at a moment that dies before a statement of SQLMesh; gives its exit code."""
    command = [sys.executable, "-c", _PROGRAM, str(stock.project), str(SQLMESH_AT), moment,
               str(before), "patron", "--shop", str(stock.shop), "run", *options]  # fmt: skip
    return subprocess.run(
        command, env=stock.environment, capture_output=True, text=True, check=False
    ).returncode
