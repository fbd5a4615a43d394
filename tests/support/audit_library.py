"""Rows on which the audits for any table are silent, and rows on which they speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


def rows(columns: str, *values: str) -> str:
    """A query that gives these rows."""
    listed = ", ".join(f"({value})" for value in values)
    return f"SELECT * FROM (VALUES {listed}) AS given({columns})"


@dataclass(frozen=True)
class LibraryCase:
    """What a model calls, a query it passes and one it does not.

    Attributes:
        call: The audit as a model calls it.
        good: Query whose rows are as they should be.
        bad: Query whose rows are not.
        failed: What the audit then returns.
        speaks_when_empty: Whether a table without rows fails, too.
    """

    call: str
    good: str
    bad: str
    failed: list[tuple[Any, ...]]
    speaks_when_empty: bool = False

    @property
    def audit(self) -> str:
        """The name of the audit."""
        return self.call.partition("(")[0]


# The tables that audits compare with.
OTHERS = {
    "staging.others": rows(
        "id, day, total, name",
        "1, DATE '2025-02-27', 10.10, 'a'",
        "2, DATE '2025-02-27', 5.00, 'b'",
        "3, DATE '2025-02-28', 7.50, NULL",
    ),
    "intermediate.int_as_of": rows("as_of_date", "DATE '2025-03-01'"),
}

CASES = [
    LibraryCase(
        "row_count_between(min_v := 1, max_v := 2)",
        rows("id", "1", "2"),
        rows("id", "1", "2", "3"),
        [(3,)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        "row_count_between(min_v := 2, condition := is_open)",
        rows("is_open", "TRUE", "TRUE", "FALSE"),
        rows("is_open", "TRUE", "FALSE", "FALSE"),
        [(1,)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        "row_count_between(max_v := 2)", rows("id", "1", "2"), rows("id", "1", "2", "3"), [(3,)]
    ),
    LibraryCase(
        "share_between(criterion := channel IS NULL, max_v := 0.25)",
        rows("channel", "'web'", "'web'", "'shop'", "NULL"),
        rows("channel", "'web'", "'web'", "NULL"),
        [(1 / 3,)],
    ),
    LibraryCase(
        "share_between(criterion := is_late, min_v := 0.5, condition := weight > 1)",
        rows("is_late, weight", "TRUE, 2", "FALSE, 2", "FALSE, 1"),
        rows("is_late, weight", "NULL, 2", "FALSE, 2", "TRUE, 1"),
        [(0.0,)],
    ),
    LibraryCase(
        'quantile_between("column" := amount, share := 0.5, min_v := 1.5, max_v := 2)',
        rows("amount", "1.0", "2.0", "NULL", "900.0"),
        rows("amount", "1.0", "1.5", "1.4", "900.0"),
        [(1.45,)],
    ),
    LibraryCase(
        'quantile_between("column" := amount, share := 1, max_v := 10)',
        rows("amount", "1.0", "10.0"),
        rows("amount", "1.0", "10.5"),
        [(10.5,)],
    ),
    LibraryCase(
        'total_between("column" := share, min_v := 0.99, max_v := 1.01)',
        rows("share", "0.5", "0.5"),
        rows("share", "0.5", "0.4", "NULL"),
        [(0.9,)],
    ),
    LibraryCase(
        'distinct_count_between("column" := country, min_v := 1, max_v := 2)',
        rows("country", "'DE'", "'FR'", "'DE'", "NULL"),
        rows("country", "'DE'", "'FR'", "'IT'"),
        [(3,)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        "contains_values(\"column\" := status, is_in := ('paid', 'shipped'))",
        rows("status", "'paid'", "'shipped'", "'lost'"),
        rows("status", "'paid'", "'paid'", "'lost'", "NULL"),
        [(4, 1)],
    ),
    LibraryCase(
        'outliers_rare("column" := amount)',
        "SELECT CASE WHEN i < 95 THEN i % 5 WHEN i < 100 THEN 1000 END AS amount"
        " FROM RANGE(200) AS t(i)",
        "SELECT CASE WHEN i < 94 THEN i % 5 WHEN i < 97 THEN 1000 WHEN i < 100 THEN -1000 END"
        " AS amount FROM RANGE(200) AS t(i)",
        [(6, 100)],
    ),
    LibraryCase(
        'outliers_rare("column" := amount, max_share := 0.2, deviations := 1)',
        rows("amount", "1", "1", "1", "1", "9"),
        rows("amount", *["0"] * 6, "10", "-10"),
        [(2, 8)],
    ),
    LibraryCase(
        'ranges_apart(start_column := valid_from, end_column := valid_to, "by" := id)',
        rows("id, valid_from, valid_to", "1, 1, 3", "1, 3, 5", "1, 9, NULL", "2, 2, NULL"),
        rows("id, valid_from, valid_to", "1, 1, 4", "1, 3, 5", "2, 2, NULL", "2, 3, NULL"),
        [(1, 1, 4, 3), (2, 2, None, 3)],
    ),
    LibraryCase(
        "ranges_apart(start_column := lowest, end_column := highest, gaps_allowed := FALSE)",
        rows("lowest, highest", "1, 3", "3, 5", "5, NULL"),
        rows("lowest, highest", "1, 3", "4, 4", "NULL, 9", "7, 6"),
        [(True, 1, 3, 4), (True, 4, 4, 7), (True, 7, 6, None), (True, None, 9, None)],
    ),
    LibraryCase(
        'monotonic("column" := total, order_by := day, "by" := (id, kind))',
        rows(
            "id, kind, day, total", "1, 'a', 1, 5", "1, 'a', 2, 5", "1, 'b', 3, 2", "2, 'a', 4, 1"
        ),
        rows("id, kind, day, total", "1, 'a', 1, 5", "1, 'a', 2, NULL", "1, 'a', 3, 4"),
        [(1, "a", 3, 5, 4)],
    ),
    LibraryCase(
        'monotonic("column" := total, order_by := day, falling := TRUE, strictly := TRUE)',
        rows("day, total", "2, 4", "1, 5"),
        rows("day, total", "1, 5", "2, 5", "3, 6"),
        [(True, 2, 5, 5), (True, 3, 5, 6)],
    ),
    LibraryCase(
        'monotonic("column" := total, order_by := day, condition := is_open OR is_late)',
        rows(
            "day, total, is_open, is_late",
            "1, NULL, TRUE, FALSE",
            "2, 5, TRUE, FALSE",
            "3, 1, FALSE, FALSE",
            "4, 6, FALSE, TRUE",
        ),
        rows(
            "day, total, is_open, is_late",
            "2, 5, TRUE, FALSE",
            "3, 6, FALSE, FALSE",
            "4, 1, FALSE, TRUE",
        ),
        [(True, 4, 5, 1)],
    ),
    LibraryCase(
        'no_gaps("column" := month_start, step := INTERVAL \'1\' MONTH, "by" := id)',
        rows(
            "id, month_start",
            "1, DATE '2024-01-01'",
            "1, DATE '2024-02-01'",
            "2, DATE '2025-01-01'",
        ),
        rows(
            "id, month_start",
            "1, DATE '2024-02-01'",
            "1, DATE '2024-04-01'",
            "2, DATE '2025-01-01'",
        ),
        [("2024-02-01", "2024-04-01")],
    ),
    LibraryCase(
        'no_gaps("column" := day)',
        rows("day", "DATE '2024-02-29'", "DATE '2024-03-01'"),
        rows("day", "DATE '2024-02-29'", "DATE '2024-03-01'", "DATE '2024-03-01'"),
        [("2024-03-01", "2024-03-01")],
    ),
    LibraryCase(
        'recent("column" := day)',
        rows("day", "DATE '2025-02-28'", "DATE '2024-01-01'"),
        rows("day", "DATE '2025-02-27'", "DATE '2024-01-01'"),
        [(True, "2025-02-27")],
    ),
    LibraryCase(
        'recent("column" := seen_at, max_days := 2, "by" := shop)',
        rows(
            "shop, seen_at", "'a', TIMESTAMP '2025-02-27 00:00:00'", "'a', TIMESTAMP '2020-01-01'"
        ),
        rows(
            "shop, seen_at", "'a', TIMESTAMP '2025-02-27'", "'b', TIMESTAMP '2025-02-26 23:59:59'"
        ),
        [("b", "2025-02-26")],
    ),
    LibraryCase(
        'sums_agree_by("by" := day, "column" := amount, other_table := staging.others,'
        " other_by := day, other_column := total)",
        rows("day, amount", "DATE '2025-02-27', 15.10", "DATE '2025-02-28', 7.50"),
        rows("day, amount", "DATE '2025-02-27', 15.11", "DATE '2025-03-02', 7.50"),
        [("2025-02-27", 15.11, 15.1), ("2025-02-28", 0, 7.5), ("2025-03-02", 7.5, 0)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        'sums_agree_by("by" := day, "column" := amount, other_table := staging.others,'
        " other_by := day, other_column := total, tolerance_share := 0.1, condition := is_paid,"
        " other_condition := id < 3)",
        rows(
            "day, amount, is_paid", "DATE '2025-02-27', 16.61, TRUE", "DATE '2025-02-27', 9, FALSE"
        ),
        rows("day, amount, is_paid", "DATE '2025-02-27', 16.62, TRUE"),
        [("2025-02-27", 16.62, 15.1)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        "same_rows(columns := (id, name), other_table := staging.others)",
        rows("id, name", "3, NULL", "1, 'a'", "2, 'b'"),
        rows("id, name", "3, NULL", "1, 'a'", "1, 'a'", "2, NULL"),
        [(1, "a", 1), (2, "b", -1), (2, None, 1)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        'consistent_casing("column" := city)',
        rows("city", "'Ulm'", "'Ulm'", "'Bonn'", "NULL"),
        rows("city", "'Ulm'", "'ULM'", "'Bonn'", "NULL"),
        [("ulm", 2)],
    ),
    LibraryCase(
        'foreign_key("column" := other_id, parent_table := staging.others, parent_column := id)',
        rows("other_id", "1", "1", "NULL"),
        rows("other_id", "1", "7", "7"),
        [(7, 2)],
    ),
    LibraryCase(
        'foreign_key("column" := id, parent_table := staging.others, parent_column := id,'
        " condition := child.is_known)",
        rows("id, is_known", "1, TRUE", "7, FALSE"),
        rows("id, is_known", "1, TRUE", "7, TRUE"),
        [(7, 1)],
    ),
    LibraryCase(
        'contains_all("column" := id, other_table := staging.others)',
        rows("id", "1", "2", "3", "4"),
        rows("id", "1", "3", "NULL"),
        [(2,)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        "same_row_count(table_name := staging.others)",
        rows("id", "7", "8", "9"),
        rows("id", "1", "2"),
        [(2, 3)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        "same_row_count(table_name := staging.others, condition := total > 6)",
        rows("id", "7", "8"),
        rows("id", "1", "2", "3"),
        [(3, 2)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        "row_count_is(row_count := 2)",
        rows("id", "1", "2"),
        rows("id", "1"),
        [(1,)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        'sums_agree("column" := amount, other_table := staging.others, other_column := total)',
        rows("amount", "20.10", "2.50", "NULL"),
        rows("amount", "20.10", "2.51"),
        [(22.61, 22.60)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        'sums_agree("column" := amount, other_table := staging.others, other_column := total,'
        " other_condition := NOT name IS NULL, tolerance := 0.05)",
        rows("amount", "15.15"),
        rows("amount", "15.16"),
        [(15.16, 15.10)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        "not_null(columns := (id, name))",
        rows("id, name", "1, 'a'"),
        rows("id, name", "1, NULL", "NULL, 'a'", "2, 'b'"),
        [(1, None), (None, "a")],
    ),
    LibraryCase(
        "unique_values(columns := (id))", rows("id", "1", "2"), rows("id", "1", "2", "1"), [(2,)]
    ),
    LibraryCase(
        "unique_combination_of_columns(columns := (id, name))",
        rows("id, name", "1, 'a'", "1, 'b'"),
        rows("id, name", "1, 'a'", "1, 'b'", "1, 'b'"),
        [(1, "b")],
    ),
    LibraryCase(
        "accepted_values(\"column\" := tier, is_in := ('High', 'Low'))",
        rows("tier", "'High'", "NULL"),
        rows("tier", "'High'", "'high'"),
        [("high",)],
    ),
    LibraryCase(
        'accepted_range("column" := share, min_v := 0, max_v := 1)',
        rows("share", "0", "1", "NULL"),
        rows("share", "0.5", "-0.1", "1.1"),
        [(-0.1,), (1.1,)],
    ),
    LibraryCase(
        "forall(criteria := (low <= high, low > 0))",
        rows("low, high", "1, 1", "1, NULL"),
        rows("low, high", "1, 2", "3, 2", "0, 1"),
        [(0, 1), (3, 2)],
    ),
    LibraryCase(
        "match_regex_pattern_list(\"column\" := country, patterns := ('^[A-Z]{2}$', '^$'))",
        rows("country", "'DE'", "''", "NULL"),
        rows("country", "'DE'", "'Germany'"),
        [("Germany",)],
    ),
    LibraryCase(
        'sequential_values("column" := place)',
        rows("place", "1", "2", "3"),
        rows("place", "1", "2", "4", "4"),
        [(4, 2), (4, 4)],
    ),
    LibraryCase(
        'string_length_between("column" := currency, min_v := 3, max_v := 3)',
        rows("currency", "'EUR'", "NULL"),
        rows("currency", "'EUR'", "'EU'"),
        [("EU",)],
    ),
    LibraryCase(
        "not_accepted_values(\"column\" := name, is_in := ('test', 'n/a'))",
        rows("name", "'Ann'", "NULL"),
        rows("name", "'Ann'", "'n/a'"),
        [("n/a",)],
    ),
    LibraryCase(
        'not_empty_string("column" := name)',
        rows("name", "'Ann'", "NULL"),
        rows("name", "'Ann'", "''"),
        [("",)],
    ),
    LibraryCase(
        'at_least_one("column" := name)',
        rows("name", "'Ann'", "NULL"),
        rows("name", "NULL::TEXT", "NULL"),
        [(1,)],
    ),
    LibraryCase(
        'mean_in_range("column" := rating, min_v := 1, max_v := 5)',
        rows("rating", "1.0", "9.0"),
        rows("rating", "1.0", "9.5"),
        [(5.25,)],
    ),
    LibraryCase(
        'not_constant("column" := shop, condition := NOT shop IS NULL)',
        rows("shop", "'a'", "'b'"),
        rows("shop", "'a'", "NULL"),
        [(1,)],
        speaks_when_empty=True,
    ),
    LibraryCase(
        "number_of_rows(threshold := 2)",
        rows("id", "1", "2", "3"),
        rows("id", "1", "2"),
        [(2,)],
        speaks_when_empty=True,
    ),
]
