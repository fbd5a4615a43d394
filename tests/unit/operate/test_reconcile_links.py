"""Which rows of other streams the rows of a stream depend on, as their queries say it."""

from __future__ import annotations

import pytest
from sqlglot import parse_one

from operate.reconcile_links import Link, Links, links_of, tables_looked_up

KEYS = {
    "lines": ("order_id", "line_number"),
    "orders": ("order_id",),
    "customers": ("customer_id",),
    "prices": ("product_id", "day"),
}
LOOKUP = "SELECT o.order_id FROM raw.orders AS o LEFT JOIN staging.checked_customers AS c ON "
OF_CUSTOMERS = Link("customer_id", "customers", needs_day=False)


def links(query: str, stream: str = "orders") -> tuple[set[Link], set[str]]:
    found = links_of(parse_one(query, dialect="duckdb"), stream, KEYS)
    return set(found.parents), set(found.unlinked)


def test_rows_alone_depend_on_nothing() -> None:
    assert links("SELECT order_id, amount = 0 AS is_free FROM raw.orders AS o") == (set(), set())


def test_an_equation_with_the_key_of_another_stream_is_a_link() -> None:
    query = f"{LOOKUP}o.customer_id = c.customer_id"
    assert links(query) == ({OF_CUSTOMERS}, set())
    other = {Link("payer_id", "customers", needs_day=False)}
    assert links(query.replace("o.customer_id", "o.payer_id")) == (other, set())


def test_a_link_knows_whether_the_day_of_the_other_row_matters() -> None:
    query = f"{LOOKUP}c.customer_id = o.customer_id WHERE c.event_date > o.ordered_at"
    assert links(query) == ({Link("customer_id", "customers", needs_day=True)}, set())


def test_asking_whether_a_row_exists_is_a_link() -> None:
    query = (
        "SELECT l.order_id FROM raw.lines AS l WHERE NOT EXISTS"
        "(SELECT 1 FROM raw.orders AS o WHERE o.order_id = l.order_id)"
    )
    assert links(query, "lines") == ({Link("order_id", "orders", needs_day=False)}, set())


def test_the_branches_of_a_union_and_a_common_table_count_together() -> None:
    query = (
        "WITH both_kinds AS (SELECT l.order_id, o.event_date FROM raw.lines AS l INNER JOIN "
        "staging.checked_orders AS o ON l.order_id = o.order_id UNION ALL "
        "SELECT l.order_id, l.updated_at FROM raw.lines AS l) SELECT order_id FROM both_kinds"
    )
    assert links(query, "lines") == ({Link("order_id", "orders", needs_day=True)}, set())


def test_the_judgement_of_the_same_row_is_no_dependence() -> None:
    query = (
        "SELECT l.order_id FROM raw.lines AS l INNER JOIN staging.checked_lines AS c "
        "ON l.order_id = c.order_id AND l.line_number = c.line_number"
    )
    assert links(query, "lines") == (set(), set())
    part_of_the_key = query.partition(" AND ")[0]
    assert links(part_of_the_key, "lines") == (set(), {"lines"})


@pytest.mark.parametrize(
    ("query", "unlinked"),
    [
        pytest.param(f"{LOOKUP}o.country = c.country", {"customers"}, id="another column"),
        pytest.param(f"{LOOKUP}LOWER(o.customer_id) = c.customer_id", {"customers"}, id="made"),
        pytest.param(f"{LOOKUP}o.customer_id > c.customer_id", {"customers"}, id="no equation"),
        pytest.param(
            "SELECT o.order_id FROM raw.orders AS o LEFT JOIN raw.prices AS p "
            "ON o.product_id = p.product_id",
            {"prices"},
            id="a part of the key",
        ),
        pytest.param(
            "SELECT o.order_id FROM raw.orders AS o CROSS JOIN "
            "(SELECT COUNT(*) AS n FROM staging.checked_customers) AS listed",
            {"customers"},
            id="all of another stream",
        ),
        pytest.param(
            "SELECT o.order_id FROM raw.orders AS o LEFT JOIN "
            "(SELECT DISTINCT customer_id FROM raw.orders WHERE is_held_out) AS held "
            "ON o.customer_id = held.customer_id",
            {"orders"},
            id="other rows of the stream",
        ),
        pytest.param(
            "SELECT ROW_NUMBER() OVER (ORDER BY o.order_id) FROM raw.orders AS o",
            {"orders"},
            id="a window over the stream",
        ),
    ],
)
def test_what_cannot_be_followed_by_key_counts_for_all_rows(query: str, unlinked: set[str]) -> None:
    assert links(query) == (set(), unlinked)


def test_one_link_does_not_cover_another_reading_of_the_same_stream() -> None:
    query = (
        f"{LOOKUP}o.customer_id = c.customer_id "
        "CROSS JOIN (SELECT COUNT(*) AS n FROM staging.checked_customers) AS listed"
    )
    assert links(query) == ({OF_CUSTOMERS}, {"customers"})


def test_the_links_of_two_queries_are_all_that_matters() -> None:
    query = parse_one(f"{LOOKUP}o.customer_id = c.customer_id", dialect="duckdb")
    other = parse_one("SELECT 1 FROM raw.orders AS o, raw.prices AS p", dialect="duckdb")
    found = links_of(query, "orders", KEYS).joined(links_of(other, "orders", KEYS))
    assert found == Links(frozenset({OF_CUSTOMERS}), frozenset({"prices"}))


def test_tables_are_looked_up_only_where_an_equation_with_the_column_asks_them() -> None:
    query = parse_one(
        f"{LOOKUP}o.customer_id = c.customer_id LEFT JOIN staging.checked_customers AS p"
        " ON o.payer_id = p.customer_id CROSS JOIN"
        " (SELECT COUNT(*) AS customers FROM staging.checked_customers AS every) AS counted"
    )

    def looked_up(column: str, key: str = "customer_id") -> list[str]:
        customers = {("staging", "checked_customers")}
        found = tables_looked_up(query, ("raw", "orders"), column, customers, key)
        return [table.alias for table in found]

    assert looked_up("customer_id") == ["c"]
    assert looked_up("payer_id") == ["p"]
    assert looked_up("order_id") == []
    assert looked_up("customer_id", key="email") == []
