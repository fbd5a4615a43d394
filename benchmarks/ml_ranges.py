"""Other ways to calibrate the 80% ranges of value, beside the recipe's.

    python benchmarks/ml_ranges.py
    python benchmarks/ml_ranges.py cdnow --horizons 180

At each of the last cutoffs the recipe is fitted to what was known then, and its ranges are
stretched in other ways: by other calibration rows, other weights of them, other groups of
customers, or by what ranges of cutoffs before would have needed. Printed are the coverage of
customers whose P(no order) is below .8, its distance from .8 at a cutoff, and the Winkler score; as
means over the cutoffs to choose on, which are the earlier ones, and those of docs/predictions.md.
Below stands how long customers had been known, and how many bought nothing.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from ml_data import open_data
from ml_walk import walk_splits

from ml import boosting, metrics
from ml.boosting import one_thread
from ml.clv import ClvModel, fit_clv
from ml.features import MOSTLY_ZERO
from ml.intervals import FIFTHS, LEVEL, MIN_CALIBRATION_ROWS, _left_out
from ml.levels import YEAR_DAYS
from ml.metrics import Array
from ml.panel import Panel, PanelReader, Split, labelled_cutoffs

SEASON_DAYS = 62
REHEARSALS = 3
SHIFTS = np.arange(-1.5, 1.01, 0.05)


@dataclass(frozen=True)
class Case:
    """The recipe at a cutoff.

    Attributes:
        cutoff: The cutoff.
        model: What was fitted to what was known then.
        known: Open customers left out of the quantiles, with `value` and by how much they `miss`.
        rows: Open customers at the cutoff, with `value`, and both ends as boosted.
    """

    cutoff: date
    model: ClvModel
    known: pd.DataFrame
    rows: pd.DataFrame

    def judge(self, stretch: Array) -> tuple[float, float]:
        """Coverage and Winkler score of ranges whose ends, as logarithms, are moved so far."""
        low, high, value = (
            self.rows[name].to_numpy(np.float64) for name in ("low", "high", "value")
        )
        level = self.model.levels.factor(self.rows, self.cutoff)
        low = np.where(low > 0, np.maximum(low - stretch, 0), 0)
        ends = np.minimum(np.expm1(low), value), np.maximum(np.expm1(high + stretch), value)
        truth = self.rows["label_revenue"].to_numpy(np.float64)
        scaled = (truth, ends[0] * level, ends[1] * level)
        return metrics.coverage(*scaled), metrics.winkler(*scaled)


Weights = Callable[[Case], Array]
Way = Callable[[Case, Sequence[Case]], Array]
"""From a case and those before it whose labels were known by then to the stretch of each row."""


def everything(case: Case) -> Array:
    """All calibration rows count."""
    return np.ones(len(case.known))


def newest(count: int) -> Weights:
    """Those of the newest cutoffs count."""
    return lambda case: _is_one_of(case, sorted(set(case.known["cutoff_date"]))[-count:])


def fading(days: float) -> Weights:
    """Newer ones count more: half as much after so many days."""
    return lambda case: 0.5 ** (_ages(case) / days)


def same_season(case: Case) -> Array:
    """Those of about a year before count, where there are any."""
    near = np.abs(_ages(case) - YEAR_DAYS) <= SEASON_DAYS
    return (near if near.any() else np.ones_like(near)).astype(np.float64)


def grouped(column: str = "value", weights: Weights = everything) -> Way:
    """A stretch for each fifth by a column."""

    def stretch(case: Case, _: Sequence[Case]) -> Array:
        weight = weights(case)
        known, weight = case.known[weight > 0], weight[weight > 0]
        edges = np.quantile(known[column], np.arange(1, FIFTHS) / FIFTHS)
        group = np.searchsorted(edges, known[column])
        misses = known["miss"].to_numpy(np.float64)
        found = [_quantile(misses[group == one], weight[group == one]) for one in range(FIFTHS)]
        return np.array(found)[np.searchsorted(edges, case.rows[column])]

    return stretch


def rehearsed(case: Case, earlier: Sequence[Case]) -> Array:
    """The recipe's, and as much more as would have been right at cutoffs before."""
    own = grouped()
    past = [(one, own(one, ())) for one in earlier[-REHEARSALS:]]
    missed = [
        abs(np.mean([one.judge(stretch + shift)[0] for one, stretch in past]) - LEVEL)
        for shift in SHIFTS
        if past
    ]
    return own(case, ()) + (SHIFTS[int(np.argmin(missed))] if missed else 0.0)


