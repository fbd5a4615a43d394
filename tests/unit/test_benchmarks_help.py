"""Every benchmark says what it does when asked, and does not do it."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

from tests.support.definitions import PROJECT

PROGRAMS = [
    path
    for path in sorted((PROJECT / "benchmarks").glob("*.py"))
    if "__main__" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_help_is_shown_instead(
    program: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(program), "--help"])
    monkeypatch.setattr(sys, "path", [*sys.path, str(program.parent)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(program), run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {program.name}")
