"""Every house rule lets a good model pass and says what is wrong with a bad one."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest
from sqlmesh import Context
from sqlmesh.core.config import (
    Config,
    DuckDBConnectionConfig,
    GatewayConfig,
    ModelDefaultsConfig,
)
from sqlmesh.core.linter.rule import Rule

from linter.completeness import (
    NoMissingColumnDescription,
    NoMissingDescription,
    NoMissingExample,
    NoMissingGrain,
    NoMissingOwner,
    NoUnreconciledMart,
    NoUntestedLogic,
)
from linter.contracts import CheckedOnce, ContractKept, DeprecatedRead
from linter.history import HistoryIsViewed
from linter.layers import (
    MAY_READ,
    OF_SOURCES,
    AuditTablesDeclared,
    LayerName,
    LayerOrder,
)
from linter.portability import NoClock, PortableKind, PortableQuery, ReadableQuery
from tests.support.definitions import PROJECT, model_of

GOOD = """
MODEL (name intermediate.int_good, kind FULL, owner data_team, grain id,
  description 'Good rows. One row per id. Answers: which are good?',
  column_descriptions (id = 'The id'));
SELECT 1::INT AS id
"""


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """A project without models, with an empty folder of unit tests."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "tests" / "models").mkdir(parents=True)
    config = Config(
        model_defaults=ModelDefaultsConfig(dialect="duckdb"),
        gateways={"local": GatewayConfig(connection=DuckDBConnectionConfig())},
    )
    return Context(paths=[folder], config=config)


def complaint(
    rule: type[Rule], context: Context, text: str, path: Path | None = None
) -> str | None:
    """What a rule says of a model, None where it is content."""
    violation = rule(context).check_model(model_of(text, path=path))
    assert violation is None or not isinstance(violation, list)
    return violation.violation_msg if violation else None


def query(sql: str, name: str = "intermediate.int_x", kind: str = "FULL") -> str:
    """The least model with a query."""
    return f"MODEL (name {name}, kind {kind}); {sql}"


def mart(audit: str, sql: str = "SELECT 1 AS id", more: str = "") -> str:
    """A mart with an audit."""
    return f"MODEL (name marts.mart_x, kind FULL, {more} audits ({audit})); {sql}"


def history(kind: str, name: str) -> str:
    """A model on the record of runs, with the tag for that."""
    text = query("SELECT run_id AS id FROM quality.model_runs", name, kind)
    return text.replace(f"kind {kind}", f"kind {kind}, tags (history)")


SAME_COUNT = "same_row_count(table_name := staging.stg_a)"
RULES = [
    NoMissingOwner,
    NoMissingGrain,
    NoMissingDescription,
    NoMissingColumnDescription,
    NoUntestedLogic,
    NoUnreconciledMart,
    HistoryIsViewed,
    LayerOrder,
    AuditTablesDeclared,
    PortableKind,
    NoClock,
    PortableQuery,
    ReadableQuery,
    ContractKept,
    CheckedOnce,
    DeprecatedRead,
    NoMissingExample,
]


@pytest.mark.parametrize("rule", RULES)
def test_good_model_passes(rule: type[Rule], context: Context) -> None:
    assert complaint(rule, context, GOOD) is None


