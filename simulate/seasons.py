"""When people buy: weekdays, time of year, promotions, and the hour of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

DAY_SECONDS = 86_400
# Monday first; the mean is 1.
WEEKDAY = np.array([1.02, 0.93, 0.92, 0.96, 1.08, 1.13, 0.96])
HOUR = np.array(
    [4, 2, 1, 1, 1, 2, 6, 14, 22, 30, 36, 40, 42, 38, 34, 34, 38, 46, 56, 64, 66, 52, 30, 12], float
)


@dataclass(frozen=True)
class Promotion:
    """A code that is valid every year from a day of the year on.

    Attributes:
        code: What customers enter.
        first_day: Day of the year, 1..366.
        days: How long it is valid.
        rate: Discount on goods.
        lift: Factor on the number of orders while it is valid.
        usage: Share of orders of an average customer that use it.
    """

    code: str
    first_day: int
    days: int
    rate: float
    lift: float
    usage: float


PROMOTIONS = (
    Promotion("NEWYEAR10", 8, 7, 0.10, 1.15, 0.35),
    Promotion("SPRING15", 82, 7, 0.15, 1.25, 0.45),
    Promotion("SUMMER10", 171, 10, 0.10, 1.12, 0.35),
    Promotion("SCHOOL12", 240, 7, 0.12, 1.15, 0.35),
    Promotion("BLACK20", 327, 6, 0.20, 1.60, 0.60),
    Promotion("ADVENT10", 340, 12, 0.10, 1.15, 0.40),
)
WELCOME = Promotion("WELCOME10", 1, 366, 0.10, 1.0, 0.50)
# Codes as numbers in arrays: 0 is none, then the promotions, then the welcome code.
CODES = ("", *(promotion.code for promotion in PROMOTIONS), WELCOME.code)
WELCOME_NUMBER = len(CODES) - 1
RATES = np.array([0.0, *(promotion.rate for promotion in PROMOTIONS), WELCOME.rate])


@dataclass(frozen=True)
class Seasons:
    """Factors on the purchase rate per day since the shop opened; 1 is an average day.

    Attributes:
        weekly: By weekday.
        yearly: By time of year.
        promotion: Lift of the promotion of that day.
        code: Number of the promotion code of that day, 0 for none.
        day_of_year: 1..366.
    """

    weekly: NDArray[np.float64]
    yearly: NDArray[np.float64]
    promotion: NDArray[np.float64]
    code: NDArray[np.int64]
    day_of_year: NDArray[np.int64]

    @property
    def total(self) -> NDArray[np.float64]:
        """The product of all factors."""
        return self.weekly * self.yearly * self.promotion


def seasons(start: date, days: int) -> Seasons:
    """The factors of `days` days from `start`."""
    dates = [start + timedelta(days=offset) for offset in range(days)]
    weekday = np.array([day.weekday() for day in dates], np.int64)
    day_of_year = np.array([day.timetuple().tm_yday for day in dates], np.int64)
    code = np.zeros(days, np.int64)
    lift = np.ones(days)
    for number, promotion in enumerate(PROMOTIONS, 1):
        valid = (day_of_year >= promotion.first_day) & (
            day_of_year < promotion.first_day + promotion.days
        )
        code[valid], lift[valid] = number, promotion.lift
    return Seasons(WEEKDAY[weekday], yearly(day_of_year), lift, code, day_of_year)


def yearly(day_of_year: NDArray[np.int64]) -> NDArray[np.float64]:
    """Higher in winter, highest before Christmas, low in late July and January."""
    return _yearly_curve(day_of_year) / _YEARLY_MEAN


def peak_factor(
    day_of_year: int, strength: NDArray[np.float64], peak_day: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Factors of product groups that peak on a day of the year, mean 1 over the year."""
    return 1 + strength * np.cos(2 * np.pi * (day_of_year - peak_day) / 365.25)


def seconds_of_day(draws: NDArray[np.float64]) -> NDArray[np.int64]:
    """Turn uniform draws into seconds of the day that follow the daily curve."""
    edges = np.concatenate([[0.0], np.cumsum(HOUR) / HOUR.sum()])
    seconds = np.interp(draws, edges, np.arange(25) * 3600.0)
    return np.asarray(np.minimum(seconds.astype(np.int64), DAY_SECONDS - 1))


def _yearly_curve(day_of_year: NDArray[np.int64]) -> NDArray[np.float64]:
    wave = 0.10 * np.cos(2 * np.pi * (day_of_year - 345) / 365.25)
    christmas = 0.35 * np.exp(-0.5 * ((day_of_year - 345) / 12.0) ** 2)
    january = -0.10 * np.exp(-0.5 * ((day_of_year - 12) / 10.0) ** 2)
    return np.asarray(1 + wave + christmas + january)


_YEARLY_MEAN = float(_yearly_curve(np.arange(1, 366)).mean())
