"""What a second build does again, what differs between two, and inputs that readers can switch."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import fields
from inspect import signature
from pathlib import Path

import pytest
from published_sample import change_sample, publish_sample

from patron.errors import UsageError
from patron.shop import Shop
from reports.builder.api import CACHE, BuildResult, Request, build_site, check_site
from reports.builder.data.runner import QueryRunner
from reports.builder.site.assembly import Assembly
from reports.builder.site.diff import differences
from reports.builder.site.reading import figures
from reports.builder.site.variants import merged

PAGE = "```sql q\nSELECT COUNT(*) AS n FROM marts.mart_customer_analytics\n```\nn={q[0].n}\n"


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What builds did: queries that were run and pages that were rendered."""
    done: list[str] = []
    fetch, body = QueryRunner._fetch, Assembly.body

    def fetching(self: QueryRunner, query: object, sql: str) -> object:
        done.append(sql)
        return fetch(self, query, sql)  # type: ignore[arg-type]

    def rendering(self: Assembly, page: object, *rest: object) -> object:
        done.append(page.file)  # type: ignore[attr-defined]
        return body(self, page, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(QueryRunner, "_fetch", fetching)
    monkeypatch.setattr(Assembly, "body", rendering)
    return done


def build(shop: Shop, content: Path, **pages: str) -> dict[str, str]:
    for name, text in pages.items():
        (content / "pages" / f"{name}.md").write_text(text, encoding="utf-8")
    result = build_site(shop, request=Request(content=content))
    assert not result.errors
    return read(result)


def read(result: BuildResult) -> dict[str, str]:
    return {page.source: page.file.read_text("utf-8") for page in result.pages if page.file}


@pytest.mark.parametrize("function", [build_site, check_site])
def test_what_is_asked_for_has_one_place(function: Callable[..., BuildResult]) -> None:
    asked = {each.name for each in fields(Request)}
    assert asked.isdisjoint(signature(function).parameters)


def test_what_did_not_change_is_not_built_again(
    published: Shop, content: Path, work: list[str]
) -> None:
    first = build(published, content, index=PAGE, other="{publication.published_at}")
    assert len(work) == 3
    work.clear()
    assert build(published, content) == first
    assert work == []
    build(published, content, other="changed")
    assert work == ["pages/other.md"]
    work.clear()
    build(published, content, index=PAGE + "more")
    assert work == ["pages/index.md"]  # its query is the same
    work.clear()
    (content / "theme" / "alert.html").write_text("<b>{{ html }}</b>")
    build(published, content)
    assert work == ["pages/index.md", "pages/other.md"]


def test_other_data_are_other_pages_but_only_where_they_are_read(
    published: Shop, content: Path, work: list[str]
) -> None:
    change_sample(
        published,
        "CREATE TABLE quality.publication_items AS SELECT * FROM (VALUES"
        " ('marts.mart_customer_analytics', 'a', 'b', 1, TIMESTAMP '2025-09-15'),"
        " ('marts.mart_executive_financial_summary', 'a', 'b', 1, TIMESTAMP '2025-09-15'))"
        " AS t(item, marker, shape, batch, published_at)",
    )
    other = (
        "```sql q\nSELECT COUNT(*) AS n FROM marts.mart_executive_financial_summary\n```\n{q[0].n}"
    )
    before = build(published, content, index=PAGE, other=other)
    work.clear()
    change_sample(
        published,
        "DELETE FROM marts.mart_customer_analytics WHERE customer_id IN"
        " (SELECT customer_id FROM marts.mart_customer_analytics ORDER BY 1 LIMIT 3);"
        " UPDATE quality.publication_items SET published_at = TIMESTAMP '2025-09-16'"
        " WHERE item = 'marts.mart_customer_analytics'",
    )
    after = build(published, content)
    assert len(work) == 2
    assert "pages/index.md" in work
    assert "n=300" in before["pages/index.md"]
    assert "n=297" in after["pages/index.md"]
    with sqlite3.connect(published.data / CACHE) as cache:
        copies = {row[0] for row in cache.execute("SELECT copy FROM entries")}
    assert len(copies) == 1  # nothing of the copy before is left


def test_new_alerts_are_new_pages_only_where_alerts_are_read(
    published: Shop, content: Path, work: list[str]
) -> None:
    page = "```sql q\nSELECT COUNT(*) AS n FROM quality.{0}\n```\n{{q[0].n}}"
    build(published, content, index=page.format("model_runs"), other=page.format("alerts"))
    work.clear()
    change_sample(published, "DELETE FROM quality.alerts")
    build(published, content)
    assert [one for one in work if one.endswith(".md")] == ["pages/other.md"]
    change_sample(
        published,
        "DELETE FROM quality.model_runs;"
        " UPDATE quality.publication SET published_at = published_at + INTERVAL 1 MINUTE",
    )
    work.clear()
    build(published, content)
    assert "pages/index.md" in work


def test_what_fails_or_asks_the_clock_is_not_kept(
    published: Shop, content: Path, work: list[str]
) -> None:
    (content / "pages" / "index.md").write_text("```sql q\nSELECT now() AS n\n```\n{q[0].n}")
    (content / "pages" / "bad.md").write_text("```sql q\nSELECT no_such\n```\n{q[0].n}")
    for _ in range(2):
        result = build_site(published, request=Request(content=content))
        assert len(result.errors) == 1
        assert len(result.warnings) == 1
    assert work.count("pages/index.md") == 2
    assert work.count("pages/bad.md") == 2


def test_a_cache_that_cannot_be_read_costs_nothing(published: Shop, content: Path) -> None:
    first = build(published, content, index=PAGE)
    (published.data / CACHE).write_bytes(b"not a database at all" * 100)
    assert build(published, content) == first
    with sqlite3.connect(published.data / CACHE) as cache:
        cache.execute("UPDATE entries SET value = x'00'")
    assert build(published, content) == first
    with sqlite3.connect(published.data / CACHE) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert build(published, content) == first
    assert read(build_site(published, request=Request(content=content, anew=True))) == first


def test_the_numbers_that_differ_are_listed(shop: Shop, content: Path, tmp_path: Path) -> None:
    page = (
        "```sql q\nSELECT country, COUNT(*) AS customers FROM marts.mart_customer_analytics"
        " GROUP BY country ORDER BY country\n```\n"
        "```sql t\nSELECT COUNT(*) AS n FROM marts.mart_customer_analytics\n```\n"
        "<BigValue data={t} value=n title=Everybody />\n\nThere are {t[0].n} of them.\n\n"
        "<DataTable data={q} title=Countries />\n"
    )
    (content / "pages" / "index.md").write_text(page)
    (content / "pages" / "same.md").write_text("12 apples")
    publish_sample(shop, customers=300)
    build_site(shop, tmp_path / "a", request=Request(content=content))
    change_sample(
        shop,
        "UPDATE marts.mart_customer_analytics SET country = 'XX' WHERE customer_id ="
        " (SELECT MIN(customer_id) FROM marts.mart_customer_analytics);"
        " INSERT INTO marts.mart_customer_analytics SELECT * FROM marts.mart_customer_analytics"
        " WHERE country = 'XX'",
    )
    (content / "pages" / "more.md").write_text("1")
    build_site(shop, tmp_path / "b", request=Request(content=content))
    assert list(differences(tmp_path / "a", tmp_path / "a")) == []
    found = {(each.page, each.place): each for each in differences(tmp_path / "a", tmp_path / "b")}
    assert (found["more.html", ""].before, found["more.html", ""].after) == (None, "")
    tile = found["index.html", "Everybody: #"]
    assert (tile.before, tile.after) == ("300", "301")
    assert str(found["index.html", "There are # of them."]).endswith(": 300 -> 301")
    row = found["index.html", "Countries / XX / Customers"]
    assert (row.before, row.after) == (None, "2")
    assert not [page for page, _ in found if page == "same.html"]
    with pytest.raises(UsageError, match="no pages"):
        list(differences(tmp_path / "a", shop.data))


def test_numbers_are_read_with_their_places() -> None:
    html = (
        "<style>p{margin:8px}</style><p>Revenue rose by 2.9% to €1,234, of which 5k is new.</p>"
        "<p>No number</p><pre>SELECT 42</pre><p>1</p><p>2</p>"
    )
    assert figures(html) == {
        "Revenue rose by # to #, of which # is new.": "2.9%",
        "Revenue rose by # to #, of which # is new. (2)": "€1,234",
        "Revenue rose by # to #, of which # is new. (3)": "5k",
        "#": "1",
        "# (2)": "2",
    }


SWITCHED = """```sql countries
SELECT * FROM (VALUES ('DE', 3), ('AT', 2), ('CH', 1)) AS t(country, n)
```

<Dropdown name=country data={countries} value=country defaultValue=AT />
<Checkbox name=double title=Double />

```sql mine
SELECT n * ${inputs.double ? 2 : 1} AS n FROM ${countries} WHERE country = '${inputs.country.value}'
```

The same for all.

It is {mine[0].n} in {inputs.country.value}.
"""


def outside_of_states(html: str) -> str:
    return re.sub(r'<template class="states">.*?</template></template>', "", html, flags=re.DOTALL)


def test_every_state_of_the_inputs_is_in_the_page(published: Shop, content: Path) -> None:
    html = build(published, content, index=SWITCHED)["pages/index.md"]
    main = html.partition("<main")[2]
    outside = re.sub(
        r'<template class="states">.*?</template></template>', "", main, flags=re.DOTALL
    )
    assert "It is 2 in AT." in outside
    for sentence in (
        "It is 3 in DE.",
        "It is 6 in DE.",
        "It is 1 in CH.",
        "It is 2 in CH.",
        "It is 4 in AT.",
    ):
        assert main.count(sentence) == 1
        assert sentence not in outside
    assert main.count("The same for all.") == 1
    assert main.count("<select") == 1
    assert sorted(re.findall(r'data-for="([^"]*)"', main)) == [
        "0.0",
        "0.1",
        "1.0",
        "1.1",
        "2.0",
        "2.1",
    ]


def test_of_several_values_each_can_be_chosen_alone(published: Shop, content: Path) -> None:
    several = (
        SWITCHED.partition("<Dropdown")[0]
        + "<Dropdown name=country data={countries} value=country multiple selectAllByDefault />\n\n"
        "```sql mine\nSELECT sum(n) AS n FROM ${countries}"
        " WHERE country IN ${inputs.country.value}\n```\n\n"
        "It is {mine[0].n} in {inputs.country.label}.\n"
    )
    html = build(published, content, index=several)["pages/index.md"].partition("<main")[2]
    assert "It is 6 in DE, AT, CH." in outside_of_states(html)
    for sentence in ("It is 3 in DE.", "It is 2 in AT.", "It is 1 in CH."):
        assert html.count(sentence) == 1
    options = re.findall(r'<option value="(\w+)"( selected)?>(\w+)<', html)
    assert options == [
        ("all", " selected", "All"),
        ("0", "", "DE"),
        ("1", "", "AT"),
        ("2", "", "CH"),
    ]
    some = several.replace("selectAllByDefault", "defaultValue={['AT', 'CH']}")
    html = build(published, content, index=some)["pages/index.md"].partition("<main")[2]
    assert "It is 3 in AT, CH." in outside_of_states(html)
    assert ">AT, CH</option>" in html
    none = several.replace(" selectAllByDefault", "")
    html = build(published, content, index=none)["pages/index.md"].partition("<main")[2]
    assert " selected>None</option>" in html


@pytest.mark.parametrize(
    ("tag", "control"),
    [
        ("Dropdown name=x data={countries} value=country", "<select"),
        ("ButtonGroup name=x data={countries} value=country", 'type="radio"'),
        ("Checkbox name=x", 'type="checkbox"'),
        ("TextInput name=x", "<b>anything</b>"),
    ],
)
def test_inputs_say_what_they_are_about(
    published: Shop, content: Path, tag: str, control: str
) -> None:
    page = f"{SWITCHED.partition('<Dropdown')[0]}<{tag} description='Less < all' />\n"
    html = build(published, content, index=page)["pages/index.md"]
    (shown,) = re.findall(r'<(p|fieldset) class="input[^>]*>(.*?)</\1>', html, re.DOTALL)
    assert control in shown[1]
    assert shown[1].count('<span class="note">Less &lt; all</span>') == 1


def test_inputs_with_many_values_or_that_depend_on_others_stay_at_their_default(
    published: Shop, content: Path
) -> None:
    dependent = SWITCHED.replace(
        "<Checkbox name=double title=Double />",
        "\n```sql parts\nSELECT UNNEST(['a' || '${inputs.country.value}', 'b']) AS part\n```\n"
        "<Dropdown name=part data={parts} value=part />\n",
    ).replace("inputs.double ?", "inputs.part.value == 'b' ?")
    html = build(published, content, index=dependent)["pages/index.md"]
    assert outside_of_states(html).count("<select") == 1
    assert "Part: <b>aAT</b>" in outside_of_states(html)
    assert set(re.findall(r'data-for="([^"]*)"', html)) == {"0", "1", "2"}
    many = SWITCHED.replace(
        "('CH', 1)", "('CH', 1)" + "".join(f", ('x{n}', {n})" for n in range(30))
    )
    html = build(published, content, index=many)["pages/index.md"]
    assert html.count("<select") == 0
    assert sorted(re.findall(r'data-for="([^"]*)"', html)) == ["0", "1"]


def test_blocks_that_come_and_go_are_switched_as_a_whole() -> None:
    html = merged(
        {"a": "0"},
        [
            ({"a": "0"}, "<p>x</p>\n<p>one</p>\n<p>y<br>z</p>"),
            ({"a": "1"}, "<p>x</p>\n<div><p>two</p></div>\n<p>three</p>\n<p>y<br>z</p>"),
            ({"a": "2"}, "<p>x</p>\n<p>y<br>z</p>"),
        ],
    )
    assert html == (
        '<p>x</p>\n<template class="states"><template data-for="0" data-shown></template>'
        '<template data-for="1"><div><p>two</p></div>\n<p>three</p>\n</template>'
        '<template data-for="2"></template></template><p>one</p>\n<template></template>\n'
        "<p>y<br>z</p>"
    )
