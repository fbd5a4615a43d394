"""The benchmarks say which public file they miss, and find it where PATRON_REAL_DATA says."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.public_data import VARIABLE, public_file

NAME = "hillstrom.parquet"


def test_a_file_is_found_in_the_folder_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / NAME).touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert public_file(NAME) == tmp_path / NAME


@pytest.mark.parametrize("folder", ["", "empty"])
def test_without_the_file_a_benchmark_ends_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str
) -> None:
    monkeypatch.chdir(tmp_path)
    # Where no folder is named the working folder is not searched either.
    (tmp_path / NAME).touch()
    monkeypatch.setenv(VARIABLE, folder and str(tmp_path / folder))
    with pytest.raises(SystemExit, match=rf"(?s){NAME}.*{VARIABLE}.*CONTRIBUTING"):
        public_file(NAME)
