"""Why a customer is scored as they are: the three families of facts that move the score most.

A family's effect is the score less the score the model gives when that family's facts are those of
the median customer. Families, not single columns, because the columns of one move together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.features import DECAYS, WINDOWS

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Score = Callable[[pd.DataFrame], Array]

MIN_EFFECT = 0.01
COUNT = 3
EXACT = 50_000
"""The model itself is asked about this many customers; of more, about a sample."""

SAMPLED = 25_000
LEAVES = 2_000


@dataclass(frozen=True)
class Family:
    """Columns that tell one thing, and the words for it."""

    columns: tuple[str, ...]
    template: str
    shown: tuple[str, ...]
    otherwise: str = ""
    """Said where a shown value is unknown."""

    decimals: int = 0
    """Of the shown values: more are not told."""

    def words(self, values: Array) -> list[str]:
        """The fact, for each of some rows of shown values."""
        known: Mask = np.asarray(~np.isnan(values).any(axis=1))
        return [
            self.template.format(*row) if is_known else self.otherwise
            for row, is_known in zip(values.tolist(), known, strict=True)
        ]

    def told(self, values: Array, rises: Mask, raises: str, lowers: str) -> Texts:
        """The fact and what it does, for each row; each different text is written once."""
        shown = pd.DataFrame(np.round(values, self.decimals)).assign(rises=rises)
        code = shown.groupby([*shown.columns], dropna=False, sort=False).ngroup().to_numpy()
        _, first = np.unique(code, return_index=True)
        texts = [
            f"{fact} ({raises if is_higher else lowers})"
            for fact, is_higher in zip(
                self.words(shown.iloc[first, :-1].to_numpy(np.float64)),
                rises[first].tolist(),
                strict=True,
            )
        ]
        found: Texts = np.array(texts, dtype=object)[code]
        return found


FAMILIES: Mapping[str, Family] = {
    "recency": Family(
        ("recency_days", "recency_in_gaps", "btyd_alive", "btyd_quiet"),
        "days since the last order: {0:,.0f}",
        ("recency_days",),
    ),
    "frequency": Family(
        (
            "order_count",
            *(f"order_count_{days}d" for days in WINDOWS),
            *(f"decayed_orders_{days}d" for days in DECAYS),
            "repeat_days",
            "last_repeat_age_days",
            "btyd_orders",
        ),
        "orders: {0:.0f}, of them {1:.0f} in the last 12 months",
        ("order_count", "order_count_365d"),
    ),
    "spending": Family(
        (
            "spend_amount",
            *(f"spend_amount_{days}d" for days in WINDOWS),
            *(f"decayed_spend_amount_{days}d" for days in DECAYS),
            "monthly_spend_amount",
        ),
        "spent in the last 12 months: {0:,.0f}",
        ("spend_amount_365d",),
    ),
    "order_value": Family(
        (
            "average_order_amount",
            "average_day_amount",
            "repeat_day_amount",
            "max_day_amount",
            "btyd_amount",
        ),
        "average order: {0:,.0f}",
        ("average_order_amount",),
    ),
    "regularity": Family(
        ("mean_gap_days", "stddev_gap_days", "max_gap_days"),
        "days between orders: {0:,.0f}",
        ("mean_gap_days",),
        "no second order yet",
    ),
    "tenure": Family(("tenure_days",), "days since the first order: {0:,.0f}", ("tenure_days",)),
    "season": Family(
        ("same_season_orders", "same_season_spend_amount"),
        "orders in the same season last year: {0:.0f}",
        ("same_season_orders",),
        "no season to compare with yet",
    ),
    "basket": Family(
        ("items_per_order", "lines_per_order"),
        "units per order: {0:,.1f}",
        ("items_per_order",),
        decimals=1,
    ),
    "discount": Family(
        ("discounted_share",),
        "orders with a discount: {0:.0%}",
        ("discounted_share",),
        decimals=2,
    ),
    "margin": Family(
        ("margin_share",),
        "margin: {0:.0%}",
        ("margin_share",),
        "margin not known",
        decimals=2,
    ),
}


def explain(
    frame: pd.DataFrame, score: Score, raises: str, lowers: str, typical: pd.Series
) -> pd.DataFrame:
    """The columns reason_1..reason_3, strongest first; empty where nothing moves the score.

    Args:
        frame: The customers scored.
        score: The model's score on an additive scale.
        raises: Said of facts that make the score higher, such as "raises the risk".
        lowers: Said of facts that make it lower.
        typical: The median of each column over all customers.
    """
    return phrase(frame, effects(frame, score, typical), raises, lowers)


def effects(frame: pd.DataFrame, score: Score, typical: pd.Series) -> Array:
    """What each family does to each customer's score, customers by families."""
    base = score(frame)
    return np.column_stack(
        [base - score(_typical_in(frame, family, typical)) for family in FAMILIES.values()]
    )


def effects_of_many(frame: pd.DataFrame, score: Score, typical: pd.Series) -> Array:
    """The effects as a regression tree reads them off an even sample of the customers.

    To ask the model for each family of a million customers costs more than all their scores. The
    strongest reason so found is the strongest of nineteen in twenty customers, and among the three
    strongest of nearly all.
    """
    from sklearn.tree import DecisionTreeRegressor

    if len(frame) <= EXACT:
        return effects(frame, score, typical)
    sample = frame.iloc[:: -(-len(frame) // SAMPLED)]
    columns = list(typical.index)
    tree = DecisionTreeRegressor(max_leaf_nodes=LEAVES, min_samples_leaf=5, random_state=0)
    tree.fit(sample[columns].to_numpy(np.float32), effects(sample, score, typical))
    found: Array = tree.predict(frame[columns].to_numpy(np.float32))
    return found


def phrase(frame: pd.DataFrame, effects: Array, raises: str, lowers: str) -> pd.DataFrame:
    """The strongest effects of each customer in words."""
    families = list(FAMILIES.values())
    shown = {family: frame[list(family.shown)].to_numpy(np.float64) for family in families}
    strength = np.abs(effects)
    everybody = np.arange(len(frame))
    columns: dict[str, Texts] = {}
    for place in range(COUNT):
        chosen = strength.argmax(axis=1)
        effect = effects[everybody, chosen]
        told = np.full(len(frame), None, dtype=object)
        for number, family in enumerate(families):
            rows = np.flatnonzero((chosen == number) & (np.abs(effect) >= MIN_EFFECT))
            if len(rows):
                told[rows] = family.told(shown[family][rows], effect[rows] > 0, raises, lowers)
        columns[f"reason_{place + 1}"] = told
        strength[everybody, chosen] = -1.0
    return pd.DataFrame(columns, index=frame.index, dtype=object)


def _typical_in(frame: pd.DataFrame, family: Family, typical: pd.Series) -> pd.DataFrame:
    """The customers with one family of facts replaced, expected orders and spend kept in step."""
    replaced = frame.assign(**{name: typical[name] for name in family.columns})
    if "btyd_alive" in family.columns:
        while_alive = frame["btyd_orders"] / frame["btyd_alive"].clip(lower=1e-9)
        replaced["btyd_orders"] = while_alive * typical["btyd_alive"]
    replaced["btyd_spend"] = replaced["btyd_orders"] * replaced["btyd_amount"]
    return replaced
