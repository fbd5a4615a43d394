"""Airbyte's environments are made once, also when two processes want them at the same time."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.airbyte.environment import Environment

# Fails where somebody else has made the folder.
MAKE = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).mkdir(); time.sleep(0.3)"


def test_who_waits_for_another_finds_it_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "connectors" / "one"
    calls: list[str] = []

    def commands(environment: Environment) -> list[list[str]]:
        calls.append(environment.label)
        return [[sys.executable, "-c", MAKE, str(environment.folder)]]

    monkeypatch.setattr(Environment, "_commands", commands)
    environment = Environment(folder, "connector one", "one==1", ("one==1",))
    with ThreadPoolExecutor(2) as pool:
        for made in [pool.submit(environment.install) for _ in range(2)]:
            made.result()
    assert environment.is_installed
    assert calls == ["connector one"]