BAD = [
    (NoMissingOwner, GOOD.replace("owner data_team,", ""), "has no owner"),
    (NoMissingGrain, GOOD.replace("grain id,", ""), "has no grain"),
    (NoMissingDescription, GOOD.replace("One row per id. ", ""), "lacks 'One row ...'"),
    (NoMissingDescription, GOOD.replace("Answers:", "It says"), "lacks 'Answers: ...'"),
    (NoMissingDescription, query("SELECT 1 AS id"), "lacks 'One row ...'"),
    (
        NoMissingColumnDescription,
        GOOD.replace("1::INT AS id", "1::INT AS id, 2::INT AS b, 3::INT AS a"),
        "does not describe a, b",
    ),
    (
        NoMissingColumnDescription,
        GOOD.replace("id = 'The id'", "id = 'The id', old = 'Gone'"),
        "describes columns it lacks: old",
    ),
    (
        HistoryIsViewed,
        query("SELECT run_id AS id FROM quality.model_runs", "quality.runs"),
        "reads quality.model_runs, a record of what happened",
    ),
    (HistoryIsViewed, history("FULL", "quality.runs"), "make it a view in quality"),
    (HistoryIsViewed, history("VIEW", "intermediate.int_runs"), "make it a view in quality"),
    (NoUnreconciledMart, query("SELECT 1 AS id", "marts.mart_x"), "is reconciled with nothing"),
    (
        NoUnreconciledMart,
        mart("unique_values(columns := (id))"),
        "is reconciled with nothing",
    ),
    (LayerOrder, query("SELECT id FROM raw.orders"), "must not read raw.orders"),
    (
        LayerOrder,
        query("SELECT id FROM raw.orders", "marts.mart_x"),
        "marts.mart_x must not read raw.orders",
    ),
    (
        LayerOrder,
        query("SELECT id FROM marts.mart_x"),
        "intermediate.int_x must not read marts.mart_x",
    ),
    (
        LayerOrder,
        query("SELECT id FROM staging.stg_b", "staging.stg_a"),
        "reads stg_b: no staging on staging",
    ),
    (LayerOrder, query("SELECT id FROM ml.scores"), "must not read ml: features come from here"),
    (LayerOrder, query("SELECT id FROM quality.checks", "ml.x"), "must not read quality.checks"),
    (
        LayerOrder,
        query("SELECT id FROM quality.quality_scores", "marts.mart_x"),
        "marts.mart_x must not read quality.quality_scores",
    ),
    (LayerOrder, query("SELECT id FROM staging.stg_a", "nowhere.x"), "must not read staging.stg_a"),
    (
        AuditTablesDeclared,
        mart(SAME_COUNT),
        "audit same_row_count of marts.mart_x reads staging.stg_a: add it to depends_on",
    ),
    (
        AuditTablesDeclared,
        query("SELECT 1 AS id").replace("FULL", "FULL, audits (customer_revenue_agrees)"),
        "depends_on",
    ),
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


@pytest.mark.parametrize(
    ("rule", "text", "message"), BAD, ids=[f"{rule.__name__}: {said}" for rule, _, said in BAD]
)
def test_bad_model_is_told_what_is_wrong(
    rule: type[Rule], text: str, message: str, context: Context
) -> None:
    said = complaint(rule, context, text)
    assert said is not None
    assert message in said


ALLOWED = [
    (HistoryIsViewed, history("VIEW", "quality.runs")),
    (NoUnreconciledMart, query("SELECT 1 AS id", "intermediate.int_x")),
    (
        NoUnreconciledMart,
        mart(SAME_COUNT),
    ),
    (LayerOrder, query("SELECT id FROM raw.orders", "staging.stg_orders")),
    (LayerOrder, query("SELECT id FROM staging.checked_orders", "staging.stg_orders")),
    (LayerOrder, query("SELECT id FROM ml.scores", "intermediate.int_customer_predictions")),
    (LayerOrder, query("SELECT id FROM raw.rejected_rows", "quality.rejected_rows")),
    (LayerOrder, query("SELECT id FROM quality.source_quality", "marts.mart_x")),
    (
        AuditTablesDeclared,
        mart(SAME_COUNT, "SELECT id FROM staging.stg_a"),
    ),
    (
        AuditTablesDeclared,
        mart(SAME_COUNT, more="depends_on (staging.stg_a),"),
    ),
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
    # A model that is only inlined where it is used is not looked at.
    (NoMissingOwner, query("SELECT 1 AS id", kind="EMBEDDED")),
    (LayerOrder, query("SELECT id FROM raw.orders", kind="EMBEDDED")),
]


@pytest.mark.parametrize(
    ("rule", "text"), ALLOWED, ids=[f"{rule.__name__}: {text[-60:]}" for rule, text in ALLOWED]
)
def test_what_is_allowed_passes(rule: type[Rule], text: str, context: Context) -> None:
    assert complaint(rule, context, text) is None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT CASE WHEN a > 1 THEN 'x' END AS b FROM t.x",
        "SELECT a, COUNT(*) AS n FROM t.x GROUP BY a",
        "SELECT @safe_divide(a, b) AS c FROM t.x",
        "SELECT DISTINCT a FROM t.x",
        "SELECT ROW_NUMBER() OVER (ORDER BY a) AS n FROM t.x",
    ],
)
def test_logic_needs_a_unit_test_of_the_name_of_the_model(sql: str, context: Context) -> None:
    said = complaint(NoUntestedLogic, context, query(sql))
    assert said is not None
    assert "write tests/models/test_int_x.yaml" in said
    written = Path(context.path) / "tests" / "models" / "test_int_x.yaml"
    written.touch()
    assert complaint(NoUntestedLogic, context, query(sql)) is None
    written.unlink()


