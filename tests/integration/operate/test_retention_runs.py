"""Old records go with a real run, and what is published afterwards is what was built."""

from __future__ import annotations

from stock import Stock

# Enough to fill several blocks, which DuckDB gives back when they are empty: other rows move up.
MANY = """
INSERT INTO quality.model_runs BY NAME
SELECT 'old' AS run_id, 'prod' AS environment, 'marts.gone' AS model, 't' AS physical_table,
  TIMESTAMP '2025-01-01' AS interval_start, TIMESTAMP '2025-01-02' AS interval_end,
  TIMESTAMP '2025-01-02' AS finished_at, 'succeeded' AS outcome, 1000 + i AS batch_number
FROM range(400000) AS numbers(i);
UPDATE quality.model_runs SET finished_at = finished_at - INTERVAL 2 YEAR
"""
OLD = (
    "SELECT DISTINCT model FROM quality.model_runs WHERE finished_at < '2024-01-01' ORDER BY model"
)
SALES = "SELECT * FROM {} ORDER BY ALL"


def run(stock: Stock, moment: str) -> None:
    ended = stock.sqlmesh(moment, "run", "prod")
    assert ended.code == 0, ended.out + ended.err


def test_after_old_records_are_gone_changed_days_are_still_published(planned: Stock) -> None:
    planned.execute(MANY)
    run(planned, "2025-01-13T05:00")
    # The seed was built once and is needed for ever; so is the last batch of what is gone.
    assert planned.rows(OLD) == [("marts.gone",), ("marts.regions",)]
    gone = "SELECT COUNT(*) FROM quality.model_runs WHERE model = 'marts.gone'"
    assert planned.rows(gone) == [(1,)]
    for day in (13, 14):
        planned.execute(f"INSERT INTO source.sales VALUES (90{day}, '2025-01-{day}', 3, 5)")
        run(planned, f"2025-01-{day + 1}T05:00")
        assert planned.rows("SELECT MAX(rowid) < 100000 FROM quality.model_runs") == [(True,)]
        for table in ("marts.mart_days", "marts.mart_customers"):
            shown = planned.published_rows(SALES.format(table))
            assert shown == planned.rows(SALES.format(table))
        sales = f"SELECT sales FROM marts.mart_days WHERE day = '2025-01-{day}'"
        assert planned.published_rows(sales) == [(1,)]
    before = planned.published.read_bytes()
    run(planned, "2025-01-15T06:00")
    assert planned.published.read_bytes() == before
