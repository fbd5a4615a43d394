"""SQLMesh reads contracts beside models, in SQL and in Python, and again when they change."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmesh import Context
from sqlmesh.core import constants
from sqlmesh.core.model import definition
from sqlmesh.utils.errors import ConfigError, SQLMeshError

from operate.contracts import attach
from patron.contracts import FOLDER

CONFIG = """
gateways: {local: {connection: {type: duckdb}}}
model_defaults: {dialect: duckdb, start: 2026-01-01}
variables: {most: 7}
"""
CONTRACT = """
model: marts.TABLE
version: 1.0.0
owner: data_team
grain: [id]
freshness: {daily_by: '08:00'}
accuracy: {statement: It is one., audits: [not_null]}
availability: {share: 0.99}
notice_days: {breaking: 30}
columns:
  id: {type: INT, required: true, max: 5}
"""
IN_SQL = """
MODEL (name marts.@table_name, kind FULL,
  blueprints ((table_name := in_sql), (table_name := other)),
  audits (at_least_one("column" := id)));
SELECT 1::INT AS id
"""
IN_PYTHON = """
import pandas as pd
from sqlmesh import model

@model("marts.in_python", kind="FULL", columns={"id": "int"}, description="Says it.")
def execute(context, start, end, execution_time, **kwargs):
    yield pd.DataFrame({"id": [1]})
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tables of one file and one in Python, with contracts for all but one."""
    monkeypatch.setattr(constants, "MAX_FORK_WORKERS", 1)
    attach.install()
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "models" / "marts").mkdir(parents=True)
    (tmp_path / "models" / "marts" / "in_sql.sql").write_text(IN_SQL)
    (tmp_path / "models" / "marts" / "in_python.py").write_text(IN_PYTHON)
    promise(tmp_path, "in_sql")
    promise(tmp_path, "in_python")
    return tmp_path


def promise(project: Path, table: str, *more: tuple[str, str]) -> None:
    text = CONTRACT.replace("TABLE", table)
    for old, new in more:
        text = text.replace(old, new)
    (project / FOLDER).mkdir(exist_ok=True)
    (project / FOLDER / f"{table}.yaml").write_text(text, encoding="utf-8")


def audits(project: Path, table: str) -> list[str]:
    """The audits of a model as a fresh process of SQLMesh would read them."""
    model = Context(paths=[str(project)]).get_model(f"marts.{table}", raise_if_missing=True)
    return [
        f"{name}({', '.join(f'{k} {v.sql()}' for k, v in arguments.items())})"
        for name, arguments in model.audits
    ]


GENERATED = [
    "not_null(columns (id))",
    "unique_combination_of_columns(columns (id))",
    "accepted_range(column id, max_v 5)",
]


def test_models_have_the_audits_of_their_contract_after_their_own(project: Path) -> None:
    assert audits(project, "in_sql") == ["at_least_one(column id)", *GENERATED]
    assert audits(project, "in_python") == GENERATED
    assert audits(project, "other") == ["at_least_one(column id)"]


def test_a_contract_that_changed_is_read_though_the_model_is_cached(project: Path) -> None:
    before = Context(paths=[str(project)])
    promise(project, "in_sql", ("max: 5", "max: 6"))
    assert "accepted_range(column id, max_v 6)" in audits(project, "in_sql")
    after = Context(paths=[str(project)])
    assert _fingerprints(before) != _fingerprints(after)
    (project / FOLDER / "in_sql.yaml").unlink()
    assert audits(project, "in_sql") == ["at_least_one(column id)"]


def _fingerprints(context: Context) -> tuple[str, str]:
    model = context.get_model("marts.in_sql", raise_if_missing=True)
    return model.data_hash, model.metadata_hash


def test_a_check_may_use_variables_and_does_not_change_the_data(project: Path) -> None:
    before = Context(paths=[str(project)])
    bound = "checks: [{audit: accepted_range, column: id, max_v: '@most'}]\ncolumns:"
    promise(project, "in_sql", ("columns:", bound), (", max: 5", ""))
    context = Context(paths=[str(project)])
    assert _fingerprints(context)[0] == _fingerprints(before)[0]
    model = context.get_model("marts.in_sql", raise_if_missing=True)
    (rendered,) = [
        model.render_audit_query(audit, **arguments).sql()
        for audit, arguments in model.audits_with_args
        if audit.name == "accepted_range"
    ]
    assert '"id" > 7' in rendered


def test_what_will_go_says_so_in_sql_and_in_python(project: Path) -> None:
    going = (
        "deprecated: {since: 2026-01-01, replaced_by: marts.other, removal: 2026-07-01}\ncolumns:"
    )
    promise(project, "in_python", ("columns:", going))
    model = Context(paths=[str(project)]).get_model("marts.in_python", raise_if_missing=True)
    assert model.description == (
        "Deprecated since 2026-01-01: read marts.other, this table goes on 2026-07-01. Says it."
    )


def test_a_mistake_in_a_contract_is_told_with_the_model(project: Path) -> None:
    promise(project, "in_sql", ("max: 5", "maximum: 5"))
    with pytest.raises(ConfigError) as caught:
        Context(paths=[str(project)])
    for said in ("in_sql.sql", "unknown key 'maximum'", "columns.id.maximum", "did you mean 'max'"):
        assert said in str(caught.value)


def test_installing_twice_wraps_once() -> None:
    attach.install()
    wrapped = definition._create_model
    attach.install()
    assert definition._create_model is wrapped


def test_another_sqlmesh_is_refused() -> None:
    with pytest.raises(SQLMeshError, match="is not as expected: name kind"):
        attach._expect(lambda name, kind: None, "klass name defaults")
