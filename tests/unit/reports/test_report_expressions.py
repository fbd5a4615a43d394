from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.builder.expressions.evaluate import evaluate
from reports.builder.expressions.functions import FUNCTIONS, change, plural, trend
from reports.builder.expressions.lexer import ExpressionError
from reports.builder.expressions.parser import closing_brace, parse_expression

ROWS = (
    {"country": "DE", "orders": 12, "share": 0.25, "day": date(2025, 3, 1), "note": None},
    {"country": "FR", "orders": 3, "share": 0.75, "day": date(2025, 4, 1), "note": "x"},
)
NAMES = {"sales": ROWS, "empty": (), "zero": 0, "flag": True, "name": "Ada", **FUNCTIONS}


def value(text: str) -> object:
    def lookup(name: str) -> object:
        if name not in NAMES:
            raise ExpressionError(f"there is no '{name}'")
        return NAMES[name]

    return evaluate(parse_expression(text), lookup)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sales[0].country", "DE"),
        ("sales.length", 2),
        ("sales[0]['orders']", 12),
        ("sales.country", "DE"),
        ("sales[7].country", None),
        ("sales?.[0]?.country", "DE"),
        ("sales[0].nothing ?? 'none'", "none"),
        ("empty[0].country ?? '-'", "-"),
        ("empty.length ? 'yes' : 'no'", "no"),
        ("sales.at(-1).country", "FR"),
        ("sales.slice(0, 1).length", 1),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 % 4", 3),
        ("2 - 3 - 4", -5),
        ("10 / 4", 2.5),
        ("1 / 0", None),
        ("-sales[1].orders", -3),
        ("1_000 + .5", 1000.5),
        ("1e3", 1000.0),
        ("'a' + 1", "a1"),
        ("sales[0].orders > 10 && sales[1].orders < 10", True),
        ("zero || 'fallback'", "fallback"),
        ("zero ?? 'fallback'", 0),
        ("!zero", True),
        ("1 == 1 && 1 === 1 && 1 != 2 && 1 !== 2", True),
        ("'a' < 'b'", True),
        ("sales[0].day < sales[1].day", True),
        ("sales[0].day == '2025-03-01'", True),
        ("null > 1", False),
        ("undefined", None),
        ("`${name} has ${sales.length} rows`", "Ada has 2 rows"),
        ("[1, 2, 3].length", 3),
        ("[1, 2].join(' and ')", "1 and 2"),
        ("({a: 1, 'b c': 2}['b c'])", 2),
        ("Math.abs(-3)", 3),
        ("Math.round(2.5)", 3),
        ("Math.max(1, 5)", 5),
        ("(0.256).toFixed(1)", "0.3"),
        ("(1234567.5).toLocaleString()", "1,234,567.5"),
        ("name.toUpperCase()", "ADA"),
        ("name.includes('d')", True),
        ("'it\\'s'", "it's"),
        ("flag ? sales[0].share * 100 : 0", 25.0),
        ("true ? false ? 1 : 2 : 3", 2),
    ],
)
def test_values(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 +", "unexpected 'the end'"),
        ("(1", r"expected '\)'"),
        ("a b", "unexpected 'b'"),
        ("#", "unexpected '#'"),
        ("nowhere", "there is no 'nowhere'"),
        ("name()", "'name' is not a function"),
        ("name.toUpper()", "did you mean 'toUpperCase'"),
        ("Math.abs('x')", "cannot take these arguments"),
        ("(" * 200 + "1" + ")" * 200, "nested too deeply"),
    ],
)
def test_mistakes_are_explained(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        value(text)


@pytest.mark.parametrize(
    "text",
    ["name.__class__", "sales.__len__", "sales[0].keys", "Math.__dict__", "name['__doc__']"],
)
def test_nothing_of_python_is_reachable(text: str) -> None:
    assert value(text) is None


def test_no_method_of_python_can_be_called() -> None:
    with pytest.raises(ExpressionError, match="no method 'format'"):
        value("name.format()")
    with pytest.raises(ExpressionError, match="no method 'items'"):
        value("sales[0].items()")


@given(st.text(max_size=40))
def test_any_text_is_a_value_or_an_expression_error(text: str) -> None:
    try:
        value(text)
    except ExpressionError:
        return


def test_words_follow_the_numbers() -> None:
    assert (trend(2, 1), trend(1, 2), trend(1, 1)) == ("rose", "fell", "did not change")
    assert trend(None, 2) == "did not change"
    assert trend(1, 2, "above", "below") == "below"
    assert (plural(1, "row", "rows"), plural(0, "row", "rows")) == ("row", "rows")
    assert (change(110, 100), change(5, 0), change(1, -2)) == (pytest.approx(0.1), None, 1.5)


@pytest.mark.parametrize(
    ("text", "end"),
    [("a}", 1), ("{a}}", 3), ("'}'}", 3), ("`}`}", 3), ("it's}", 4), ("a", -1), ("{a}", -1)],
)
def test_braces_close_where_they_should(text: str, end: int) -> None:
    assert closing_brace(text, 0) == end