def test_plain_columns_need_no_unit_test(context: Context) -> None:
    assert complaint(NoUntestedLogic, context, query("SELECT a, b::INT AS c FROM t.x")) is None


def filed(folder: Path, relative: str, text: str) -> Path:
    """A model written to a file."""
    path = folder / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "relative", "message"),
    [
        ("staging.orders", "models/staging/orders.sql", "is not named like"),
        ("intermediate.orders", "models/intermediate/orders.sql", "is not named like"),
        ("marts.orders", "models/marts/core/orders.sql", "is not named like"),
        ("marts.fct_orders", "models/marts/core/orders.sql", "name the file fct_orders.sql"),
        ("marts.fct_orders", "models/core/fct_orders.sql", "is not filed under models/marts/"),
    ],
)
def test_name_tells_the_layer_and_folder_the_schema(
    name: str, relative: str, message: str, context: Context, tmp_path: Path
) -> None:
    text = query("SELECT 1 AS id", name)
    said = complaint(LayerName, context, text, filed(tmp_path, relative, text))
    assert said is not None
    assert message in said


@pytest.mark.parametrize(
    ("name", "relative"),
    [
        ("staging.stg_orders", "models/staging/stg_orders.sql"),
        ("staging.checked_orders", "models/staging/checked_orders.sql"),
        ("intermediate.int_orders", "models/intermediate/int_orders.sql"),
        ("marts.mart_orders", "models/marts/executive/mart_orders.sql"),
        ("ml.anything", "models/ml/anything.sql"),
    ],
)
def test_well_named_models_pass(name: str, relative: str, context: Context, tmp_path: Path) -> None:
    text = query("SELECT 1 AS id", name)
    assert complaint(LayerName, context, text, filed(tmp_path, relative, text)) is None


def test_the_page_on_layers_says_what_each_may_read() -> None:
    page = (PROJECT / "models" / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    told = {row[1].strip(" `"): set(re.findall(r"[\w.*]+", row[3])) for row in rows}
    shown = {name: set(layers) for name, layers in MAY_READ.items()}
    shown["staging"] = {"raw", "checked_*"}
    shown["intermediate"] = shown["intermediate"] - {"ml"} | {"predictions"}
    shown["marts"] |= {f"quality.{table}" for table in OF_SOURCES}
    shown["quality"] = {"everything"}
    assert told == shown | {"raw": set()}


def test_every_rule_is_tested_and_switched_on() -> None:
    modules = [
        importlib.import_module(f"linter.{path.stem}")
        for path in (PROJECT / "linter").glob("*.py")
        if path.stem != "__init__"
    ]
    written = {
        rule.__name__
        for module in modules
        for _, rule in inspect.getmembers(module, inspect.isclass)
        if issubclass(rule, Rule) and rule.__module__.startswith("linter.")
    }
    assert written == {rule.__name__ for rule in RULES} | {"LayerName"}
    config = (PROJECT / "config.yaml").read_text(encoding="utf-8")
    assert [name for name in written if f"- {name.lower()}\n" not in config] == []
