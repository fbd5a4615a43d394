from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.builder.formats import MISSING, Formatter
from reports.builder.formats.excel import apply_code

FORMATTER = Formatter(currency="GBP")


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("#,##0", 1234567, "1,234,567"),
        ("#,##0", 0, "0"),
        ("#,##0.0", 1234.56, "1,234.6"),
        ("0", 7.5, "8"),
        ("0", -0.4, "0"),
        ("0.00", 2.345, "2.35"),
        ("0.00", 1.005, "1.01"),
        ("000", 7, "007"),
        ("#.##", 0.5, ".5"),
        ("#0.####", 1.25, "1.25"),
        ("#0.####", 3, "3"),
        ("$#,##0", -1234, "-$1,234"),
        ('$#,##0.0,,"M"', 12_345_678, "$12.3M"),
        ('#,##0,"k"', 12_345, "12k"),
        ("0.0%", 0.1234, "12.3%"),
        ("+0.0%;-0.0%;0%", 0.05, "+5.0%"),
        ("+0.0%;-0.0%;0%", -0.05, "-5.0%"),
        ("+0.0%;-0.0%;0%", 0, "0%"),
        ("+0.0%;-0.0%;0%", -0.0004, "0%"),
        ("+0.0%;-0.0%;0%", 0.0004, "0%"),
        ("+0.0;-0.0", -0.04, "0.0"),
        ("+0.0;-0.0", -0.05, "-0.1"),
        ("#,##0;(#,##0)", -5, "(5)"),
        ("[red]0", 5, "5"),
        ('[<1000]0;0.0,"k"', 999, "999"),
        ('[<1000]0;0.0,"k"', 1500, "1.5k"),
        ("0.00E+00", 12345, "1.23E+04"),
        ("0.00E+00", 0.00012, "1.20E-04"),
        ('0.0"x"', 2.25, "2.3x"),
        ("0 \\u", 3, "3 u"),
        ("General", 1.5, "1.5"),
        ("yyyy-mm-dd", date(2025, 3, 9), "2025-03-09"),
        ("d mmm yyyy", date(2025, 3, 9), "9 Mar 2025"),
        ("dddd mmmm d, yyyy", date(2025, 3, 9), "Sunday March 9, 2025"),
        ("mmm d/yy", date(2025, 3, 9), "Mar 9/25"),
        ("hh:mm:ss", datetime(2025, 3, 9, 7, 5, 3, tzinfo=UTC), "07:05:03"),
        ("h:mm AM/PM", datetime(2025, 3, 9, 13, 5, tzinfo=UTC), "1:05 PM"),
        ("0", "text", "text"),
        ('0;0;0;"<"@">"', "text", "<text>"),
    ],
)
def test_excel_codes(code: str, value: object, text: str) -> None:
    assert apply_code(code, value) == text


@pytest.mark.parametrize(
    ("tag", "value", "text"),
    [
        ("num0", 1234.5, "1,235"),
        ("num2", 1234.5, "1,234.50"),
        ("num1k", 1234, "1.2k"),
        ("num0m", 2_600_000, "3M"),
        ("usd", 1234.5, "$1,235"),
        ("usd0k", 12_345, "$12k"),
        ("usd2m", 12_345_678, "$12.35M"),
        ("eur2", 3, "€3.00"),
        ("money0", 1234, "£1,234"),
        ("money_compact", 950, "£950"),
        ("money_compact", 18_300, "£18k"),
        ("money_compact", 2_504_000, "£2.50M"),
        ("pct", 0.123, "12.3%"),
        ("pct0", 0.126, "13%"),
        ("pct1", -0.126, "-12.6%"),
        ("mult1", 2.34, "2.3x"),
        ("id", 12345, "12345"),
        ("shortdate", date(2025, 3, 9), "Mar 9/25"),
        ("USD0", 5, "$5"),
        ("auto", 12_345_678, "12.3M"),
        ("auto", 0.1234, "0.12"),
    ],
)
def test_tags(tag: str, value: object, text: str) -> None:
    assert FORMATTER.resolve(tag, values=[value]).text(value) == text


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("growth_pct", 0.5, "50.0%"),
        ("sales_usd", 5.5, "$5.50"),
        ("open_share", 0.256, "25.6%"),
        ("net_revenue_amount", 1234.5, "£1,234.50"),
        ("customer_id", 12345, "12345"),
        ("year", 2025, "2025"),
        ("orders", 1234, "1,234"),
    ],
)
def test_the_name_of_a_column_may_say_the_format(column: str, value: object, text: str) -> None:
    assert FORMATTER.resolve(None, column, values=[value]).text(value) == text


def test_the_median_decides_the_unit_for_all_values() -> None:
    style = FORMATTER.resolve("usd", values=[1_000, 6_000_000, 8_000_000])
    assert [style.text(value) for value in (1_000, 6_000_000)] == ["$0.00M", "$6.00M"]


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), -float("inf")])
def test_what_is_no_value_is_a_dash(value: object) -> None:
    assert FORMATTER.resolve("usd2").text(value) == MISSING


def test_what_has_no_format_is_readable() -> None:
    plain = FORMATTER.resolve(None, "x", "text")
    yes = True
    assert plain.text(yes) == "Yes"
    assert plain.text(date(2025, 1, 2)) == "2 Jan 2025"
    assert plain.text(datetime(2025, 1, 2, 3, 4, tzinfo=UTC)) == "2 Jan 2025 03:04"
    assert plain.text([1, None]) == f"1, {MISSING}"


@pytest.mark.parametrize(
    ("column", "title"),
    [
        ("net_revenue_amount", "Net revenue"),
        ("growth_pct", "Growth"),
        ("order_share", "Order share"),
        ("customer_id", "Customer ID"),
        ("aov", "AOV"),
        ("Sales Month", "Sales Month"),
    ],
)
def test_titles_leave_the_format_out(column: str, title: str) -> None:
    assert FORMATTER.title(column) == title


def test_ratios_are_known_as_such() -> None:
    assert FORMATTER.resolve("pct1").is_ratio
    assert FORMATTER.resolve("0.0%").is_ratio
    assert FORMATTER.resolve(None, "open_rate").is_ratio
    assert not FORMATTER.resolve("usd0").is_ratio


@pytest.mark.parametrize(
    ("wanted", "known"),
    [("num0", True), ("#,##0", True), ("mmm", True), ("usd9", False), ("nmu0", False)],
)
def test_formats_that_do_not_exist_are_recognised(wanted: str, known: bool) -> None:
    assert FORMATTER.knows(wanted) is known


def test_a_shop_may_have_tags_of_its_own() -> None:
    own = Formatter(custom={"bottles": '0 "bottles"'})
    assert own.knows("bottles")
    assert own.resolve("bottles").text(3) == "3 bottles"


@given(st.text(max_size=20), st.floats() | st.integers() | st.dates() | st.text(max_size=5))
def test_any_code_and_value_make_a_text(code: str, value: object) -> None:
    assert isinstance(FORMATTER.resolve(code or None, values=[value]).text(value), str)
