"""Models that rules on kinds and queries forbid or allow."""

from __future__ import annotations

from linted import query

from linter.portability import NoClock, PortableKind, PortableQuery, ReadableQuery

# The rule, the model, and what is said of it.
BAD = [
    (
        PortableKind,
        query("SELECT 1 AS id", kind="INCREMENTAL_BY_UNIQUE_KEY (unique_key id)"),
        "is INCREMENTAL_BY_UNIQUE_KEY; use FULL, ",
    ),
    (
        PortableKind,
        query(
            "SELECT CAST('2025-01-01' AS TIMESTAMP) AS at_time",
            kind="INCREMENTAL_BY_TIME_RANGE (time_column at_time)",
        ),
        "is TIMESTAMP; make it a DATE",
    ),
    *(
        (NoClock, query(f"SELECT {clock} AS now_at"), "asks the clock")
        for clock in (
            "CURRENT_DATE",
            "CURRENT_TIMESTAMP",
            "CURRENT_TIME",
            "NOW()",
            "TODAY()",
            "LOCALTIMESTAMP",
            "GET_CURRENT_TIMESTAMP()",
        )
    ),
    (NoClock, query("WITH a AS (SELECT NOW() AS t) SELECT t FROM a"), "asks the clock"),
    (
        PortableKind,
        query(
            "SELECT day::DATE AS day FROM t.x",
            kind="INCREMENTAL_BY_TIME_RANGE (time_column day, partition_by_time_column FALSE)",
        ),
        "is not divided by day",
    ),
    (PortableQuery, query("SELECT id, MAX(a) AS a FROM t.x GROUP BY ALL"), "GROUP BY ALL"),
    (
        PortableQuery,
        query("SELECT id FROM t.x GROUP BY id QUALIFY ROW_NUMBER() OVER (ORDER BY id) = 1"),
        "QUALIFY beside GROUP BY",
    ),
    (PortableQuery, query("SELECT id FROM t.x USING SAMPLE 10"), "SAMPLE"),
    (PortableQuery, query("SELECT a -> 'b' AS b FROM t.x"), "JSON"),
    (PortableQuery, query("SELECT a ->> 'b' AS b FROM t.x"), "JSON"),
    (PortableQuery, query("SELECT {'a': 1} AS b"), "STRUCT"),
    (PortableQuery, query("SELECT MAP {'a': 1} AS b"), "MAP"),
    (PortableQuery, query("SELECT MAP(['a'], [1]) AS b"), "MAP"),
    (PortableQuery, query("SELECT * FROM t.x PIVOT (SUM(b) FOR a IN (1, 2))"), "PIVOT"),
    (PortableQuery, query("SELECT a / b AS c FROM t.x"), "a division by b"),
    (PortableQuery, query("SELECT a / (b - 1)::DOUBLE AS c FROM t.x"), "which may be zero"),
    (PortableQuery, query("SELECT a / 0 AS c FROM t.x"), "a division by 0"),
    (PortableQuery, query("SELECT a / GREATEST(b, 0) AS c FROM t.x"), "which may be zero"),
    (PortableQuery, query("SELECT @safe_divide(a / b, c) AS c FROM t.x"), "a division by b"),
    (PortableQuery, query("SELECT CONCAT('a', b) AS c FROM t.x"), "CONCAT"),
    (PortableQuery, query("SELECT CONCAT_WS('-', a, COALESCE(b, '')) AS c FROM t.x"), "CONCAT"),
    (PortableQuery, query("SELECT MEDIAN(a) AS c FROM t.x"), "use @quantile"),
    (PortableQuery, query("SELECT QUANTILE_CONT(a, 0.5) AS c FROM t.x"), "use @quantile"),
    (PortableQuery, query("SELECT MODE(a) AS c FROM t.x"), "MODE"),
    (PortableQuery, query("SELECT STRING_AGG(a, ',') AS c FROM t.x"), "use @value_list"),
    (PortableQuery, query("SELECT APPROX_COUNT_DISTINCT(a) AS c FROM t.x"), "approximate"),
    (PortableQuery, query("SELECT LOG(a) AS c FROM t.x"), "use LN"),
    (PortableQuery, query("SELECT ISODOW(a) AS c FROM t.x"), "use @iso_weekday"),
    (PortableQuery, query("SELECT DATE_DIFF('hour', a, b) AS c FROM t.x"), "DATE_DIFF by HOUR"),
    (PortableQuery, query("SELECT REGEXP_REPLACE(a, 'b', '') AS c FROM t.x"), "without 'g'"),
    (PortableQuery, query("SELECT ROW_NUMBER() OVER (PARTITION BY a) AS c FROM t.x"), "an order"),
    (
        PortableQuery,
        query(
            "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9)"
            " SELECT i FROM n"
        ),
        "recursive CTE",
    ),
    (
        PortableQuery,
        query("SELECT x.id FROM t.x AS x ASOF JOIN t.y AS y ON x.at_time >= y.at_time"),
        "ASOF JOIN",
    ),
    (
        ReadableQuery,
        query("SELECT t0.id FROM t.t0 " + " ".join(f"CROSS JOIN t.t{i}" for i in range(1, 9))),
        "has 8 joins in one SELECT",
    ),
    (
        ReadableQuery,
        query("SELECT " + ", ".join(f"{i} AS c{i}" for i in range(151))),
        "lines; split the model",
    ),
]
# The rule and the model.
ALLOWED = [
    (
        PortableKind,
        query(
            "SELECT CAST('2025-01-01' AS DATE) AS day",
            kind="INCREMENTAL_BY_TIME_RANGE (time_column day)",
        ),
    ),
    (NoClock, query("SELECT @execution_ts::TIMESTAMP AS t")),
    (PortableQuery, query("SELECT id, MAX(a) AS a FROM t.x GROUP BY id")),
    (PortableQuery, query("SELECT id FROM t.x QUALIFY ROW_NUMBER() OVER (ORDER BY id) = 1")),
    (PortableQuery, query("SELECT @safe_divide(a, b) + a / 2 + a / @days_per_month AS c FROM t.x")),
    (PortableQuery, query("SELECT a / NULLIF(b, 0) + a / GREATEST(b / 7, 1) AS c FROM t.x")),
    (PortableQuery, query("SELECT 'a' || b || CONCAT('x', COALESCE(b, '')) AS c FROM t.x")),
    (PortableQuery, query("SELECT REGEXP_REPLACE(a, 'b', '', 'g') AS c, LN(a) AS d FROM t.x")),
    (PortableQuery, query("SELECT DATE_DIFF('day', a, b) AS c, @quantile(a, 0.5) AS d FROM t.x")),
    (
        ReadableQuery,
        query("SELECT t0.id FROM t.t0 " + " ".join(f"CROSS JOIN t.t{i}" for i in range(1, 8))),
    ),
]
