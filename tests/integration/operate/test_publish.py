"""What is copied for readers: only what changed, whatever interrupted the run before."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from stock import Stock

from operate import transform
from operate.lineage import store
from operate.publish import manifest
from patron.errors import PatronError
from patron.shop import Shop

ITEMS = {"marts.mart_customers", "marts.mart_days", "marts.regions", "ml.scores"}
CATALOGUE = {f"quality.{table}" for table in store.TABLES}


def test_manifest_of_a_copy_names_every_model_of_the_readers(planned: Stock) -> None:
    assert set(manifest(planned.published)) == ITEMS | CATALOGUE


def test_damaged_copy_is_written_anew(planned: Stock) -> None:
    expected = planned.tables()
    planned.published.write_bytes(b"not a database")
    assert manifest(planned.published) == {}
    assert planned.sqlmesh("2025-01-11T05:00", "run", "prod").code == 0
    assert planned.tables() == expected


def test_only_what_changed_gets_a_new_marker(planned: Stock) -> None:
    before = manifest(planned.published)
    model = planned.project / "models" / "marts" / "regions.sql"
    seed = planned.project / "seeds" / "regions.csv"
    seed.write_text(seed.read_text() + "6,west\n")
    assert model.exists()
    ended = planned.sqlmesh("2025-01-11T05:00", "plan", "prod", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    after = manifest(planned.published)
    assert {key for key in ITEMS if before[key] != after[key]} == {
        "marts.mart_days",
        "marts.regions",
    }
    assert planned.published_rows("SELECT COUNT(*) FROM marts.regions") == [(7,)]
    assert planned.published_rows("SELECT COUNT(*) FROM marts.mart_customers") == [(7,)]


def test_a_new_description_is_published(planned: Stock) -> None:
    model = planned.project / "models" / "marts" / "mart_customers.sql"
    model.write_text(model.read_text().replace("All they spent.", "All they ever spent."))
    ended = planned.sqlmesh("2025-01-11T05:00", "plan", "prod", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    assert planned.published_rows(
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'mart_customers'"
        " AND column_name = 'amount'"
    ) == [("All they ever spent.",)]


def test_a_model_that_is_gone_is_not_published_any_more(planned: Stock) -> None:
    (planned.project / "models" / "ml" / "scores.py").unlink()
    ended = planned.sqlmesh("2025-01-11T05:00", "plan", "prod", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    assert set(manifest(planned.published)) == (ITEMS | CATALOGUE) - {"ml.scores"}
    assert planned.published_rows(
        "SELECT COUNT(*) FROM duckdb_tables() WHERE table_name = 'scores'"
    ) == [(0,)]


def test_same_rows_give_the_same_order(planned: Stock) -> None:
    rows = planned.published_rows("SELECT customer_id FROM marts.mart_customers")
    assert rows == sorted(rows)


def test_a_copy_that_cannot_be_written_is_told_and_written_later(planned: Stock) -> None:
    before = planned.published.read_bytes()
    obstacle = planned.published.with_name("published.duckdb.tmp")
    obstacle.mkdir()
    for moment in ("2025-01-12T01:00", "2025-01-12T02:00"):
        ended = planned.sqlmesh(moment, "run", "prod")
        assert ended.code == 1
        assert "patron: the models are built but not published: [Errno 21]" in ended.err
        assert planned.published.read_bytes() == before
    with pytest.raises(PatronError, match="the models are built but not published"):
        transform.run_prod(Shop(planned.shop, planned.project), "2025-01-12T03:00:00")
    obstacle.rmdir()
    assert planned.sqlmesh("2025-01-12T04:00", "run", "prod").code == 0
    assert planned.published_rows("SELECT COUNT(*) FROM marts.mart_days") == [(11,)]


def test_a_failed_run_is_not_published_by_a_later_one_that_has_nothing_to_do(
    planned: Stock,
) -> None:
    before = planned.published.read_bytes()
    planned.execute("INSERT INTO source.sales VALUES (9001, '2025-01-11', 3, 5000)")
    assert planned.sqlmesh("2025-01-12T01:00", "run", "prod").code == 1
    for model in ("staging.stg_sales", "intermediate.int_days"):
        ended = planned.sqlmesh("2025-01-12T02:00", "run", "prod", "--select-model", model)
        assert ended.code == 0, ended.out + ended.err
        assert "No models are ready to run" in ended.out
        assert "marts.mart_customers: its last build failed" in ended.err
        assert planned.published.read_bytes() == before
    planned.execute("UPDATE source.sales SET amount = 5 WHERE sale_id = 9001")
    assert planned.sqlmesh("2025-01-13T03:00", "run", "prod").code == 0
    assert planned.published_rows("SELECT COUNT(*) FROM marts.mart_days") == [(12,)]


def test_a_selection_is_published_when_the_rest_has_caught_up(planned: Stock) -> None:
    before = planned.published.read_bytes()
    selected = planned.sqlmesh(
        "2025-01-12T01:00", "run", "prod", "--select-model", "intermediate.int_days"
    )
    assert selected.code == 0, selected.out + selected.err
    assert "marts.mart_customers: not built yet from the newest days" in selected.err
    assert planned.published.read_bytes() == before
    assert planned.sqlmesh("2025-01-12T02:00", "run", "prod").code == 0
    assert planned.published_rows("SELECT COUNT(*) FROM marts.mart_days") == [(11,)]


def test_of_a_table_built_day_by_day_only_new_days_are_copied(planned: Stock) -> None:
    view = planned.project / "models" / "marts" / "fct_days.sql"
    view.write_text(
        "MODEL (name marts.fct_days, kind VIEW, grain (day));"
        "SELECT days.day, days.sales, days.amount FROM intermediate.int_days AS days"
    )
    # Enough that does not change for the copy to be used again.
    numbers = "id\n" + "".join(f"{number}\n" for number in range(500))
    (planned.project / "seeds" / "many.csv").write_text(numbers)
    (planned.project / "models" / "marts" / "many.sql").write_text(
        "MODEL (name marts.many, kind SEED (path '../../seeds/many.csv'), columns (id INT))"
    )
    ended = planned.sqlmesh("2025-01-11T05:00", "plan", "prod", "--auto-apply")
    assert ended.code == 0, ended.out + ended.err
    days = planned.published_rows("SELECT * FROM marts.fct_days ORDER BY day")
    # What is not copied again keeps the mark.
    with duckdb.connect(str(planned.published)) as copy:
        copy.execute("UPDATE marts.fct_days SET amount = -1 WHERE day = '2025-01-01'")
    assert planned.sqlmesh("2025-01-12T05:00", "run", "prod").code == 0
    marked = planned.published_rows("SELECT * FROM marts.fct_days ORDER BY day")
    assert marked == [(*days[0][:2], -1), *days[1:], (date(2025, 1, 11), 20, 80)]
    # A copy with other rows than its source is made anew.
    with duckdb.connect(str(planned.published)) as copy:
        copy.execute("DELETE FROM marts.fct_days WHERE day = '2025-01-02'")
    assert planned.sqlmesh("2025-01-13T05:00", "run", "prod").code == 0
    assert planned.published_rows("SELECT * FROM marts.fct_days ORDER BY day") == planned.rows(
        "SELECT day, sales, amount FROM intermediate.int_days ORDER BY day"
    )


def test_what_happened_is_published_with_the_run_that_publishes_it(planned: Stock) -> None:
    (planned.project / "models" / "quality").mkdir()
    (planned.project / "models" / "quality" / "runs.sql").write_text(
        "MODEL (name quality.runs, kind VIEW, tags (history), grain (run_id), columns (run_id TEXT,"
        " batches INT)); SELECT run_id, COUNT(*)::INT AS batches FROM quality.model_runs"
        " GROUP BY run_id"
    )
    external = planned.project / "external_models.yaml"
    external.write_text(
        f"{external.read_text()}- name: quality.model_runs\n  columns: {{run_id: VARCHAR}}\n"
    )
    recorded = "SELECT run_id, COUNT(*) FROM quality.model_runs GROUP BY ALL ORDER BY 1"
    shown = "SELECT * FROM quality.runs ORDER BY run_id"
    for moment, command, runs in (
        ("2025-01-11T05:00", ("plan", "prod", "--auto-apply"), 2),
        ("2025-01-12T05:00", ("run", "prod"), 3),
    ):
        ended = planned.sqlmesh(moment, *command)
        assert ended.code == 0, ended.out + ended.err
        published = planned.published_rows(shown)
        assert len(published) == runs
        assert published == planned.rows(recorded)
    # It is no reason to publish: nothing else changed.
    before = planned.published.read_bytes()
    planned.execute("INSERT INTO quality.model_runs (run_id) VALUES ('another')")
    assert planned.sqlmesh("2025-01-12T06:00", "run", "prod").code == 0
    assert planned.published.read_bytes() == before


def test_audits_are_told_how_many_rows_they_looked_at(planned: Stock) -> None:
    counted = planned.rows(
        "SELECT model, SUM(rows_checked)::INT FROM quality.audit_results"
        " WHERE audit <> 'forall' GROUP BY model"
    )
    # Ten of the twelve days are built. The rows of the view that joins are counted because
    # an audit found something in it.
    assert dict(counted) == {
        "source.sales": 240,
        "staging.stg_sales": 200,
        "intermediate.int_days": 10,
        "marts.mart_customers": 7,
        "marts.mart_days": 10,
        "ml.scores": 7,
    }
