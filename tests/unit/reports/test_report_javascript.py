from __future__ import annotations

from datetime import date, datetime

import pytest

from reports.builder.expressions.evaluate import evaluate
from reports.builder.expressions.functions import FUNCTIONS
from reports.builder.expressions.lexer import ExpressionError
from reports.builder.expressions.parser import closing_brace, parse_expression
from reports.builder.expressions.values import text_of

ROWS = [
    {"city": "Berlin", "orders": 10, "share": 0.25, "day": date(2025, 3, 9), "none": None},
    {"city": "Paris", "orders": 30, "share": 0.5, "day": date(2025, 12, 31), "none": None},
    {"city": "Rome", "orders": 20, "share": 0.125, "day": date(2024, 1, 1), "none": None},
]
NAMES = {"rows": ROWS, "n": 1234.5678, "empty": [], "at": datetime(2025, 3, 9, 14, 5, 7)}  # noqa: DTZ001


def value(source: str) -> object:
    def lookup(name: str) -> object:
        if name in NAMES:
            return NAMES[name]
        if name in FUNCTIONS:
            return FUNCTIONS[name]
        raise ExpressionError(f"no {name}")

    return evaluate(parse_expression(source), lookup)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("rows.filter(r => r.orders > 15).length", 2),
        ("rows.filter((r) => r.orders > 15).map(r => r.city).join(' and ')", "Paris and Rome"),
        ("rows.map((r, i) => i + r.orders)", [10, 31, 22]),
        ("rows.find(r => r.city === 'Rome').orders", 20),
        ("rows.find(r => r.city === 'Oslo')?.orders ?? 'none'", "none"),
        ("rows.findIndex(r => r.orders == 30)", 1),
        ("rows.some(r => r.orders > 25) && !rows.every(r => r.orders > 25)", True),
        ("rows.reduce((sum, r) => sum + r.orders, 0)", 60),
        ("rows.map(r => r.orders).reduce((a, b) => a + b)", 60),
        ("rows.map(({city, orders}) => `${city}: ${orders}`)[2]", "Rome: 20"),
        ("rows.sort((a, b) => b.orders - a.orders)[0].city", "Paris"),
        ("rows.toSorted((a, b) => a.day > b.day ? 1 : -1)[0].city", "Rome"),
        ("rows.map(r => { return r.orders * 2; })", [20, 60, 40]),
        ("Math.max(...rows.map(r => r.orders))", 30),
        ("[...rows.map(r => r.city), 'Oslo'].at(-1)", "Oslo"),
        ("({...rows[0], city: 'X'}).city + ({...rows[0]}).orders", "X10"),
        ("rows.flatMap(r => [r.city, r.orders]).length", 6),
        ("rows.filter(r => rows.some(s => s.orders > r.orders)).length", 2),
        ("`a ${rows.map(r => `<${r.city}>`).join('')} b`", "a <Berlin><Paris><Rome> b"),
        ("typeof rows[0].none", "undefined"),
        ("typeof n + typeof 'x' + typeof (x => x)", "numberstringfunction"),
        ("2 ** 3 ** 2", 512),
        ("Math.round(2.5) + Math.round(-2.5) + Math.trunc(-2.7)", -1),
        ("Math.pow(2, 10) + Math.sign(-3)", 1023),
        ("'5' == 5", True),
        ("'5' === 5", False),
        ("Number('12.5') + parseInt('7 days') + parseFloat('1.5x')", 21.0),
        ("isNaN('x')", True),
        ("'a-b-c'.split('-').reverse().join('')", "cba"),
        ("'7'.padStart(3, '0')", "007"),
        ("'hello'.substring(3, 1) + 'hello'.charAt(9)", "el"),
        ("Object.keys(rows[0]).slice(0, 2).join()", "city,orders"),
        ("Object.entries({a: 1})[0][1]", 1),
        ("rows.indexOf('x') + 'abc'.indexOf('c')", 1),
        ("new Date('2025-03-09').getFullYear()", 2025),
        ("rows[0].day.getMonth() + rows[0].day.getDay()", 2),
        ("new Date(2025, 0, 31).toISOString()", "2025-01-31T00:00:00.000Z"),
        ("String([1, [2, 3]])", "1,2,3"),
    ],
)
def test_the_subset_of_javascript(source: str, expected: object) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("n.toLocaleString()", "1,234.568"),
        ("n.toLocaleString('en-US', {maximumFractionDigits: 0})", "1,235"),
        ("(5).toLocaleString('en-US', {minimumFractionDigits: 2})", "5.00"),
        ("n.toLocaleString('en-US', {style: 'currency', currency: 'EUR'})", "€1,234.57"),
        ("(-5.5).toLocaleString('en', {style: 'currency', currency: 'USD'})", "-$5.50"),
        ("0.256.toLocaleString(undefined, {style: 'percent'})", "26%"),
        ("(1234567).toLocaleString('en', {notation: 'compact'})", "1.2M"),
        ("n.toLocaleString('en', {useGrouping: false, maximumFractionDigits: 1})", "1234.6"),
        ("(2.5).toFixed(0) + (1.005).toFixed(2) + (0).toFixed(1)", "31.000.0"),
        ("(1e21).toFixed(2)", "1e+21"),
        ("rows[0].day.toLocaleDateString()", "3/9/2025"),
        ("rows[0].day.toLocaleDateString('en-GB')", "09/03/2025"),
        (
            (
                "rows[0].day.toLocaleDateString('en-US', {year: 'numeric', month: 'long',"
                " day: 'numeric'})"
            ),
            "March 9, 2025",
        ),
        (
            (
                "rows[0].day.toLocaleDateString('en-GB', {weekday: 'short', month: 'short',"
                " day: 'numeric'})"
            ),
            "Sun, 9 Mar",
        ),
        ("rows[1].day.toLocaleDateString('en-US', {month: 'short', year: 'numeric'})", "Dec 2025"),
        ("at.toLocaleString()", "3/9/2025, 2:05:07 PM"),
    ],
)
def test_numbers_and_dates_are_written_as_javascript_does(source: str, expected: str) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("rows.filter(5)", "a function such as"),
        ("rows.fliter(r => r)", "did you mean 'filter'"),
        ("new Date()", "another day in every build"),
        ("rows.map(r =>", "unexpected 'the end'"),
        ("(a, 5) => a", "unexpected"),
        ("x => { x }", "expected 'return'"),
        ("`a ${b", "not closed"),
        ("[].reduce((a, b) => a)", "needs a beginning"),
        ("...rows", "unexpected '...'"),
    ],
)
def test_what_is_not_in_the_subset_is_explained(source: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=None) as caught:
        value(source)
    assert message in str(caught.value)


def test_an_expression_cannot_work_without_end() -> None:
    big = "[1,2,3,4,5,6,7,8,9,10]"
    source = "1"
    for name in "abcdefg":
        source = f"{big}.map({name} => {source})"
    with pytest.raises(ExpressionError, match="calls"):
        value(source)
    assert value("'x'.repeat(1e9).length") == 100_000
    assert value("10 ** 1000 ** 2") is None


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("{`a } b`}", "`a } b`"),
        ("{`a ${x ? '}' : `}`} b`} more", "`a ${x ? '}' : `}`} b`"),
        ("{'it}'}", "'it}'"),
        ("{a ? {b: 1} : 2}", "a ? {b: 1} : 2"),
        ("{q} it's {x}", "q"),
    ],
)
def test_braces_close_past_strings(text: str, inside: str) -> None:
    assert text[1 : closing_brace(text, 1)] == inside


def test_texts_of_values() -> None:
    assert text_of([1, None, "a"]) == "1,,a"
    assert text_of({"a": 1}) == "[object Object]"
    assert text_of(lambda: 1) == ""
