"""The tables that sort checks and give advice leave out nothing that can occur."""

from __future__ import annotations

import csv
import re
from fnmatch import fnmatch

import pytest
from sqlmesh.core.audit.builtin import BUILT_IN_AUDITS

from tests.support.definitions import PROJECT, audits, variables

TYPES = {
    "completeness",
    "uniqueness",
    "validity",
    "referential",
    "freshness",
    "volume",
    "distribution",
    "reconciliation",
    "business_rule",
}
_RULES = re.compile(r"@rejection_reasons\((.*?)\) AS rejection_reasons", re.DOTALL)


def rows(seed: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_audit_has_one_type() -> None:
    typed = [row["audit"] for row in rows("audit_types")]
    known = {name.removesuffix("_non_blocking") for name in (*audits(), *BUILT_IN_AUDITS)}
    assert sorted(typed) == sorted(known)


def test_every_type_has_advice_and_a_weight() -> None:
    assert {row["check_type"] for row in rows("audit_types")} == TYPES
    assert {row["check_type"] for row in rows("check_types")} == TYPES
    weights = variables()["quality_weights"]
    assert set(weights[::2]) == TYPES
    assert sum(weights[1::2]) == 100


def advice(reason: str) -> str:
    found = min(
        (
            row
            for row in rows("rejection_advice")
            if fnmatch(reason, row["reason_pattern"].replace("%", "*"))
        ),
        key=lambda row: int(row["priority"]),
    )
    return found["recommended_action"]


def test_every_reason_of_staging_has_advice_of_its_own() -> None:
    reasons = [
        reason
        for path in (PROJECT / "models" / "staging").glob("checked_*.sql")
        for rules in _RULES.findall(path.read_text(encoding="utf-8"))
        for reason in re.findall(r"^\s*'((?:[^']|'')+)',?$", rules, re.MULTILINE)
    ]
    assert len(set(reasons)) > 30
    assert [reason for reason in reasons if advice(reason) == advice("anything else")] == []


@pytest.mark.parametrize(
    ("reason", "begins"),
    [
        ("order_id is missing", "Fill the column"),
        ("order_status is not one of placed, paid", "Map the value"),
        ("rating is not between 1 and 5", "Correct the value"),
        ("ordered_at is no timestamp", "Look up the rows"),
        ("created_at is too early or in the future", "Correct the clock"),
        ("starts_at is too early", "Correct the time"),
    ],
)
def test_the_first_pattern_that_fits_counts(reason: str, begins: str) -> None:
    assert advice(reason).startswith(begins)


def test_every_metric_of_control_charts_has_advice_for_both_sides() -> None:
    metrics = ("row_count", "completeness", "validity", "freshness_hours")
    found = {(row["metric"], row["side"]) for row in rows("control_chart_advice")}
    assert found == {(metric, side) for metric in metrics for side in ("low", "high")}
    assert {row["status"] for row in rows("model_advice")} == {
        "failing",
        "slow",
        "complex",
        "healthy",
    }
