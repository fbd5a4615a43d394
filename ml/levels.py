"""How much more or less than expected all customers together will spend: season and growth.

BG/NBD + Gamma-Gamma knows no season. Two estimates of the level put it right:

- by customers: spend over expectation at the cutoff a year before. It errs where the history was
  short then: old customers looked new, and less was expected of them than of new ones now.
- by the shop: the shop's revenue after the cutoff a year before, times the shop's growth since,
  times the share of revenue that comes from customers known at the cutoff.

Their mean, on a logarithmic scale, trusts the first the more, the longer the history was then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.features import WINDOWS

YEAR_DAYS = 365
TOLERANCE_DAYS = 20
MONTH_DAYS = 31
SHORT_HISTORY_DAYS, LONG_HISTORY_DAYS = 60, 180
"""With less history a year before only the shop counts, with more only the customers."""

GROWTH_WINDOWS = (90, 30)
MAX_LEVEL = 3.0
MAX_GROWTH = 2.0
"""A shop that has grown or shrunk by more in a year says nothing about its season."""


@dataclass(frozen=True)
class Totals:
    """All customers of a shop at a cutoff.

    Attributes:
        history_days: Days since the shop's first order.
        spend: Revenue of the days before the cutoff, by number of days.
        expected: What BTYD expects after the cutoff.
        revenue: What came; NaN where that is not known.
    """

    history_days: float
    spend: Mapping[int, float]
    expected: float
    revenue: float = float("nan")

    @property
    def level(self) -> float:
        """True over expected."""
        return limited(self.revenue / self.expected) if self.expected > 0 else 1.0


def totals(frame: pd.DataFrame) -> Totals:
    """Add up the customers at one cutoff; a sample counts for all the shop's customers."""
    scale = 1.0
    if "shop_customers" in frame:
        scale = float(frame["shop_customers"].iloc[0]) / len(frame)
    return Totals(
        float(frame["tenure_days"].max()),
        {days: scale * float(frame[f"spend_amount_{days}d"].sum()) for days in WINDOWS},
        scale * float(frame["btyd_spend"].sum()),
        scale * float(frame["label_revenue"].sum()) if "label_revenue" in frame else float("nan"),
    )


@dataclass(frozen=True)
class Levels:
    """What is known of the levels of past cutoffs."""

    horizon_days: int
    known: Mapping[date, Totals]

    def at(self, cutoff: date) -> float:
        """The level of a past cutoff."""
        return self.known[cutoff].level

    def of(self, cutoffs: pd.Series) -> npt.NDArray[np.float64]:
        """The level of the past cutoff of each row."""
        by_cutoff = {cutoff: self.at(cutoff) for cutoff in self.known}
        return np.array([by_cutoff[cutoff] for cutoff in cutoffs], dtype=np.float64)

    def factor(self, frame: pd.DataFrame, cutoff: date) -> float:
        """The level to expect at a cutoff; 1 where no cutoff a year before is known.

        Between two cutoffs of a year before, both count by their nearness.
        """
        now = totals(frame)
        neighbours = year_before(list(self.known), cutoff)
        logs = [weight * np.log(self._by(day, now, cutoff)) for day, weight in neighbours.items()]
        return limited(float(np.exp(sum(logs)))) if logs else 1.0

    def _by(self, year_ago: date, now: Totals, cutoff: date) -> float:
        """The level as a cutoff of a year before tells it."""
        then = self.known[year_ago]
        by_shop = self._by_shop(year_ago, now, cutoff)
        if by_shop is None:
            return then.level
        span = LONG_HISTORY_DAYS - SHORT_HISTORY_DAYS
        trust = float(np.clip((then.history_days - SHORT_HISTORY_DAYS) / span, 0, 1))
        return float(np.exp(trust * np.log(then.level) + (1 - trust) * np.log(by_shop)))

    def _by_shop(self, year_ago: date, now: Totals, cutoff: date) -> float | None:
        then, share = self.known[year_ago], self._known_share(now, cutoff)
        season = self._revenue_after(year_ago, now, cutoff)
        window = next((days for days in GROWTH_WINDOWS if days <= then.history_days), None)
        if season is None or share is None or window is None or now.expected <= 0:
            return None
        if min(then.spend[window], now.spend[window]) <= 0:
            return None
        growth = now.spend[window] / then.spend[window]
        if not 1 / MAX_GROWTH <= growth <= MAX_GROWTH:
            return None
        return limited(season * growth * share / now.expected)

    def _known_share(self, now: Totals, cutoff: date) -> float | None:
        """The newest share of the shop's revenue that came from customers known before."""
        for day in sorted(self.known, reverse=True):
            revenue = self._revenue_after(day, now, cutoff)
            if revenue:
                return float(np.clip(self.known[day].revenue / revenue, 0.01, 1.0))
        return None

    def _revenue_after(self, day: date, now: Totals, cutoff: date) -> float | None:
        """The shop's revenue in the horizon from a cutoff on, new customers included."""
        everything = {**self.known, cutoff: now}
        gaps = {later: abs((later - day).days - self.horizon_days) for later in everything}
        nearest = min(gaps, key=lambda later: (gaps[later], later))
        if gaps[nearest] > TOLERANCE_DAYS:
            return None
        return everything[nearest].spend.get(self.horizon_days)


def learn_levels(panel: pd.DataFrame, horizon_days: int) -> Levels:
    """The totals of each training cutoff."""
    cutoffs: list[date] = sorted(set(panel["cutoff_date"]))
    known = {day: totals(panel[panel["cutoff_date"] == day]) for day in cutoffs}
    return Levels(horizon_days, known)


def limited(level: float) -> float:
    """A level within reason; 1 where there is none."""
    return float(np.clip(level, 1 / MAX_LEVEL, MAX_LEVEL)) if np.isfinite(level) else 1.0


def year_before(known: list[date], cutoff: date) -> dict[date, float]:
    """The cutoffs next to the day a year before, with weights that add up to 1; perhaps none."""
    ages = {day: (cutoff - day).days - YEAR_DAYS for day in known}
    near = {day: age for day, age in ages.items() if abs(age) < MONTH_DAYS}
    before = max((day for day, age in near.items() if age >= 0), default=None)
    after = min((day for day, age in near.items() if age < 0), default=None)
    if before is None or after is None:
        only = {day: 1.0 for day in (before, after) if day is not None}
        return {day: 1.0 for day in only if abs(ages[day]) <= TOLERANCE_DAYS}
    share = ages[before] / (after - before).days
    return {before: 1 - share, after: share} if share else {before: 1.0}
