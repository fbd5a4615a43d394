"""Airbyte's environments for tests, installed once, and sources that need no network."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.airbyte.install import wanted
from patron.shop import find_shop

CONNECTORS = ("source-faker==7.2.1", "source-file==0.5.39")
FAKE = Path(__file__).with_name("source_fake.py")


@functools.cache
def install_airbyte(*connectors: str) -> None:
    """What `patron ingest install-airbyte` does, in the project's own folder."""
    for environment in wanted(find_shop(), connectors or CONNECTORS):
        if not environment.is_installed:
            environment.install()


def fake(folder: Path) -> str:
    """The replaying connector as an executable of this Python, under `folder`."""
    program = folder / "source-fake"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{FAKE}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return program.name


def campaign(number: int, day: int = 1, **changes: Any) -> dict[str, Any]:
    """One record as an API would give it."""
    return {
        "id": f"K{number}",
        "name": f"Campaign {number}",
        "channel": "email",
        "starts_at": "2025-01-01T00:00:00Z",
        "budget": 100.5,
        "updated_at": f"2025-01-{day:02d}T00:00:00Z",
        **changes,
    }


def campaigns(
    records: Sequence[dict[str, Any]], cursor: str | None = "updated_at", **config: Any
) -> dict[str, Any]:
    """The configuration of the replaying connector with one stream."""
    fields = ("id", "name", "channel", "starts_at", "ends_at", "budget", "updated_at")
    stream = {"schema": {name: {} for name in fields}, "cursor": cursor, "records": list(records)}
    return {"streams": {"campaigns": stream}, **config}


SELECT = """
SELECT id AS campaign_id, name AS campaign_name, channel, starts_at, budget AS budget_amount,
       updated_at
FROM campaigns
"""


def source(
    executable: str, config: dict[str, Any], deletes: str = "never", **more: Any
) -> dict[str, Any]:
    """A source of campaigns as sources.yaml declares it."""
    streams = {"campaigns": {"select": SELECT, "deletes": deletes}}
    declared = {"loader": "airbyte", "executable": executable, "config": config}
    return {**declared, "streams": streams, **more}
