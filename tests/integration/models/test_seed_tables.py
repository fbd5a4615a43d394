"""The tables of decisions are complete."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import product

import yaml

from tests.support.definitions import PROJECT

SEGMENTS = {
    "Champions",
    "Loyal customers",
    "Potential loyalists",
    "New customers",
    "Promising",
    "Needs attention",
    "At risk",
    "Cannot lose them",
    "Hibernating",
    "Lost",
}
STAGES_OF_BUYERS = ("loyal", "active", "new", "dormant", "at_risk", "churned")
TIERS = ("High", "Medium", "Low")


def rows(seed: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_cell_of_the_rfm_grid_has_exactly_one_segment() -> None:
    cells = Counter(
        (int(row["recency_score"]), int(row["frequency_monetary_score"]))
        for row in rows("rfm_segments")
    )
    assert cells == Counter(product(range(1, 6), range(1, 6)))
    assert {row["rfm_segment"] for row in rows("rfm_segments")} == SEGMENTS


def test_every_department_of_a_grocer_is_in_a_category() -> None:
    catalogue = (PROJECT / "simulate" / "lists" / "catalogue.yaml").read_text(encoding="utf-8")
    departments = {row["name"].lower() for row in yaml.safe_load(catalogue)["departments"]}
    categories = {
        row["department_name"]: row["product_category"] for row in rows("product_categories")
    }
    assert departments - set(categories) == set()
    assert set(categories.values()) == {"Fresh", "Packaged", "Consumables"}
    fresh = {"bakery", "dairy and eggs", "meat and fish", "produce"}
    assert {name for name in departments if categories[name] == "Fresh"} == fresh


def test_departments_are_written_as_they_are_compared() -> None:
    names = [row["department_name"] for row in rows("product_categories")]
    assert names == [" ".join(name.lower().split()) for name in names]
    assert len(names) == len(set(names))


def test_a_segment_has_one_action() -> None:
    actions = {(row["rfm_segment"], row["rfm_action"]) for row in rows("rfm_segments")}
    assert len(actions) == len(SEGMENTS)
    assert all(action.strip() for _, action in actions)


def test_more_orders_and_money_never_give_a_lesser_segment_of_the_same_recency() -> None:
    best_first = {
        5: ["New customers", "Potential loyalists", "Loyal customers", "Champions"],
        1: ["Lost", "Hibernating", "At risk", "Cannot lose them"],
    }
    grid = {
        (int(row["recency_score"]), int(row["frequency_monetary_score"])): row["rfm_segment"]
        for row in rows("rfm_segments")
    }
    for recency, order in best_first.items():
        ranks = [order.index(grid[recency, value]) for value in range(1, 6)]
        assert ranks == sorted(ranks)


def test_every_stage_and_tier_that_can_occur_has_one_recommendation() -> None:
    combinations = Counter(
        (row["lifecycle_stage"], row["value_tier"]) for row in rows("marketing_recommendations")
    )
    # Prospects have spent nothing, which is the lowest tier.
    expected = [*product(STAGES_OF_BUYERS, TIERS), ("prospect", "Low")]
    assert combinations == Counter(expected)
    assert all(row["marketing_recommendation"] for row in rows("marketing_recommendations"))


def test_departments_are_listed_once_in_lower_case() -> None:
    names = [row["department_name"] for row in rows("product_categories")]
    assert len(names) == len(set(names))
    assert names == [name.lower().strip() for name in names]
    categories = {row["product_category"] for row in rows("product_categories")}
    assert categories <= {"Fresh", "Packaged", "Consumables", "Other"}
