"""PDF: a built page as an installed Chromium prints it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from patron.errors import PatronError

PAPERS = ("A4", "Letter")
_VARIABLE = "PATRON_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_SECONDS = 120
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
    "--virtual-time-budget=2000",
)


def find_chromium() -> str:
    """The installed Chromium, or another browser of its family.

    Raises:
        PatronError: If there is none.
    """
    named = os.environ.get(_VARIABLE)
    candidates = [named] if named else [*_NAMES, *_MAC]
    found = next((path for name in candidates if (path := shutil.which(name))), None)
    if found is None:
        raise PatronError(
            "there is no Chromium to print with",
            where=f"{_VARIABLE}={named}" if named else "the folders of PATH",
            remedy=f"install Chromium or Chrome, or name it in {_VARIABLE}",
        )
    return found


def print_pages(pages: list[Path], paper: str = PAPERS[0]) -> list[Path]:
    """Print built pages, each into a file beside it.

    Args:
        pages: HTML files.
        paper: One of PAPERS.

    Raises:
        PatronError: If there is no browser or it fails.
    """
    browser = find_chromium()
    with tempfile.TemporaryDirectory(prefix="patron-pdf-") as scratch:
        return [_print(browser, page, paper, Path(scratch)) for page in pages]


def _print(browser: str, page: Path, paper: str, scratch: Path) -> Path:
    sized = scratch / "page.html"
    style = f"<style>@page{{size:{paper}}}</style>"
    sized.write_text(page.read_text("utf-8").replace("</head>", f"{style}</head>", 1), "utf-8")
    target = page.with_suffix(".pdf")
    rootless = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    profile = f"--user-data-dir={scratch / 'profile'}"
    command = [browser, *_FLAGS, *rootless, profile, f"--print-to-pdf={target}", sized.as_uri()]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PatronError("the browser did not print", where=browser) from error
    if done.returncode != 0 or not target.exists():
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise PatronError(f"the browser did not print: {said[-1] if said else ''}", where=browser)
    return target
