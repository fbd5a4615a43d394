"""Where the benchmarks find public data sets: in the folder that PATRON_REAL_DATA names."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "PATRON_REAL_DATA"


def public_file(name: str) -> Path:
    """A file of a public data set; the program ends with what to do where it is not there."""
    folder = os.environ.get(VARIABLE)
    file = Path(folder or ".", name)
    if not folder or not file.is_file():
        sys.exit(
            f"there is no {name}: let {VARIABLE} name the folder that holds it"
            " (CONTRIBUTING.md, 'Public data sets', says how to make it)"
        )
    return file
