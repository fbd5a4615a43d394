"""How often control charts alarm without reason, and how soon they see a shift.

python benchmarks/control_charts.py [--series 1500]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy import stats

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from tests.support import control_series as cs  # noqa: E402

DELAYS = (1, 3, 7, 10, 21)


def false_alarms(series: int) -> None:
    """Print the share of alarms where nothing happens."""
    rng = np.random.default_rng(7)
    rows = rng.poisson(130, size=(series, cs.DAYS))
    few = np.minimum(rng.poisson(1, size=rows.shape), rows)
    heavy = 100 + 10 * rng.standard_t(5, size=rows.shape)
    cases: list[tuple[str, cs.Series, int, cs.Series | None]] = [
        ("normal noise", cs.noise(series, 1), 7, None),
        ("normal noise, no season", cs.noise(series, 1), 1, None),
        ("orders with a week", cs.shop_days(series, 2), 7, None),
        ("orders that double in a year", cs.shop_days(series, 3, yearly_growth=2), 7, None),
        ("orders with a yearly wave of 30%", cs.shop_days(series, 4, wave=0.3), 7, None),
        ("shares, one row of 130 a day refused", (rows - few) / rows, 1, 1 / rows),
        ("heavy tails (Student, 5 degrees)", heavy, 7, None),
    ]
    print("| series | beyond 3 | two of three | nine on one side | all alarms |")
    print("|---|---|---|---|---|")
    for name, values, season, least in cases:
        chart = cs.judged(values, season=season, least=least)
        chart = chart[chart["status"] != "too_few_points"]
        shares = [
            (chart["broken_rule"] == rule).mean()
            for rule in ("beyond_3_sigma", "two_of_three_beyond_2_sigma", "nine_on_one_side")
        ]
        told = " | ".join(f"{share:.2%}" for share in [*shares, cs.alarm_share(chart)])
        print(f"| {name} | {told} |")


def choices(series: int) -> None:
    """Print what other rules would have given on the same noise."""
    chart = cs.judged(cs.noise(series, 1))
    chart = chart[chart["day_number"] >= cs.HISTORY]
    runs = ", ".join(f"{n}: {(chart['run_length'] >= n).mean():.2%}" for n in (7, 8, 9, 10))
    # What Student's quantile and the root of 1 + 1/30 make of 3 deviations.
    wider = stats.t.ppf(stats.norm.cdf(3), 29) / 3 * np.sqrt(1 + 1 / 30)
    plain = (chart["deviations"].abs() * wider > 3).mean()
    print(f"\nPoints in runs on one side of at least {runs}")
    print(f"Warnings: {(chart['status'] == 'warning').mean():.2%}")
    print(f"The limit of 3 lies at {3 * wider:.2f}; beyond 3 itself are {plain:.2%} of the points")


def delays(series: int) -> None:
    """Print the share of shifts that were seen by then."""
    print(f"\n| shift | {' | '.join(f'day {day}' for day in DELAYS)} |")
    print(f"|---|{'---|' * len(DELAYS)}")
    for season in (7, 1):
        for deviations in (1, 2, 3):
            chart = cs.judged(cs.shifted(series, deviations, 5), season=season)
            told = " | ".join(f"{cs.found_within(chart, days):.0%}" for days in DELAYS)
            print(f"| {deviations} sigma, season {season} | {told} |")


def main() -> None:
    """Print the numbers of docs/quality.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=1500)
    series = parser.parse_args().series
    false_alarms(series)
    choices(series)
    delays(series)


if __name__ == "__main__":
    main()
