"""Every house rule lets a good model pass and says what is wrong with a bad one."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import cases_of_portability
import cases_of_structure
import pytest
from linted import GOOD, complaint, query
from sqlmesh import Context
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
from tests.support.definitions import PROJECT

BAD = [*cases_of_structure.BAD, *cases_of_portability.BAD]
ALLOWED = [*cases_of_structure.ALLOWED, *cases_of_portability.ALLOWED]
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


@pytest.mark.parametrize(
    ("rule", "text", "message"), BAD, ids=[f"{rule.__name__}: {said}" for rule, _, said in BAD]
)
def test_bad_model_is_told_what_is_wrong(
    rule: type[Rule], text: str, message: str, context: Context
) -> None:
    said = complaint(rule, context, text)
    assert said is not None
    assert message in said


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
