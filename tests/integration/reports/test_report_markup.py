from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from published_sample import change_sample

from patron.shop import Shop

Render = Callable[..., Any]
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% if 1 %}x{% endif %}{1 + 1}{#if x}",
    "**bold** [a](javascript:alert(1)) `c` | # <Grid cols=9>",
    "${sales} ' OR 1=1 --",
    "control \x01\x1b\x7f and private \ue0000\ue001",
    "=HYPERLINK(1)",
    "ä" * 400,
)


def test_data_cannot_become_markup_anywhere(published: Shop, render: Render) -> None:
    change_sample(
        published,
        "CREATE TABLE marts.hostile (name TEXT, amount DOUBLE, day DATE);"
        + "".join(
            f"INSERT INTO marts.hostile VALUES ($${text}$$, {amount}, DATE '2025-01-0{place + 1}');"
            for place, (text, amount) in enumerate(
                zip(HOSTILE, ["1", "'nan'", "'inf'", "'-inf'", "NULL", "2", "3", "-4"], strict=True)
            )
        ),
    )
    built = render(
        "---\ntitle: Hostile <b>title</b>\n---\n```sql sales\nSELECT * FROM marts.hostile\n```\n"
        "{#each sales as row}\n"
        "## {row.name}\n\nText {row.name} and **{row.name}**, <Value data={[row]} column=name /> "
        "[link]({row.name}) <a href='{row.name}' title={row.name} onclick={row.name}>x</a>\n\n"
        "- {{ row.name }}\n\n<BigValue data={[row]} value=name title={row.name} comparison=amount"
        " description='{row.name}' />\n\n{/each}\n\n"
        "| a |\n|---|\n| {sales[3].name} |\n\n"
        "<DataTable data={sales} title={sales[0].name} link=name search>\n"
        "<Column id=name contentType=html/><Column id=amount contentType=bar/>\n</DataTable>\n"
        "<DataTable data={sales}>\n<Column id=name contentType=link linkLabel=name/>\n"
        "<Column id=amount contentType=colorscale/></DataTable>\n"
        "<BarChart data={sales} x=name y=amount title={sales[1].name} subtitle={sales[0].name} />\n"
        "<LineChart data={sales} x=day y=amount series=name legend />\n"
        "<Alert description={sales[0].name}>{sales[1].name}</Alert>\n"
        "<Details title={sales[0].name}>{sales[2].name}</Details>\n"
        "<Tabs><Tab label={sales[1].name}>x</Tab></Tabs> <Info description={sales[1].name} />\n"
    )
    html = built.html
    assert built.result.errors == ()
    scripts = re.findall(r"<script[^>]*>", html)
    assert scripts == ["<script>"]
    assert not re.search(r"<(?:img|Grid|h1 |strong>bold)", built.body)
    assert not re.search(r"\son\w+\s*=", _tags_without_values(html))
    assert not re.search(r'href="\s*(?:javascript|data|vbscript)', html, re.IGNORECASE)
    assert "49" not in re.findall(r"<h2[^>]*>(.*?)</h2>", built.body)
    assert "{{ 7 * 7 }}{% if 1 %}x{% endif %}{1 + 1}{#if x}" in built.body
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\uf8ff]", html)
    assert not re.search(r"\b(?:NaN|nan|inf|Infinity)\b", _tags_without_values(built.body))


def _tags_without_values(html: str) -> str:
    """The tags of a page, attribute values and text taken out."""
    style = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    tags = re.findall(r"<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", style)
    return "".join(re.sub(r"\"[^\"]*\"|'[^']*'", '""', tag) for tag in tags)


def test_a_page_that_cannot_be_read_shows_why(render: Render) -> None:
    built = render("Fine.", broken="# A\n\n<Grid>\n")
    page = built.result.index.parent / "broken.html"
    assert "pages/broken.md:3: &lt;Grid&gt; is not closed" in page.read_text("utf-8")
    assert built.messages == ["error: pages/broken.md:3: <Grid> is not closed by </Grid>"]
    assert "Fine." in built.html


def test_pages_link_to_each_other(content: Path, render: Render) -> None:
    (content / "pages" / "deep").mkdir()
    (content / "pages" / "deep" / "one.md").write_text("---\ntitle: Deep\n---\n[up](/)")
    built = render(
        "---\ntitle: Home\n---\n[second](/second) [deep](deep/one)",
        second="---\ntitle: Two\nsidebar_position: 1\n---\n",
    )
    nav = re.findall(r'<a href="([^"]*)"( aria-current="page")?>([^<]*)</a>', built.html)
    assert nav[:3] == [
        ("index.html", ' aria-current="page"', "Home"),
        ("second.html", "", "Two"),
        ("deep/one.html", "", "Deep"),
    ]
    assert '<a href="second.html">second</a>' in built.body
    assert '<a href="deep/one.html">deep</a>' in built.body
    deep = (built.result.index.parent / "deep" / "one.html").read_text("utf-8")
    assert '<a href="../index.html">up</a>' in deep


def test_partials_bring_their_queries(content: Path, render: Render) -> None:
    (content / "partials").mkdir()
    (content / "partials" / "head.md").write_text(
        "```sql answer\nSELECT 42 AS n\n```\nThe answer is {answer[0].n}. {@partial 'foot.md'}"
    )
    (content / "partials" / "foot.md").write_text("Foot of {title}.")
    built = render("---\ntitle: Page\n---\n{@partial 'head.md'}")
    assert "The answer is 42. Foot of Page." in built.body
    assert built.messages == []


def test_partials_do_not_go_round_in_circles(content: Path, render: Render) -> None:
    (content / "partials").mkdir()
    (content / "partials" / "a.md").write_text("{@partial 'a.md'}")
    built = render("{@partial 'a.md'}")
    assert "partials include each other" in built.messages[0]
    (content / "partials" / "a.md").write_text("a {@partial 'b.md'}")
    (content / "partials" / "b.md").write_text("b {@partial 'a.md'}")
    built = render("{@partial 'a.md'}")
    assert any("partials include each other" in message for message in built.messages)


def test_blocks_in_text_lists_and_tables(render: Render) -> None:
    built = render(
        "```sql rows\nSELECT i AS n, i * 1.5 AS x FROM range(3) AS r(i)\n```\n"
        "{#if rows.length > 5}many{:else if rows.length == 3}three{:else}few{/if} rows.\n\n"
        "| n | x |\n|---|---|\n"
        "{#each rows as row, i}| {i}: {row.n} | {fmt(row.x, 'num1')} |\n{/each}\n"
        "{#each rows.slice(0, 2) as row}\n- item {row.n}\n{:else}\nnone\n{/each}\n\n"
        "{% for row in rows %}{% if row.n == 2 %}last {{ row.x | fmt('usd2') }}{% endif %}"
        "{% endfor %}\n\n"
        "{@const total = rows[0].n + rows[2].n}{total} {#each [] as x}x{:else}nothing{/each}\n"
    )
    body = built.body
    assert "<p>three rows.</p>" in body
    assert body.count("<tr>") == 4
    assert "<td>1: 1</td>\n<td>1.5</td>" in body
    assert body.count("<li>") == 2
    assert "last $3.00" in body
    assert "<p>2 nothing</p>" in body
    assert built.messages == []


def test_queries_may_stay_hidden(render: Render) -> None:
    text = "```sql a\nSELECT 1 AS x\n```\n{a[0].x}"
    assert "How the numbers are made" in render(text).html
    assert (
        "How the numbers are made" not in render(f"---\nneverShowQueries: true\n---\n{text}").html
    )
