from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patron.errors import UsageError
from reports.builder.data.sources import QueryError, RawSql, compile_sql
from reports.builder.page.nodes import QuerySource
from reports.builder.render.urls import page_link
from reports.builder.site.periods import (
    KINDS,
    containing,
    last_complete,
    parse_period,
    period_values,
)
from reports.builder.site.slugs import slug

SAFE = set(string.ascii_lowercase + string.digits + "_-")
DAYS = st.dates(date(1905, 1, 1), date(2200, 12, 31))


@pytest.mark.parametrize(
    ("text", "name"),
    [("At Risk", "at-risk"), ("12345", "12345"), ("a_b-c", "a_b-c"), ("2025-01-02", "2025-01-02")],
)
def test_simple_values_are_readable_names(text: str, name: str) -> None:
    assert slug(text) == name


@given(st.text(max_size=200))
def test_every_value_is_a_safe_file_name(text: str) -> None:
    name = slug(text)
    assert name
    assert set(name) <= SAFE
    assert len(name) <= 87


@pytest.mark.parametrize(
    ("one", "other"),
    [("A/B", "A B"), ("Größe", "Grosse"), ("日本", "中国"), ("..", "."), ("x" * 90, "x" * 91)],
)
def test_values_that_only_differ_in_signs_are_different_files(one: str, other: str) -> None:
    assert slug(one) != slug(other)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("/segments/At Risk", "segments/at-risk.html"),
        ("/segments/At%20Risk#size", "segments/at-risk.html#size"),
        ("/segments/at-risk", "segments/at-risk.html"),
        ("/segments/A%2FB", f"segments/{slug('A/B')}.html"),
        ("/segments/", "segments/index.html"),
        ("/my_page.md", "my_page.html"),
        ("/segments/unknown", "/segments/unknown"),
    ],
)
def test_links_find_pages_by_the_values_in_them(url: str, link: str) -> None:
    pages = frozenset(
        {
            "segments/index.html",
            "segments/at-risk.html",
            f"segments/{slug('A/B')}.html",
            "my_page.html",
        }
    )
    assert page_link(url, "index.html", pages) == link


@given(DAYS, st.sampled_from(KINDS))
def test_periods_hold_their_day_and_follow_each_other(day: date, kind: str) -> None:
    period = containing(kind, day)
    assert period.start <= day <= period.end
    assert (period.start - period.before().end).days == 1
    assert parse_period(period.name) == period
    last = last_complete(kind, day)
    assert last.end < day
    assert containing(kind, last.end) == last
    assert (day - last.end).days <= {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[
        kind
    ]
    assert period.year_ago().start.weekday() == 0 or kind != "week"


def test_a_period_says_its_days() -> None:
    values = period_values("week", parse_period("2011-W45"))
    assert (values["start"], values["end"]) == (date(2011, 11, 7), date(2011, 11, 13))
    assert values["label"] == "week 45 of 2011, 7 Nov 2011 to 13 Nov 2011"
    assert values["before"]["name"] == "2011-W44"  # type: ignore[index]
    assert values["year_ago"]["start"] == date(2010, 11, 8)  # type: ignore[index]
    assert parse_period("2024-02").year_ago().end == date(2023, 2, 28)
    assert parse_period("2024-02-29").year_ago().start == date(2023, 2, 28)
    assert (parse_period("2011-Q4").start, parse_period("2011").end) == (
        date(2011, 10, 1),
        date(2011, 12, 31),
    )
    assert period_values("day", None)["start"] is None


@pytest.mark.parametrize("text", ["2011-W60", "2011-13", "2011-02-30", "last week", "", "2011-Q5"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a period"):
        parse_period(text)


@pytest.mark.parametrize(
    ("sql", "compiled"),
    [
        ("x = ${params.name}", "x = 'O''Brien'"),
        ("x = '${params.name}'", "x = 'O''Brien'"),
        ("x like '%${params.name}%' and y = 1", "x like '%O''Brien%' and y = 1"),
        ('select "${params.odd}"', 'select "a""b"'),
        ("d >= ${params.day}", "d >= DATE '2025-03-01'"),
        ("d >= '${params.day}'", "d >= '2025-03-01'"),
        ("n in ${params.list}", "n in ('a', 2, NULL)"),
        ("n in ${params.none}", "n in (NULL)"),
        ("order by ${params.raw}", "order by sum(x) desc"),
        ("x = ${params.choice}", "x = 'de'"),
        ("x = ${params.choice.label ?? 'none'}", "x = 'Germany'"),
        (
            "x = ${params.name ?? 'y'} -- it's ${params.name}",
            "x = 'O''Brien' -- it's ${params.name}",
        ),
    ],
)
def test_values_fit_where_the_query_puts_them(sql: str, compiled: str) -> None:
    params = {
        "name": "O'Brien",
        "odd": 'a"b',
        "day": date(2025, 3, 1),
        "list": ["a", 2, None],
        "none": [],
        "raw": RawSql("sum(x) desc"),
        "choice": {"value": "de", "label": "Germany"},
    }
    query = QuerySource("q", sql, "pages/a.md", 3)
    assert compile_sql(query, {}, {"params": params}) == compiled


def test_a_parameter_that_does_not_exist_is_named() -> None:
    query = QuerySource("q", "select 1\nwhere x = ${params.segmnt}", "pages/a.md", 3)
    with pytest.raises(
        QueryError, match=r"params has no 'segmnt'; did you mean 'segment'\?"
    ) as caught:
        compile_sql(query, {}, {"params": {"segment": 1}})
    assert caught.value.line == 4
