"""Texts of alerts are for people: no raw dates, no bare fractions, no `1 cycles`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from operate.monitor import wording
from operate.monitor.business import kpis
from operate.monitor.limits import read_limits
from operate.monitor.scene import Scene
from patron.shop import Shop


def test_a_month_is_named_and_says_while_it_is_not_over() -> None:
    assert wording.month_text(date(2026, 11, 1)) == "November 2026"
    assert wording.month_text(date(2026, 11, 1), over=False) == "November 2026 so far"
    assert wording.day_text(date(2026, 2, 3)) == "3 February 2026"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.6629, "share", "66.3%"),
        (1.0, "share", "100.0%"),
        (35.4936, "score", "35.49"),
        (70.0, "score", "70"),
        (1234567.5, "money", "1,234,567.5"),
        (0.0, "count", "0"),
        (120.0, None, "120"),
    ],
)
def test_a_figure_stands_in_its_unit(value: float, unit: str | None, text: str) -> None:
    assert wording.figure(value, unit) == text


def test_one_is_no_plural() -> None:
    assert wording.counted(1, "cycle") == "1 cycle"
    assert wording.counted(0, "cycle") == "0 cycles"
    assert wording.counted(1200, "day was", "days were") == "1,200 days were"


def test_a_missed_target_reads_like_a_sentence(shop: Shop, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "published.duckdb")) as published:
        published.execute("CREATE SCHEMA marts; CREATE SCHEMA quality")
        published.execute(
            """CREATE TABLE marts.mart_kpis AS
            SELECT 'high_risk_share' AS metric, 'month' AS grain, 'all' AS dimension,
              DATE '2026-11-01' AS period_start, FALSE AS is_complete, 0.6629 AS value,
              0.15 AS target, 'off_target' AS status"""
        )
        published.execute(
            """CREATE TABLE quality.metric_definitions AS
            SELECT 'high_risk_share' AS metric, 'Customers at high risk' AS label,
              'share' AS unit, 'customer_team' AS owner"""
        )
        now = datetime.fromisoformat("2026-11-21T06:00")
        (check,) = kpis(Scene(shop, now, read_limits(shop), store=published, published=published))
    assert check.title == "Customers at high risk is off its target"
    assert check.detail == "66.3% in November 2026 so far, target 15.0%"
