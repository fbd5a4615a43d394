"""Reads the sources of a job; `ingest.airbyte.extraction` starts this folder with `python -I`.

The job comes as one line of JSON on standard input, so that no secret stands in an argument list;
one line of JSON per source tells on standard output what became of it. When standard input ends,
Patron is gone, and so is everything here.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import duckdb

# The package is found by its whole name, after all that Airbyte's environment has.
sys.path.pop(0)
sys.path.append(str(Path(__file__).parents[3]))

from ingest.airbyte.extractor.protocol import Json
from ingest.airbyte.extractor.reading import Extraction

AT_A_TIME = 4


def main() -> None:
    """Extract the sources of the job, some at a time."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for done in as_completed([pool.submit(_result, source) for source in job["sources"]]):
            results.write(json.dumps(done.result()) + "\n")
            results.flush()


def _result(source: Json) -> Json:
    try:
        result = Extraction(source).run()
    except (OSError, duckdb.Error) as error:
        result = {"ok": False, "cause": str(error), "kind": "local", "stream": None}
    return {"source": source["name"], **result}


def _end_with_parent() -> None:
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
