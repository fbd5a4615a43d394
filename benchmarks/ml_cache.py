"""What was judged at a cutoff, kept on disk, so that a benchmark that was stopped goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import joblib

from ml.registry import library_versions
from ml.tasks import Judged

Found = dict[str, Judged]
"""By subject."""


@dataclass(frozen=True)
class Cache:
    """A folder of what was judged by this code; without a folder nothing is kept."""

    folder: Path | None
    code: str = ""

    def get(self, key: tuple[Any, ...], judge: Callable[[], Found]) -> Found:
        """What was judged before under the same key, or what is judged now.

        Args:
            key: Everything that it depends on beside the code, fingerprints of data included.
            judge: Does the work.
        """
        if self.folder is None:
            return judge()
        name = hashlib.sha256(repr((self.code, key)).encode()).hexdigest()[:24]
        path = self.folder / f"{name}.joblib"
        if path.exists():
            kept: Found = joblib.load(path)
            return kept
        # Metrics are functions; the tables bring their own.
        found = {subject: replace(one, metrics={}) for subject, one in judge().items()}
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        joblib.dump(found, draft)
        draft.replace(path)
        return found


def cache_of(folder: Path | None, *sources: Path) -> Cache:
    """The cache of what this code and these libraries judge.

    Args:
        folder: Where it is kept.
        sources: The files that results depend on.
    """
    digest = hashlib.sha256(repr(sorted(library_versions().items())).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return Cache(folder, digest.hexdigest())
