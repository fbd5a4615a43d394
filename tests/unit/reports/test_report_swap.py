from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from patron.errors import PatronError
from reports.builder.site import swap
from reports.builder.site.swap import MARKER, replacing


def build(out: Path, text: str) -> None:
    with replacing(out) as folder:
        (folder / "index.html").write_text(text)


def content(out: Path) -> str:
    return (out / "index.html").read_text()


def test_a_site_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "site"
    build(out, "one")
    (out / "old.html").touch()
    build(out, "two")
    assert content(out) == "two"
    assert sorted(path.name for path in out.iterdir()) == [MARKER, "index.html"]
    assert list(tmp_path.iterdir()) == [out]


def test_a_build_that_fails_leaves_the_old_site(tmp_path: Path) -> None:
    out = tmp_path / "site"
    build(out, "one")
    with suppress(ZeroDivisionError), replacing(out) as folder:
        (folder / "index.html").write_text("half")
        raise ZeroDivisionError
    assert content(out) == "one"
    assert list(tmp_path.iterdir()) == [out]


def test_a_build_that_is_killed_leaves_the_old_site(tmp_path: Path) -> None:
    out = tmp_path / "site"
    build(out, "one")
    script = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from reports.builder.site.swap import replacing\n"
        "with replacing(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'index.html').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(out)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert content(out) == "one"
    assert len(list(tmp_path.iterdir())) == 2
    build(out, "two")
    assert content(out) == "two"
    assert list(tmp_path.iterdir()) == [out]


def test_without_an_atomic_exchange_the_site_is_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_exchange", lambda first, second: False)
    out = tmp_path / "site"
    build(out, "one")
    build(out, "two")
    assert content(out) == "two"
    assert list(tmp_path.iterdir()) == [out]


def test_a_site_put_aside_by_a_killed_build_comes_back(tmp_path: Path) -> None:
    out = tmp_path / "site"
    build(out, "one")
    out.rename(tmp_path / ".site.before")
    with pytest.raises(ZeroDivisionError), replacing(out):
        raise ZeroDivisionError
    assert content(out) == "one"


def test_folders_of_others_are_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "home"
    out.mkdir()
    (out / "diary.txt").touch()
    with pytest.raises(PatronError, match="not a site built by Patron"):
        build(out, "one")
    assert (out / "diary.txt").exists()
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(PatronError, match="not a folder"):
        build(file, "one")
    link = tmp_path / "link"
    link.symlink_to(out)
    with pytest.raises(PatronError, match="not a folder"):
        build(link, "one")


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    out = tmp_path / "site"
    out.mkdir()
    build(out, "one")
    assert content(out) == "one"
