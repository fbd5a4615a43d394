"""Sites of many pages: folders, navigation, pages from rows, periods, audiences, layouts."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from published_sample import change_sample

from patron.errors import PatronError, UsageError
from patron.shop import Shop
from patron.warehouse import reading
from reports.builder.api import BuildResult, Request, build_site

SEGMENTS = """---
title: "Segment {params.segment}"
description: "{fmt(params.n, 'num0')} members."
params: segments
---

```sql segments
SELECT * FROM (VALUES ('Loyal', 1200), ('At Risk', 7), ('A/B <b>', 3), (NULL, 1)) AS t(segment, n)
```

```sql mine
SELECT n, '${params.segment}' = ${params.segment} AS same
FROM ${segments}
WHERE segment = ${params.segment}
```

n={mine[0].n} same={mine[0].same} [back](/customers)
"""


def write(content: Path, **pages: str) -> None:
    for name, text in pages.items():
        file = content / "pages" / (name.replace("__", "/") + ".md")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def built(shop: Shop, content: Path, **options: str) -> tuple[BuildResult, dict[str, str]]:
    result = build_site(shop, request=Request(content=content, **options))  # type: ignore[arg-type]
    files = {
        page.file.relative_to(shop.site).as_posix(): page.file.read_text("utf-8")
        for page in result.pages
        if page.file
    }
    return result, files


def links(html: str, label: str) -> list[tuple[str, str]]:
    nav = re.search(rf'<nav[^>]*aria-label="{label}">(.*?)</nav>', html, re.DOTALL)
    assert nav
    found = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>|<span>([^<]*)</span>', nav[1])
    return [(href, text or folder) for href, text, folder in found]


@pytest.fixture
def many(content: Path) -> Path:
    write(
        content,
        index="---\ntitle: Start\n---\n[risky](/customers/segments/At%20Risk)\n",
        zebra="---\ntitle: Zebra\nsidebar_position: 1\n---\n"
        "## Stripes\n<Details title='Inner words'>x</Details>",
        customers__index="---\ntitle: Customers\nsidebar_position: 2\n---\nx",
        customers__hidden="---\ntitle: Hidden\nsidebar_link: false\n---\nx",
        deep__er__page="---\ntitle: Deep page\nsidebar_title: Deep\n---\nx",
    )
    write(content, **{"customers__segments__[segment]": SEGMENTS})
    return content


def test_the_navigation_follows_the_folders(published: Shop, many: Path) -> None:
    result, files = built(published, many)
    assert not result.errors
    assert links(files["index.html"], "Pages") == [
        ("index.html", "Home"),
        ("zebra.html", "Zebra"),
        ("customers/index.html", "Customers"),
        ("", "Deep"),
        ("", "Er"),
        ("deep/er/page.html", "Deep"),
    ]
    assert ("../../index.html", "Home") in links(files["deep/er/page.html"], "Pages")
    current = re.findall(r'<a href="([^"]*)" aria-current="page">', files["deep/er/page.html"])
    assert current == ["page.html"]


def test_every_row_has_a_page_also_where_no_link_leads(published: Shop, many: Path) -> None:
    result, files = built(published, many)
    names = [name for name in files if name.startswith("customers/segments/")]
    assert names[:2] == ["customers/segments/loyal.html", "customers/segments/at-risk.html"]
    assert len(names) == 3
    risky = files["customers/segments/at-risk.html"]
    assert "<h1>Segment At Risk</h1>" in risky
    assert "7 members." in risky
    assert "n=7 same=true" in risky
    assert '<a href="../index.html">back</a>' in risky
    assert "A/B &lt;b&gt;" in files[names[2]]
    assert "<b>" not in files[names[2]].partition("<main")[2].partition("</main>")[0]
    assert '<a href="customers/segments/at-risk.html">risky</a>' in files["index.html"]
    assert [str(notice) for notice in result.warnings] == [
        (
            "warning: pages/customers/segments/[segment].md:1: a row of query 'segments' has"
            " no column segment; it gets no page"
        )
    ]
    assert links(risky, "Breadcrumb") == [
        ("../../index.html", "Home"),
        ("../index.html", "Customers"),
    ]
    assert ("loyal.html", "Loyal") in links(risky, "Pages")


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("", "needs 'params: QUERY'"),
        ("params: segmnts", "did you mean 'segments'"),
        ("params: other", r"query 'other' has no column segment \(columns: a\)"),
        ("params: twice", "'x X' and 'x x' would be the same file"),
        ("params: broken", "no_such"),
    ],
)
def test_parameters_without_rows_are_errors(
    published: Shop, content: Path, front: str, message: str
) -> None:
    text = (
        f"---\n{front}\n---\n```sql segments\nSELECT 'a' AS segment\n```\n"
        "```sql other\nSELECT 1 AS a\n```\n"
        "```sql twice\nSELECT UNNEST(['x x', 'x X']) AS segment\n```\n"
    )
    if front == "params: broken":
        text += "```sql broken\nSELECT no_such AS segment\n```\n"
    write(content, index="x", **{"[segment]": text})
    result, files = built(published, content)
    assert len(result.errors) == 1
    assert re.search(message, str(result.errors[0]))
    assert "index.html" in files


def test_the_search_knows_all_pages(published: Shop, many: Path) -> None:
    _, files = built(published, many)
    data = re.search(r'id="pages" data-root="([^"]*)">(.*?)</script>', files["deep/er/page.html"])
    assert data
    assert data[1] == "../.."
    entries = {entry[1]: entry for entry in json.loads(data[2])}
    assert set(entries) == set(files)
    assert entries["zebra.html"] == ["Zebra", "zebra.html", "", "Stripes · Inner words"]
    assert entries["customers/segments/at-risk.html"][:3] == [
        "Segment At Risk",
        "customers/segments/at-risk.html",
        "Customers › Segments",
    ]
    assert "<" not in data[2]


def test_a_single_page_has_no_navigation(published: Shop, content: Path) -> None:
    write(content, index="x")
    _, files = built(published, content)
    assert "<nav" not in files["index.html"]
    assert 'id="find"' not in files["index.html"]


def test_a_summary_is_about_the_last_week_or_the_one_asked_for(
    published: Shop, content: Path
) -> None:
    write(
        content,
        index="x",
        weekly="---\ntitle: \"Week of {fmt(params.period.start, 'day')}\"\nperiod: week\n---\n"
        "```sql days\nSELECT COUNT(*) AS days, MIN(date_day) AS first, MAX(date_day) AS last\n"
        "FROM marts.mart_executive_financial_summary\n"
        "WHERE date_day BETWEEN ${params.period.start} AND ${params.period.end}\n```\n"
        "{days[0].days} days from {days[0].first} to {days[0].last}\n",
        monthly="---\nperiod: month\n---\n{params.period.name}",
    )
    _, files = built(published, content)
    # The sample's as-of date is Monday 15 September 2025: the week before it is complete.
    assert "7 days from 8 Sep 2025 to 14 Sep 2025" in files["weekly.html"]
    assert "<h1>Week of 8 Sep 2025</h1>" in files["weekly.html"]
    _, files = built(published, content, period="2025-W30")
    assert "7 days from 21 Jul 2025 to 27 Jul 2025" in files["weekly.html"]
    assert "2025-08" in files["monthly.html"]
    assert date(2025, 7, 21).isocalendar()[1] == 30


def test_an_audience_gets_its_pages_and_its_rows(published: Shop, content: Path) -> None:
    (content / "site.yaml").write_text(
        "title: Our shop\naudiences:\n  germany:\n    pages: [index.md, de/*]\n"
        "    values: {country: DE}\n  board: {}\n"
    )
    query = "```sql q\nSELECT ${audience.country} AS c\n```\n{q[0].c}|{audience.name}|"
    write(
        content,
        index=query,
        other="x",
        de__one="x",
        board_only="---\naudiences: [board]\n---\nx",
    )
    _, everything = built(published, content)
    assert set(everything) == {"index.html", "other.html", "de/one.html", "board_only.html"}
    assert "–||" in everything["index.html"]
    assert "Our shop" in everything["index.html"]
    _, germany = built(published, content, audience="germany")
    assert set(germany) == {"index.html", "de/one.html"}
    assert "DE|germany|" in germany["index.html"]
    _, board = built(published, content, audience="board")
    assert set(board) == {"index.html", "other.html", "de/one.html", "board_only.html"}
    with pytest.raises(UsageError, match="there is no audience 'bord'; did you mean 'board'"):
        built(published, content, audience="bord")


def test_layouts_and_themes_are_chosen_by_name(published: Shop, content: Path) -> None:
    theme = content / "themes" / "night"
    (theme / "layouts").mkdir(parents=True)
    (theme / "style.css").write_text("body{background:#123}")
    (theme / "layouts" / "own.html").write_text(
        '{% extends "layout.html" %}{% block header %}<p>my header</p>{% endblock %}'
    )
    (content / "site.yaml").write_text("theme: night\nlayout: top\n")
    write(
        content,
        index="x",
        own="---\nlayout: own\n---\nx",
        plain="---\nlayout: plain\nhide_title: true\nfull_width: true\n---\nx",
        odd="---\nlayout: sidbar\n---\nx",
    )
    result, files = built(published, content)
    assert 'class="row"' in files["index.html"]
    assert 'class="side"' not in files["index.html"]
    assert "background:#123" in files["index.html"]
    assert "<p>my header</p>" in files["own.html"]
    assert "<header" not in files["plain.html"]
    assert '<h1 class="sr">' in files["plain.html"]
    assert 'class="side"' in files["odd.html"]
    assert [str(notice) for notice in result.warnings] == [
        (
            "warning: pages/odd.md:1: there is no layout 'sidbar'; did you mean 'sidebar'?"
            " (layouts: own, plain, sidebar, top)"
        )
    ]
    (content / "site.yaml").write_text("theme: nigth\n")
    with pytest.raises(PatronError, match="no theme 'nigth'"):
        built(published, content)
    (content / "site.yaml").write_text("tilte: x\n")
    with pytest.raises(PatronError, match="unknown setting 'tilte'; did you mean 'title'"):
        built(published, content)


def test_every_page_says_what_became_of_the_tables_it_reads(published: Shop, content: Path) -> None:
    text = "```sql q\nSELECT COUNT(*) AS n FROM {0} AS t\n```\n{{q[0].n}}"
    write(
        content,
        index=text.format("marts.fct_orders"),
        other=text.format("marts.mart_executive_financial_summary"),
        none="nothing",
    )
    change_sample(
        published,
        "DELETE FROM quality.model_runs; INSERT INTO quality.model_runs BY NAME"
        " SELECT 'prod' AS environment, model, 'succeeded' AS outcome,"
        " published_at - INTERVAL (age) HOUR AS finished_at FROM quality.publication,"
        " (VALUES ('marts.fct_orders', 1), ('marts.mart_executive_financial_summary', 2400))"
        " AS runs(model, age)",
    )
    _, files = built(published, content)
    assert "This page reads marts.fct_orders." in files["index.html"]
    assert "Source<span>: marts.fct_orders</span></summary>" in files["index.html"]
    assert '<td class="bad">1 of 4 failed</td>' in files["index.html"]
    assert "Not built in the" not in files["index.html"]
    assert "An audit failed when last run." in files["other.html"]
    assert "This page reads" not in files["other.html"]
    late = "Not built in the 2 days before publication: marts.mart_executive_financial_summary."
    assert late in files["other.html"]
    assert "Source:" not in files["none.html"]


def test_a_metric_is_value_format_definition_and_sql(published: Shop, content: Path) -> None:
    write(
        content,
        index="{metric('aov').label}: {metric('aov').text}, {metric('aov', 'week').text}"
        "{#if metric('net_revenue').value > 0}, {metric('net_revenue').owner}{/if}"
        ", {metric('mrr').label} {metric('mrr').text}, {metric('aov').description}\n",
    )
    with reading(published) as connection:
        (month, week) = [
            connection.execute(
                "SELECT SUM(net_revenue) / SUM(orders) FROM marts.mart_executive_financial_summary"
                f" WHERE date_day >= DATE_TRUNC('{grain}', as_of_date) - INTERVAL 1 {grain}"
                f" AND date_day < DATE_TRUNC('{grain}', as_of_date)"
            ).fetchall()[0][0]
            for grain in ("month", "week")
        ]
    result, files = built(published, content)
    said = f"Average order value: €{month:.2f}, €{week:.2f}, finance_team, "
    said += "Monthly recurring revenue –, Net revenue divided by orders; guests count."
    assert said in files["index.html"]
    assert not result.errors
    write(content, index="{metric('aovv').value}\n")
    result, _ = built(published, content)
    assert "there is no metric 'aovv'; did you mean 'aov'?" in result.errors[0].message


def test_a_definition_says_what_a_metric_means(published: Shop, content: Path) -> None:
    write(content, index="<Definition metric=aov />\n\n<Definition metric=aovv />\n")
    change_sample(
        published,
        "UPDATE quality.metric_definitions SET description = 'Revenue > 0 by order.',"
        " query = 'SELECT SUM(a) / SUM(b) FROM marts.m', owner = 'finance', model = 'marts.m',"
        " version = 3, deprecated_date = '2026-01-31', replaced_by = 'aov_net'"
        " WHERE metric = 'aov'",
    )
    result, files = built(published, content)
    said = "Revenue &gt; 0 by order. Owner: finance. Version 3. Deprecated since 2026-01-31;"
    said += " use aov_net."
    assert f"{said} From marts.m:" in files["index.html"]
    assert "<pre><code>SELECT SUM(a) / SUM(b) FROM marts.m</code></pre>" in files["index.html"]
    assert [notice.message for notice in result.errors] == [
        "there is no metric 'aovv'; did you mean 'aov'?"
    ]
