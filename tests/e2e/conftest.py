"""End-to-end tests may use the helpers of tests/support."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

CHROMIUM_VARIABLE = "PATRON_CHROMIUM"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> str:
    """A real Chromium; without one a test fails where CI is set, and is skipped elsewhere."""
    for name in (os.environ.get(CHROMIUM_VARIABLE), *_BROWSERS):
        if name and (found := shutil.which(name)):
            return found
    reason = f"no Chromium found (install one, or set {CHROMIUM_VARIABLE} to it)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
