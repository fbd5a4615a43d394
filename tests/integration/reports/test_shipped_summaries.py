"""The summaries call unusual what marts.mart_kpis does, as the dashboard does."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from published_sample import change_sample

from patron.shop import Shop, find_project
from patron.warehouse import reading

sys.path.insert(0, str(find_project()))

from tests.support.shipped_site import Site, built, euros

LENGTHS = {"daily": "day", "weekly": "week", "monthly": "month"}
# The last of each that is over on 15 September 2025.
STARTS = {"day": "2025-09-14", "week": "2025-09-08", "month": "2025-08-01"}
NOTHING = "Nothing: no metric was both beyond 2 standard deviations of the 12"


@pytest.fixture
def pages(content: Path) -> Path:
    """The dashboard and the summaries."""
    shipped = find_project() / "reports"
    for folder in ("queries", "partials"):
        shutil.copytree(shipped / folder, content / folder)
    shutil.copytree(shipped / "pages" / "summaries", content / "pages" / "summaries")
    shutil.copy(shipped / "pages" / "index.md", content / "pages")
    return content


def unusual_on(site: Site, name: str) -> str:
    """What the page of a summary says under the question."""
    text = site.texts[f"summaries/{name}"].partition(" before. What was unusual? ")[2]
    return text.partition(" Net revenue Week ")[0].partition(" All metrics ")[0]


def test_a_summary_calls_unusual_what_the_mart_does(published: Shop, pages: Path) -> None:
    site = built(published, pages)
    assert site.complaints == []
    with reading(published) as connection:
        rows = connection.execute(
            "SELECT grain, CAST(period_start AS TEXT), label, change_significance"
            " FROM marts.mart_kpis INNER JOIN quality.metric_definitions USING (metric)"
            " WHERE dimension = 'all'"
        ).fetchall()
    found = 0
    for name, grain in LENGTHS.items():
        told = unusual_on(site, name)
        judged = [row for row in rows if row[:2] == (grain, STARTS[grain])]
        assert len(judged) > 8
        for _, _, label, significance in judged:
            moved = significance in {"improved", "worsened", "changed"}
            assert (f"{label} : " in told) is moved, (name, label)
            found += moved
            if moved and grain != "day":
                assert (
                    f"{label} of {'the week of 8 Sep' if grain == 'week' else 'Aug'} 2025"
                    in (site.texts["index"])
                )
    assert found > 3


def test_one_verdict_reaches_dashboard_and_summary(published: Shop, pages: Path) -> None:
    change_sample(
        published,
        "UPDATE marts.mart_kpis SET change_significance = CASE"
        " WHEN grain = 'month' THEN 'unknown'"
        " WHEN grain = 'week' AND metric IN ('units', 'net_revenue', 'new_customers')"
        " THEN 'worsened' ELSE 'none' END",
    )
    site = built(published, pages)
    weekly = site.texts["summaries/weekly"]
    assert "Units : 79, 119.4% more than the week before" in unusual_on(site, "weekly")
    assert unusual_on(site, "weekly").count(": worse") == 3
    assert "Units of the week of 8 Sep 2025: 79, 119.4% more" in site.texts["index"]
    assert "That is unusual, measured on the 12 weeks before." in weekly
    assert "Find out why revenue fell (management)" in weekly
    assert "Look at acquisition (marketing): unusually few new customers came, 2." in weekly
    daily = site.texts["summaries/daily"]
    assert "That is not unusual, measured on the 12 same weekdays before." in daily
    assert f"{NOTHING} same weekdays before and changed by enough to matter." in daily
    assert "Find out" not in daily
    monthly = site.texts["summaries/monthly"]
    assert "a year ago. What was unusual? That cannot be told" in monthly
    assert "Nothing: " not in monthly


def test_changes_are_those_of_the_days_of_the_periods_compared(
    published: Shop, pages: Path
) -> None:
    site = built(published, pages)
    compared = {
        "daily": ("2025-09-14", "2025-09-14", "2025-08-17", "2025-08-17"),
        "weekly": ("2025-09-08", "2025-09-14", "2025-09-01", "2025-09-07"),
        "monthly": ("2025-08-01", "2025-08-31", "2025-07-01", "2025-07-31"),
    }
    nouns = {
        "daily": "the same weekday four weeks before",
        "weekly": "the week before",
        "monthly": "the month before",
    }
    for name, (first, last, first_before, last_before) in compared.items():
        now, before = site.ask(
            f"SELECT SUM(net_revenue) FILTER (date_day BETWEEN '{first}' AND '{last}')::DOUBLE,"
            f" SUM(net_revenue)"
            f" FILTER (date_day BETWEEN '{first_before}' AND '{last_before}')::DOUBLE"
            " FROM marts.mart_executive_financial_summary"
        )
        word, verb = ("more", "rose") if now > before else ("less", "fell")
        text = site.texts[f"summaries/{name}"]
        assert f"was {euros(now)}, {abs(now / before - 1):.1%} {word} than {nouns[name]}" in text
        assert f"Net revenue {verb} by {euros(abs(now - before))} against {nouns[name]}" in text


def test_a_period_that_runs_is_not_compared(published: Shop, pages: Path) -> None:
    monthly = built(published, pages, "2025-09").texts["summaries/monthly"]
    assert "The data hold only 14 days of September 2025" in monthly
    assert "That cannot be told: it takes a period that is over" in monthly
    assert "Net revenue fell" not in monthly
    assert "than the month before" not in monthly
