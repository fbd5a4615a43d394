"""What the sources of a shop keep in its folder, and what they keep elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import duckdb

from ingest.sources import AnySource, load_sources
from ingest.webhooks.rewrite import rewrite_segments
from ingest.webhooks.segments import Webhooks, segment_folder
from operate.forget_search import what_is_left
from operate.forget_text import clean_document
from operate.forget_values import Cleaner
from patron.errors import PatronError
from patron.shop import Shop

STAGED_FOLDER = "staged"


@dataclass(frozen=True)
class Sources:
    """The declared sources; none where sources.yaml cannot be read."""

    shop: Shop
    declared: tuple[AnySource, ...]

    @property
    def inboxes(self) -> frozenset[Path]:
        """The folders of received events."""
        return frozenset(
            segment_folder(cast("Webhooks", source))
            for source in self.declared
            if source.config.loader == "webhooks"
        )

    def clean_events(self, cleaner: Cleaner) -> int:
        """Take persons out of received events, whether or not they are loaded yet."""
        return sum(
            rewrite_segments(folder, lambda line: _clean_event(cleaner, line))
            for folder in sorted(self.inboxes)
        )

    def remove_staged(self) -> None:
        """Delete extractions that are not loaded yet: the source is read again."""
        shutil.rmtree(self.shop.data / STAGED_FOLDER, ignore_errors=True)

    def restamp(self, connection: duckdb.DuckDBPyConnection, changed: Sequence[Path]) -> None:
        """Files that were read once are still read: only what was erased is different."""
        for source in self.declared:
            root = self._folder(source)
            for path in changed if root else ():
                if root and path.is_relative_to(root):
                    facts = path.stat()
                    connection.execute(
                        "UPDATE raw.files_read SET size = ?, modified_ns = ? "
                        "WHERE source = ? AND path = ?",
                        [
                            facts.st_size,
                            facts.st_mtime_ns,
                            source.name,
                            str(path.relative_to(root)),
                        ],
                    )

    def elsewhere(self, cleaner: Cleaner) -> list[str]:
        """Sources that are not in the shop's hands, and what their files still hold."""
        found = []
        for source in self.declared:
            root = self._folder(source)
            if source.config.loader in ("postgres", "airbyte"):
                found.append(f"source {source.name} ({source.config.loader}) was not searched")
            elif root and not root.is_relative_to(self.shop.root):
                files = [path for path in _files_of(source, root) if path.is_file()]
                found += [
                    f"source {source.name}: {path} holds a person"
                    for path in what_is_left(cleaner, files)
                ]
        return found

    def _folder(self, source: AnySource) -> Path | None:
        """Where a source's files are; None for what has none."""
        path = getattr(source.config, "path", None)
        if source.config.loader != "files" or path is None:
            return None
        place = (source.folder / Path(path).expanduser()).resolve()
        return place if place.is_dir() else place.parent


def sources_of(shop: Shop) -> Sources:
    """The sources of a shop."""
    try:
        return Sources(shop, load_sources(shop))
    except PatronError:
        return Sources(shop, ())


def _files_of(source: AnySource, root: Path) -> list[Path]:
    place = (source.folder / Path(str(getattr(source.config, "path", ""))).expanduser()).resolve()
    return [place] if place.is_file() else sorted(root.rglob("*"))


def _clean_event(cleaner: Cleaner, line: str) -> str:
    return clean_document(cleaner, line) if cleaner.may_hold(line.encode()) else line
