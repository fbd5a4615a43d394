"""What a contract says of a table stops other rows, with the stock `sqlmesh` command."""

from __future__ import annotations

import pytest
from stock import Stock

CONTRACT = """
model: marts.mart_customers
version: 1.0.0
owner: data_team
grain: [customer_id]
freshness: {daily_by: '08:00'}
accuracy: {statement: Customers are there once., audits: [unique_values]}
availability: {share: 0.99}
notice_days: {breaking: 30}
columns:
  customer_id: {type: BIGINT, required: true}
  sales: {type: BIGINT, min: 1, max: 40}
  amount: {type: 'DECIMAL(18, 2)'}
checks:
  - {audit: number_of_rows, threshold: 3}
"""
NEXT_DAY = "2025-01-12T01:00"
MANY_SALES = (
    "INSERT INTO source.sales SELECT 9000 + i, DATE '2025-01-11', 3, 1 FROM RANGE(20) AS t(i)"
)
RECORDED = (
    "SELECT audit, arguments, blocking, failed_rows FROM quality.audit_results"
    " WHERE model = 'marts.mart_customers' AND audited_at >= (SELECT MAX(started_at)"
    " FROM quality.model_runs WHERE model = 'marts.mart_customers') ORDER BY ALL"
)


def promise(stock: Stock, contract: str) -> None:
    folder = stock.project / "contracts"
    folder.mkdir(exist_ok=True)
    (folder / "mart_customers.yaml").write_text(contract, encoding="utf-8")


@pytest.mark.slow
def test_a_contract_is_blocking_audits_of_its_model(planned: Stock) -> None:
    # A plan audits the table that is there, and takes no contract that it does not keep.
    promise(planned, CONTRACT.replace("max: 40", "max: 5"))
    ended = planned.sqlmesh("2025-01-11T02:00", "plan", "prod", "--auto-apply")
    assert ended.code == 1
    assert "'accepted_range' audit error: 7 rows failed" in ended.out

    promise(planned, CONTRACT)
    ended = planned.sqlmesh("2025-01-11T02:00", "plan", "prod", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    assert "marts.mart_customers" in ended.out

    audited = planned.sqlmesh("2025-01-11T02:00", "audit", "--model", "marts.mart_customers")
    assert audited.code == 0, audited.out
    for name in ("not_null", "unique_combination_of_columns", "accepted_range", "number_of_rows"):
        assert f"{name} on model marts.mart_customers" in audited.out

    before = planned.tables()
    planned.execute(MANY_SALES)
    ended = planned.sqlmesh(NEXT_DAY, "run", "prod")
    assert ended.code == 1
    assert (
        "marts.mart_customers: audit 'accepted_range' (column = sales; min_v = 1; max_v = 40)"
        " found 1 row: customer_id=3" in ended.err
    )
    assert planned.rows(RECORDED) == [
        ("accepted_range", "column = sales; min_v = 1; max_v = 40", True, 1),
        ("forall", "criteria = (amount < 1000)", True, 0),
        ("not_null", "columns = (customer_id)", True, 0),
        ("number_of_rows", "threshold = 3", True, 0),
        ("unique_combination_of_columns", "columns = (customer_id)", True, 0),
        ("unique_values", "columns = (customer_id)", True, 0),
    ]
    kept = "published.marts.mart_customers"
    assert planned.tables()[kept] == before[kept]
