"""The path of an expectation over its horizon: how much of it belongs to each month.

A customer who may have left, or may leave, is expected to buy more in the first months than in the
last. BG/NBD gives the expected orders of the whole horizon and of its first half; between them the
curve is taken for one that bends at a constant rate, E(t) ~ 1 - exp(-k t), for which the two are
enough.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

DAYS_OF_YEAR = 365
MONTHS_OF_YEAR = 12
MIN_DECAY = 1e-6


def month_count(horizon_days: int) -> int:
    """Months in a horizon: 12 in 365 days, 6 in 180, 3 in 90, 2 in 60."""
    return max(1, round(horizon_days * MONTHS_OF_YEAR / DAYS_OF_YEAR))


def month_shares(half: Array, whole: Array, months: int) -> Array:
    """The share of the horizon's expectation that belongs to each of its months of equal length.

    Args:
        half: What is expected in the first half of the horizon, by customer.
        whole: What is expected in all of it.
        months: Into how many parts it is divided.

    Returns:
        Customers by months; each row adds up to 1 and never rises.
    """
    first_half = np.divide(half, whole, out=np.full_like(whole, 0.5), where=whole > 0)
    # E(half) / E(whole) = 1 / (1 + u), where u is what a half leaves of the rate.
    left = np.clip(1 / np.clip(first_half, 0.5, 1.0) - 1, MIN_DECAY, 1.0)[:, None]
    reached = np.linspace(0, 2, months + 1)[None, :]
    straight = np.broadcast_to(reached / 2, (len(left), months + 1))
    bent = np.divide(1 - left**reached, 1 - left**2, out=straight.copy(), where=left < 1 - 1e-6)
    shares: Array = np.diff(bent, axis=1)
    return shares
