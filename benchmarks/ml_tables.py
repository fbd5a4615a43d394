"""The tables of `benchmarks/ml_recipes.py`: what is measured of whom, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ml import metrics
from ml.metrics import Array, Interval, Metric
from ml.tasks import Judged

POINTS = 100


@dataclass(frozen=True)
class Column:
    """A metric, and how it is written.

    Attributes:
        title: The column's name.
        metric: What is measured.
        digits: Digits after the point.
        against: Written of rivals instead: the recipe less the rival ("less", in hundredths), or
            by how much the recipe's is smaller or larger ("relative", in percent).
    """

    title: str
    metric: Metric
    digits: int
    against: str = ""


@dataclass(frozen=True)
class Layout:
    """One table: who is judged on what.

    Attributes:
        title: What it is about.
        task: The task of `ml.tasks`.
        subject: The subject of the task.
        predictors: By name, with the words for them; only those that a walk has are written.
        columns: What is measured.
        facts: Figures of the recipe alone, written below.
    """

    title: str
    task: str
    subject: str
    predictors: Mapping[str, str]
    columns: tuple[Column, ...]
    facts: Mapping[str, str]

    @property
    def header(self) -> list[str]:
        """The first line of the table."""
        return ["data", "predictor", *(column.title for column in self.columns)]


_VALUE = {
    "model": "**recipe**",
    "bg_nbd_gamma_gamma": "BG/NBD + Gamma-Gamma",
    "bg_nbd_gamma_gamma_all_orders": "the same, with all orders",
    "pareto_nbd_gamma_gamma": "Pareto/NBD + Gamma-Gamma",
    "previous_period": "previous period",
    "plain_boosting": "plain boosting",
    "oracle": "oracle",
    "all_knowing": "all-knowing oracle",
}
_CHURN = {
    "model": "**recipe**",
    "bg_nbd": "BG/NBD",
    "logistic_regression": "logistic regression",
    "plain_boosting": "plain boosting",
    "recency": "recency",
    "oracle": "oracle",
    "all_knowing": "all-knowing oracle",
}
_LESS_GINI = Column("recipe's Gini less this, points", metrics.gini, 1, "less")
_LESS_MAE = Column("recipe's MAE against this", metrics.mae, 1, "relative")
_BIAS = Column("total bias", metrics.total_bias, 3)
_AUC = Column("AUC", metrics.roc_auc, 3)
_LESS_AUC = Column("recipe's AUC less this, points", metrics.roc_auc, 1, "less")
_BRIER = Column("Brier", metrics.brier, 4)
_CALIBRATION = Column("calibration error", metrics.calibration_error, 3)
_PROBABILITIES = (
    _AUC,
    _LESS_AUC,
    Column("PR AUC", metrics.pr_auc, 3),
    _BRIER,
    _CALIBRATION,
    Column("accuracy", metrics.accuracy, 3),
    Column("lift, top tenth", metrics.top_decile_lift, 2),
)
_CHURN_FACTS = {
    "calibration_error_of_a_perfect_model": "calibration error of a perfect model",
    "accuracy_of_the_majority_class": "accuracy of the majority class",
}
LAYOUTS = (
    Layout(
        "Value",
        "clv",
        "revenue",
        _VALUE,
        (
            Column("Gini", metrics.gini, 3),
            _LESS_GINI,
            Column("MAE", metrics.mae, 1),
            _LESS_MAE,
            Column("RMSE", metrics.rmse, 0),
            Column("Spearman", metrics.spearman, 3),
            Column("revenue in the top tenth", metrics.top_decile_share, 3),
            _BIAS,
        ),
        {
            "coverage_80_of_likely_buyers": "80% ranges cover",
            **{
                f"coverage_80_of_likely_buyers_quintile_{place}": f"fifth {place}"
                for place in range(1, 6)
            },
            "winkler_80_of_likely_buyers": "Winkler score",
            "mean_width_of_likely_buyers": "mean width",
        },
    ),
    Layout("Churn, all customers", "churn", "all_customers", _CHURN, _PROBABILITIES, _CHURN_FACTS),
    Layout(
        "Churn, customers active in the last 180 days",
        "churn",
        "active_customers",
        _CHURN,
        _PROBABILITIES,
        _CHURN_FACTS,
    ),
    Layout(
        "Days to the next order, of those who order",
        "next_order",
        "days_to_next_order",
        {"model": "**recipe**", "constant": "best constant", "mean_gap": "mean gap"},
        (Column("MAE, days", metrics.mae, 1), _LESS_MAE),
        {"coverage_80": "80% ranges cover"},
    ),
    Layout(
        "Order within 30 days",
        "next_order",
        "order_within_30_days",
        {"model": "**recipe**", "recency": "recency"},
        (_AUC, _LESS_AUC),
        {},
    ),
    Layout(
        "Ideas for value",
        "clv",
        "revenue",
        {
            "model": "**recipe**",
            "no_season": "without season and growth",
            "season_from_known_customers_only": "season from known customers only",
            "boosted_ratio_only": "boosted ratio only",
            "linear_ratio_only": "linear ratio only",
            "linear_value_only": "linear value only",
            "members_without_the_expectation": "members without the expectation",
            "geometric_mean_of_members": "geometric mean of the members",
            "pareto_nbd_as_a_fifth_member": "Pareto/NBD as a fifth member",
        },
        (_LESS_GINI, _LESS_MAE, _BIAS),
        {},
    ),
    Layout(
        "Ideas for churn",
        "churn",
        "active_customers",
        {
            "model": "**recipe**",
            "no_season": "without season",
            "newest_level_instead_of_season": "newest level instead of the season's",
            "boosted_trees_only": "boosted trees only",
            "logistic_regression_with_season": "logistic regression with season",
        },
        (_LESS_AUC, _BRIER, _CALIBRATION),
        {},
    ),
)
RANKS_ONLY = "recency"


def rows_of(layout: Layout, data: str, judged: Sequence[Judged]) -> list[list[str]]:
    """The lines of a table for one data set: a metric is the mean over the cutoffs."""
    names = [name for name in layout.predictors if name in judged[0].predictions]
    weights = _Draws(judged)
    lines = {name: [data, layout.predictors[name]] for name in names}
    for column in layout.columns:
        values = {name: weights.measure(column.metric, name) for name in names}
        for name, found in values.items():
            lines[name].append(_cell(column, name, found, values["model"]))
    return list(lines.values())


def facts_of(layout: Layout, judged: Sequence[Judged]) -> str:
    """The figures of the recipe alone, mean over the cutoffs."""
    parts = []
    for name, words in layout.facts.items():
        found = [one.facts[name] for one in judged]
        mean = float(np.mean(found))
        spread = f" ({min(found):.3f} to {max(found):.3f})" if "cover" in words else ""
        parts.append(f"{words} {mean:.3f}{spread}" if mean < 10 else f"{words} {mean:,.0f}")
    return ", ".join(parts)


class _Draws:
    """The bootstrap over customers, the same for every predictor and metric."""

    def __init__(self, judged: Sequence[Judged]) -> None:
        self.judged = judged
        customers = np.concatenate([one.customers for one in judged])
        ends = np.cumsum([len(one.customers) for one in judged])[:-1]
        draws = [np.ones(len(customers)), *metrics.customer_weights(customers)]
        self.weights = [np.split(draw, ends) for draw in draws]

    def measure(self, metric: Metric, predictor: str) -> Array:
        """The mean over the cutoffs, with all rows once and in each draw."""
        measures = [
            metric(one.truth, np.asarray(one.predictions[predictor])) for one in self.judged
        ]
        return np.array(
            [
                np.mean([measure(part) for measure, part in zip(measures, weight, strict=True)])
                for weight in self.weights
            ]
        )


def _cell(column: Column, name: str, found: Array, recipe: Array) -> str:
    if column.against:
        if name == "model":
            return ""
        values = (recipe - found) * POINTS
        if column.against == "relative":
            values = values / found
        one, unit = _interval(values), "%" if column.against == "relative" else ""
        return f"{one.value:+.1f}{unit} [{one.low:+.1f}, {one.high:+.1f}]"
    if name == RANKS_ONLY and column.metric not in (metrics.roc_auc, metrics.pr_auc):
        return ""
    one = _interval(found)
    return f"{one.value:.{column.digits}f} ± {(one.high - one.low) / 2:.{column.digits}f}"


def _interval(values: Array) -> Interval:
    low, high = np.nanquantile(values[1:], [0.025, 0.975])
    return Interval(float(values[0]), float(low), float(high))


@dataclass
class Table:
    """The lines of a table below its header, and what is written below it."""

    lines: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


Tables = dict[str, Table]
"""By title."""

_BLOCK = re.compile(
    r"\*\*(?P<title>[^*\n]+)\*\*\n\n(?P<lines>(?:\|.*\n)+)(?:\n(?P<notes>(?:- .*\n)+))?"
)


def text_of(tables: Tables) -> str:
    """Tables in Markdown, those without lines left out."""
    parts = []
    for layout in LAYOUTS:
        table = tables.get(layout.title, Table())
        if table.lines:
            lines = (layout.header, ["---"] * len(layout.header), *table.lines)
            cells = "".join(f"| {' | '.join(line)} |\n" for line in lines)
            notes = "".join(f"- {note}\n" for note in table.notes)
            parts.append(f"**{layout.title}**\n\n{cells}\n{notes}")
    return "\n".join(parts)


def read_tables(text: str) -> Tables:
    """The tables that `text_of` wrote."""
    found = {}
    for block in _BLOCK.finditer(text):
        lines = [line.strip("|").split("|") for line in block["lines"].splitlines()]
        cells = [[cell.strip() for cell in line] for line in lines[2:]]
        notes = [note.removeprefix("- ") for note in (block["notes"] or "").splitlines()]
        found[block["title"]] = Table(cells, notes)
    return found


def merged(old: Tables, new: Tables) -> Tables:
    """The new tables, after what the old ones say of other data sets and horizons."""
    both = {}
    for layout in LAYOUTS:
        before, table = (one.get(layout.title, Table()) for one in (old, new))
        judged = {line[0] for line in table.lines}
        lines = [line for line in before.lines if line[0] not in judged]
        notes = [note for note in before.notes if note.partition(":")[0] not in judged]
        both[layout.title] = Table(lines + table.lines, notes + table.notes)
    return both
