"""The external models in a real SQLMesh project: they load, and their audits can fail."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import pytest

from ingest.external_models import write_external_models
from ingest.raw import ensure_tables
from tests.support.forks import forks

CONFIG = """
gateways:
  local:
    connection: {type: duckdb, catalogs: {warehouse: warehouse.duckdb}}
    state_connection: {type: duckdb, database: state.duckdb}
default_gateway: local
disable_anonymized_analytics: true
model_defaults: {dialect: duckdb, start: "2024-01-01"}
"""
MODEL = """
MODEL (name staging.stg_orders, kind FULL);
SELECT order_id, order_amount FROM raw.orders
"""
ORDER = """
INSERT INTO raw.orders (order_id, customer_id, ordered_at, order_status, order_amount, updated_at,
                        _source, _batch_id, _loaded_at)
VALUES ('1', ?, '2024-01-01', 'paid', 1, '2024-01-01', 's', 'b', '2024-01-01')
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "models" / "stg_orders.sql").write_text(MODEL)
    write_external_models(tmp_path)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        ensure_tables(connection)
        connection.execute(ORDER, ["c"])
    return tmp_path


def sqlmesh(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return forks().run(("-", "0", *arguments), project, os.environ, seconds=300)


@pytest.mark.slow
def test_audits_of_raw_tables_pass_and_fail(project) -> None:
    planned = sqlmesh(project, "plan", "prod", "--auto-apply")
    assert planned.returncode == 0, planned.stdout
    with duckdb.connect(str(project / "warehouse.duckdb")) as connection:
        connection.execute(ORDER, [None])
    audited = sqlmesh(project, "audit")
    assert "not_null on model raw.orders ❌ FAIL [1]" in audited.stdout
    assert "unique_combination_of_columns on model raw.orders ❌ FAIL [1]" in audited.stdout
    assert "Finished with 2 audit errors" in audited.stdout
