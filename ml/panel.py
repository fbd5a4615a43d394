"""Training data: feature rows with labels, several cutoffs, split by time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import duckdb
import numpy as np
import pandas as pd

from ml.errors import TooLittleData
from ml.features import FEATURES, Buying, fit_buying
from ml.settings import load_settings

MAX_TRAINING_CUTOFFS = 12
"""Enough for the cutoff a year before the one to be scored to be among them."""

MAX_HOLDOUT_CUTOFFS = 3
ENOUGH_TRAINING_CUTOFFS = 6
MIN_CUSTOMERS_AT_CUTOFF = 200
MIN_HISTORY_DAYS = 56


@dataclass(frozen=True)
class Split:
    """Cutoffs to learn from and, later, cutoffs to judge on; no label window overlaps."""

    horizon_days: int
    training: tuple[date, ...]
    holdout: tuple[date, ...]
    final: tuple[date, ...]
    """The newest labelled cutoffs: what the promoted model learns from after it was judged."""

    @property
    def cutoffs(self) -> tuple[date, ...]:
        """Every cutoff that is used."""
        return tuple(sorted({*self.training, *self.holdout, *self.final}))


def split_cutoffs(labelled: Sequence[date], horizon_days: int) -> Split | None:
    """Hold out the last labelled cutoffs and train on those whose windows end before them.

    Up to three cutoffs are held out, as long as enough are left to learn from; None where not
    even one of each is there.
    """
    found = sorted(labelled)
    best: Split | None = None
    for size in range(1, MAX_HOLDOUT_CUTOFFS + 1):
        holdout = found[-size:]
        if len(holdout) < size:
            break
        last = holdout[0] - timedelta(days=horizon_days)
        training = [cutoff for cutoff in found if cutoff <= last][-MAX_TRAINING_CUTOFFS:]
        enough = 1 if size == 1 else ENOUGH_TRAINING_CUTOFFS
        if len(training) >= enough:
            final = found[-MAX_TRAINING_CUTOFFS:]
            best = Split(horizon_days, tuple(training), tuple(holdout), tuple(final))
    return best


def labelled_cutoffs(connection: duckdb.DuckDBPyConnection, horizon_days: int) -> list[date]:
    """The cutoffs with labels of a horizon and some history behind them."""
    rows = connection.execute(
        "SELECT cutoff_date FROM ml.customer_features GROUP BY cutoff_date"
        " HAVING COUNT(*) >= ? AND MAX(tenure_days) >= ?"
        " INTERSECT SELECT cutoff_date FROM ml.customer_labels WHERE horizon_days = ?"
        " ORDER BY cutoff_date",
        [MIN_CUSTOMERS_AT_CUTOFF, MIN_HISTORY_DAYS, horizon_days],
    ).fetchall()
    return [row[0] for row in rows]


def choose_split(connection: duckdb.DuckDBPyConnection, horizons: Iterable[int]) -> Split:
    """The split of the first horizon whose labels suffice.

    Raises:
        TooLittleData: If none does.
    """
    tried = tuple(horizons)
    for horizon_days in tried:
        split = split_cutoffs(labelled_cutoffs(connection, horizon_days), horizon_days)
        if split:
            return split
    raise TooLittleData(
        f"the history is too short to judge a prediction over {min(tried)} days",
        where="ml.customer_labels",
        remedy=f"come back with {2 * min(tried) + MIN_HISTORY_DAYS + 31} days of history",
    )


@dataclass(frozen=True)
class Panel:
    """Feature rows with labels, sorted by cutoff and customer, BTYD columns included."""

    horizon_days: int
    frame: pd.DataFrame

    def at(self, cutoffs: Iterable[date]) -> pd.DataFrame:
        """The rows of some cutoffs."""
        wanted = self.frame["cutoff_date"].isin(list(cutoffs))
        return self.frame.loc[wanted].reset_index(drop=True)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of every value, for the model's version and its card."""
        ids = pd.util.hash_pandas_object(self.frame["customer_id"], index=False).to_numpy()
        numbers = self.frame.drop(columns=["customer_id", "cutoff_date"]).to_numpy(np.float64)
        days = pd.to_datetime(self.frame["cutoff_date"]).to_numpy().astype("datetime64[D]")
        digest = hashlib.sha256()
        for part in (ids, days.astype(np.int64), np.ascontiguousarray(numbers)):
            digest.update(part.tobytes())
        return digest.hexdigest()


