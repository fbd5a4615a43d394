"""How much of the same is tried: enough with every change, all of it at night."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

NIGHT_VARIABLE = "PATRON_NIGHTLY"


def at_night() -> bool:
    """Whether this is the nightly run (`make test-nightly`)."""
    return bool(os.environ.get(NIGHT_VARIABLE))


def kills() -> int:
    """How many processes a test kills that kills many."""
    return 20 if at_night() else 8


def nightly(values: Iterable[Any]) -> list[Any]:
    """Further parameters of a test, for the nightly run."""
    return [pytest.param(value, marks=pytest.mark.nightly) for value in values]
