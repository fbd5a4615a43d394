"""Uplift on the MineThatData e-mail test: effects with and without CUPED, and Qini of a T-learner.

python benchmarks/uplift.py
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from benchmarks.public_data import public_file  # noqa: E402
from ml.boosting import one_thread  # noqa: E402
from ml.uplift import (  # noqa: E402
    Effect,
    cuped,
    difference_in_means,
    predict_out_of_fold,
    qini_interval,
    wilson,
)

FILE = "hillstrom.parquet"
CONTROL = "No E-Mail"


def hillstrom(path: Path) -> pd.DataFrame:
    """The experiment: arm (`segment`), what was known before, and what came."""
    return duckdb.sql(
        f"""
        SELECT segment, recency::DOUBLE AS recency, history::DOUBLE AS history,
            mens::DOUBLE AS mens, womens::DOUBLE AS womens, newbie::DOUBLE AS newbie,
            (zip_code = 'Urban')::INT::DOUBLE AS urban, (zip_code = 'Rural')::INT::DOUBLE AS rural,
            (channel <> 'Phone')::INT::DOUBLE AS web, (channel <> 'Web')::INT::DOUBLE AS phone,
            visit::DOUBLE AS visit, conversion::DOUBLE AS conversion, spend::DOUBLE AS spend
        FROM '{path}' ORDER BY ALL
        """
    ).df()


KNOWN = ["recency", "history", "mens", "womens", "newbie", "urban", "rural", "web", "phone"]


def effects(frame: pd.DataFrame, outcome: str, known: str) -> dict[str, dict[str, Effect]]:
    """Each e-mail against none: plain, and by what was known before."""
    found = {}
    for arm in sorted(set(frame["segment"]) - {CONTROL}):
        rows = frame[frame["segment"].isin([arm, CONTROL])]
        treated = (rows["segment"] == arm).to_numpy()
        came, before = (rows[column].to_numpy(np.float64) for column in (outcome, known))
        found[arm] = {
            "plain": difference_in_means(came, treated),
            "cuped": cuped(came, treated, before),
        }
    return found


def main() -> None:
    """Print the effects of each e-mail, and whether a model knows whom it changes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "file", nargs="?", type=Path, help=f"the experiment; else {FILE} in $PATRON_REAL_DATA"
    )
    frame = hillstrom(parser.parse_args().file or public_file(FILE))
    # A linear forecast of spend from what was known, as predicted value is elsewhere.
    design = np.column_stack([np.ones(len(frame)), *(np.log1p(frame[name]) for name in KNOWN)])
    held_out = (frame["segment"] == CONTROL).to_numpy()
    weights = np.linalg.lstsq(design[held_out], frame["spend"].to_numpy()[held_out], rcond=None)[0]
    frame["forecast"] = design @ weights
    for arm, rows in frame.groupby("segment"):
        share = wilson(int(rows["visit"].sum()), len(rows))
        print(f"{arm}: visit {share.value:.2%} [{share.low:.2%}, {share.high:.2%}]")
    for outcome in ("visit", "spend"):
        for arm, by_method in effects(frame, outcome, "forecast").items():
            shown = ", ".join(
                f"{name} {effect.value:.4f} [{effect.low:.4f}, {effect.high:.4f}]"
                for name, effect in by_method.items()
            )
            print(f"{outcome}, {arm}: {shown}")
    for arm in sorted(set(frame["segment"]) - {CONTROL}):
        rows = frame[frame["segment"].isin([arm, CONTROL])]
        treated = (rows["segment"] == arm).to_numpy()
        features, visit = rows[KNOWN].to_numpy(), rows["visit"].to_numpy()
        with one_thread():
            uplift = predict_out_of_fold(features, visit, treated)
        found = qini_interval(uplift, visit, treated)
        print(f"Qini of visits, {arm}: {found.value:.5f} [{found.low:.5f}, {found.high:.5f}]")


if __name__ == "__main__":
    main()
