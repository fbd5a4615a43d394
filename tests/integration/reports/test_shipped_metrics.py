"""A number on a page that carries the name of a metric is that of marts.mart_kpis."""

from __future__ import annotations

from pathlib import Path

from page_metrics import disagreeing, page_claims
from published_sample import change_sample

from patron.shop import Shop


def test_numbers_that_carry_the_name_of_a_metric_agree_with_the_mart(published: Shop) -> None:
    claims = page_claims(published)
    assert {claim.key[0] for claim in claims} >= {"net_revenue", "orders", "new_customers"}
    assert {claim.key[1] for claim in claims} >= {"day", "week", "month"}
    # The sample has the metrics of sales only.
    known = {"net_revenue", "orders", "units", "new_customers", "gross_margin", "aov"}
    told = [each for each in claims if each.key[0] in known and each.key[1] != "now"]
    assert disagreeing(published, told) == []


def test_a_number_that_differs_is_found(published: Shop, content: Path) -> None:
    (content / "pages" / "index.md").write_text(
        "```sql months\nSELECT DATE_TRUNC('month', date_day)::DATE AS month, SUM(orders) AS orders,"
        " AVG(aov) AS aov FROM marts.mart_executive_financial_summary GROUP BY ALL\n```\n",
        encoding="utf-8",
    )
    claims = page_claims(published, content)
    wrong = disagreeing(published, claims)
    # A mean of ratios is not the ratio of sums; orders are right.
    assert wrong
    assert all("'aov'" in each and "index.md: months" in each for each in wrong)
    change_sample(
        published,
        "UPDATE marts.mart_kpis SET value = value + 1 WHERE metric = 'orders' AND grain = 'month'",
    )
    assert any("'orders'" in each for each in disagreeing(published, claims))