class PanelReader:
    """Reads panels, fitting the BTYD models of each cutoff once for all tasks."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, max_customers: int | None = None
    ) -> None:
        self.connection = connection
        self.max_customers = max_customers or load_settings().training_customers
        self._buying: dict[date, Buying] = {}

    def read(self, split: Split, horizon_days: int | None = None) -> Panel:
        """The panel of a split, one sorted block of rows for each cutoff."""
        horizon = horizon_days or split.horizon_days
        rows = self._rows(split.cutoffs, horizon)
        places = rows.groupby("cutoff_date").indices
        blocks = [
            self._described(rows.iloc[places[pd.Timestamp(cutoff)]], cutoff, horizon)
            for cutoff in split.cutoffs
            if pd.Timestamp(cutoff) in places
        ]
        return Panel(horizon, pd.concat(blocks, ignore_index=True))

    def read_now(self) -> pd.DataFrame:
        """The features of today, of as many customers as a cutoff has at most."""
        columns = ", ".join(f"{name}::DOUBLE AS {name}" for name in FEATURES)
        return self.connection.execute(
            f"SELECT {columns} FROM ml.customer_features_now"
            " ORDER BY MD5(customer_id), customer_id LIMIT ?",
            [self.max_customers],
        ).df()

    def _rows(self, cutoffs: Iterable[date], horizon_days: int) -> pd.DataFrame:
        """Features with labels of some cutoffs, in no order."""
        columns = ", ".join(f"features.{name}::DOUBLE AS {name}" for name in FEATURES)
        # The sample is the same customers at every cutoff: those with the smallest hashes.
        return self.connection.execute(
            f"""
            WITH sample AS (
                SELECT customer_id, cutoff_date FROM ml.customer_features
                WHERE cutoff_date IN (SELECT UNNEST(?::DATE[]))
                QUALIFY ROW_NUMBER() OVER (
                    PARTITION BY cutoff_date ORDER BY MD5(customer_id), customer_id
                ) <= ?
            )
            SELECT features.customer_id, features.cutoff_date,
                features.purchase_days::DOUBLE AS purchase_days,
                cutoffs.customer_count::DOUBLE AS shop_customers, {columns},
                labels.order_count::DOUBLE AS label_orders,
                GREATEST(labels.net_revenue_amount, 0)::DOUBLE AS label_revenue,
                labels.gross_margin_amount::DOUBLE AS label_margin,
                labels.days_to_next_order::DOUBLE AS label_days_to_next
            FROM sample
            INNER JOIN ml.customer_features AS features
                ON features.customer_id = sample.customer_id
                AND features.cutoff_date = sample.cutoff_date
            INNER JOIN ml.customer_labels AS labels
                ON labels.customer_id = sample.customer_id
                AND labels.cutoff_date = sample.cutoff_date AND labels.horizon_days = ?
            INNER JOIN ml.feature_cutoffs AS cutoffs
                ON cutoffs.cutoff_date = sample.cutoff_date AND NOT cutoffs.is_current
            """,
            [list(cutoffs), self.max_customers, horizon_days],
        ).df()

    def _described(self, rows: pd.DataFrame, cutoff: date, horizon_days: int) -> pd.DataFrame:
        """The rows of a cutoff, sorted by customer, with what BTYD says of them."""
        frame = rows.sort_values("customer_id", ignore_index=True)
        if cutoff not in self._buying:
            self._buying[cutoff] = fit_buying(frame)
        return self._buying[cutoff].describe(frame, horizon_days).assign(cutoff_date=cutoff)
