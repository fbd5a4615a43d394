"""The external models in a real SQLMesh project: they load, and their audits can fail."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import pytest
from sqlmesh import Context

from ingest.external_models import write_external_models
from ingest.raw import ensure_tables
from operate import record
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
        record.ensure_tables(connection)
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


TWICE = """
INSERT INTO raw.orders SELECT * REPLACE (CAST(? AS TIMESTAMP) AS _loaded_at) FROM raw.orders
"""
PASSED = """
INSERT INTO quality.audit_results BY NAME
SELECT 'prod' AS environment, 'raw.orders' AS model, 'unique_combination_of_columns' AS audit,
  0 AS failed_rows, TIMESTAMP '2025-03-01 06:00:00' AS audited_at
"""


@pytest.mark.parametrize(
    ("loaded", "recorded", "start", "is_found"),
    [
        # The night after: the interval begins on the day of the pass, and what came since is new.
        ("2025-03-01 05:00", "", "2025-03-01", False),
        ("2025-03-01 07:00", "", "2025-03-01", True),
        # Built for days without one, or before the first pass, as the interval says.
        ("2025-02-28 07:00", "UPDATE quality.audit_results SET model = 'raw.returns'",
         "2025-02-28", True),
        ("2025-03-01 05:00", "UPDATE quality.audit_results SET failed_rows = 1",
         "2025-03-01", True),
        ("2025-03-01 05:00", "UPDATE quality.audit_results SET environment = 'dev'",
         "2025-03-01", True),
        ("2025-03-01 05:00", "UPDATE quality.audit_results SET audit = 'not_null'",
         "2025-03-01", True),
        # Somebody asks for more than the last night.
        ("2025-02-01 05:00", "", "2025-01-01", True),
        ("2025-01-01 05:00", "", "2025-01-02", False),
        # What came while no run looked was in no interval before.
        ("2025-03-01 07:00", "", "2025-03-04", True),
    ],
)  # fmt: skip
def test_keys_are_asked_for_since_they_were_last_found_unique(
    project: Path, loaded: str, recorded: str, start: str, *, is_found: bool
) -> None:
    model = Context(paths=[str(project)]).get_model("raw.orders", raise_if_missing=True)
    audit, arguments = model.audits_with_args[1]
    query = model.render_audit_query(audit, start=start, end="2025-03-04", **arguments)
    with duckdb.connect(str(project / "warehouse.duckdb")) as connection:
        connection.execute(PASSED)
        connection.execute(TWICE, [loaded])
        connection.execute(recorded)
        found = connection.execute(query.sql(dialect="duckdb")).fetchall()
    assert found == ([("1",)] if is_found else [])
