"""Defects of rows that are known by a number: the same rows are spoilt however they are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulate.randomness import Purpose, uniforms
from simulate.seasons import DAY_SECONDS
from simulate.settings import DEFECTS, MAX_LATE_DAYS

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# Numbers of the draws, beyond those that the streams use for what they are about.
RELEASE_DRAW, DUPLICATE_DRAW, DEFECT_DRAW, OTHER_DEFECT_DRAW = range(90, 94)
STRANGERS = 90_000_000


def spoilt(
    seed: int, purpose: Purpose, numbers: Ints, rate: float, column: int = DEFECT_DRAW
) -> Bools:
    """Which rows have a defect."""
    return uniforms(seed, purpose, numbers, column) < rate


def duplicates(seed: int, purpose: Purpose, numbers: Ints) -> Bools:
    """Which rows are delivered twice."""
    return spoilt(seed, purpose, numbers, DEFECTS.duplicate, DUPLICATE_DRAW)


def releases(seed: int, purpose: Purpose, numbers: Ints, times: Ints) -> Ints:
    """When rows are handed out: some a few days after they arose."""
    place = uniforms(seed, purpose, numbers, RELEASE_DRAW) / DEFECTS.late
    wait = 1 + (place * MAX_LATE_DAYS).astype(np.int64)
    return np.where(place < 1, (times // DAY_SECONDS + wait) * DAY_SECONDS, times)


def stranger(numbers: Ints) -> Ints:
    """Numbers that no customer has."""
    return STRANGERS + numbers % 9_999_999