WAYS: dict[str, Way] = {
    "recipe": grouped(),
    "newest cutoff": grouped(weights=newest(1)),
    "newest three cutoffs": grouped(weights=newest(3)),
    "fading by half in 60 days": grouped(weights=fading(60)),
    "same season": grouped(weights=same_season),
    "fifths by P(no order)": grouped("btyd_quiet"),
    "fifths by recency": grouped("recency_days"),
    "fifths by tenure": grouped("tenure_days"),
    "rehearsed at cutoffs before": rehearsed,
}


def case_of(panel: Panel, split: Split) -> Case:
    """Fit the recipe, and set aside what it calibrates on."""
    training = panel.at(split.training)
    model = fit_clv(training, split.horizon_days)
    learned = training.iloc[:: boosting.every(len(training))].reset_index(drop=True)
    learned, rows = _valued(model, learned), _valued(model, panel.at(split.holdout))
    known = learned[_left_out(learned["customer_id"])]
    truth = known["label_revenue"].to_numpy(np.float64) / model.levels.of(known["cutoff_date"])
    known = known.assign(miss=model.ranges.misses(known, np.log1p(truth)))
    low, high = model.ranges._logs(rows)
    rows = rows.assign(low=low, high=high)
    (cutoff,) = split.holdout
    return Case(cutoff, model, *(each[each["btyd_quiet"] < MOSTLY_ZERO] for each in (known, rows)))


def main() -> None:
    """Print a line for each way and horizon."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", default="online_retail_2")
    parser.add_argument("--horizons", type=int, nargs="+", default=[90, 180])
    parser.add_argument("--choosing", type=int, default=3, help="cutoffs to choose on")
    parser.add_argument("--judging", type=int, default=6, help="cutoffs after them")
    options = parser.parse_args()
    print("| horizon | calibration | choosing | judging |\n|---|---|---|---|")
    with open_data(options.data) as data, one_thread():
        reader = PanelReader(data.connection)
        for horizon in options.horizons:
            labelled = labelled_cutoffs(data.connection, horizon)
            splits = walk_splits(labelled, horizon, options.choosing + options.judging)
            cases = [case_of(reader.read(split), split) for split in splits]
            for name, way in WAYS.items():
                found = [_judged(way, cases, place, horizon) for place in range(len(cases))]
                parts = found[: -options.judging], found[-options.judging :]
                print(f"| {horizon} | {name} | {' | '.join(map(_cell, parts))} |", flush=True)
            print(f"| {horizon} | customers | | {_customers(cases[-options.judging :])} |")


def _judged(way: Way, cases: Sequence[Case], place: int, horizon: int) -> tuple[float, float]:
    case = cases[place]
    known = [one for one in cases[:place] if (case.cutoff - one.cutoff).days >= horizon]
    return case.judge(way(case, known))


def _cell(found: Sequence[tuple[float, float]]) -> str:
    if not found:
        return ""
    coverage, winkler = np.array(found).T
    off = np.abs(coverage - LEVEL).mean()
    return f"covers {coverage.mean():.3f}, off by {off:.3f}, Winkler {winkler.mean():,.0f}"


def _customers(cases: Sequence[Case]) -> str:
    """How those calibrated on differ from those at the cutoffs, as means over these."""
    parts = []
    for words, name in (("learned from", "known"), ("judged", "rows")):
        each = [getattr(case, name) for case in cases]
        nothing = np.mean([(rows["label_revenue"] <= 0).mean() for rows in each])
        days = np.mean([rows["tenure_days"].median() for rows in each])
        parts.append(f"{words}: known for {days:.0f} days, {nothing:.1%} buy nothing")
    return "; ".join(parts)


def _valued(model: ClvModel, rows: pd.DataFrame) -> pd.DataFrame:
    value = np.empty(len(rows))
    for places in rows.groupby("cutoff_date").indices.values():
        value[places] = model.ensemble.relative_value(rows.iloc[places])
    return rows.assign(value=value)


def _ages(case: Case) -> Array:
    days = [(case.cutoff - day).days for day in case.known["cutoff_date"]]
    return np.array(days, dtype=np.float64)


def _is_one_of(case: Case, cutoffs: Sequence[date]) -> Array:
    return case.known["cutoff_date"].isin(list(cutoffs)).to_numpy(np.float64)


def _quantile(misses: Array, weight: Array) -> float:
    """The conformal quantile of weighted misses."""
    if len(misses) < MIN_CALIBRATION_ROWS:
        return 0.0
    order = np.argsort(misses)
    shares = np.cumsum(weight[order]) / weight.sum()
    count = weight.sum() ** 2 / (weight**2).sum()
    place = np.searchsorted(shares, min(LEVEL * (1 + 1 / count), 1.0))
    return float(misses[order][min(place, len(misses) - 1)])


if __name__ == "__main__":
    main()
