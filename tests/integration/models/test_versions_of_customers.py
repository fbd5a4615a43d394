"""What is kept of each customer over time: run by SQLMesh, day after day, and erased in place."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlmesh import Context

from operate.forget_people import Person
from operate.forget_tables import erase_tables
from operate.forget_values import Cleaner
from tests.support.definitions import PROJECT
from tests.support.hooks import remove_hooks

CONFIG = """
gateways:
  local:
    connection: {type: duckdb, catalogs: {warehouse: "FOLDER/warehouse.duckdb"}}
    state_connection: {type: duckdb, database: "FOLDER/state.duckdb"}
default_gateway: local
model_defaults: {dialect: duckdb, start: 2026-01-01}
plan: {no_prompts: true, auto_apply: true}
"""
# What the model reads, as far as it reads it.
STAGED = """
MODEL (name staging.stg_customers, kind FULL, grain customer_id);
SELECT customer_id::TEXT AS customer_id, country::TEXT AS country, NULL::TEXT AS state,
  NULL::TEXT AS city, tier::TEXT AS subscription_tier, NULL::TEXT AS acquisition_channel,
  consent::BOOLEAN AS has_marketing_consent, TRUE AS has_valid_email,
  DATE '2025-01-01' AS signup_date
FROM raw.customers
"""
DIMENSION = """
MODEL (name marts.dim_customers, kind VIEW, grain customer_id);
SELECT customer_id::TEXT AS customer_id FROM staging.stg_customers
"""
MODELS = ("intermediate/int_customer_versions.sql", "marts/core/dim_customers_history.sql")
AUDITS = ("one_valid_version", "foreign_key", "contains_all", "same_row_count")


class Days:
    """A project of the models about versions, run once a day."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "models").mkdir()
        (folder / "audits").mkdir()
        (folder / "config.yaml").write_text(CONFIG.replace("FOLDER", str(folder)))
        (folder / "models" / "staged.sql").write_text(STAGED)
        (folder / "models" / "dimension.sql").write_text(DIMENSION)
        for model in MODELS:
            shutil.copy(PROJECT / "models" / model, folder / "models")
        for audit in AUDITS:
            (source,) = (PROJECT / "audits").rglob(f"{audit}.sql")
            shutil.copy(source, folder / "audits")
        self.write(
            "CREATE SCHEMA raw",
            "CREATE TABLE raw.customers"
            " (customer_id TEXT, country TEXT, tier TEXT, consent BOOLEAN)",
        )

    def write(self, *statements: str) -> None:
        with self._warehouse() as connection:
            for statement in statements:
                connection.execute(statement)

    def run(self, day: int) -> None:
        """What a run on a day of January 2026 makes; the first is a plan."""
        remove_hooks()
        context = Context(paths=[str(self._folder)])
        moment = f"2026-01-{day:02} 06:00:00"
        if context.state_reader.get_environment("prod") is None:
            context.plan("prod", execution_time=moment, skip_tests=True)
        else:
            assert context.run("prod", execution_time=moment).is_success
        context.close()

    def versions(self, columns: str = "subscription_tier") -> list[tuple[Any, ...]]:
        """Customer, some columns, and the days of January from and to which a version holds."""
        with self._warehouse() as connection:
            return connection.execute(
                f"SELECT customer_id, {columns}, DAY(valid_from), DAY(valid_to) "
                "FROM marts.dim_customers_history ORDER BY customer_id, valid_from"
            ).fetchall()

    def erase(self, person: Person) -> None:
        with self._warehouse() as connection:
            erase_tables(connection, Cleaner([person]))

    def _warehouse(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute(f"ATTACH '{self._folder}/warehouse.duckdb' AS warehouse; USE warehouse")
        return connection


@pytest.fixture
def days(tmp_path: Path) -> Days:
    return Days(tmp_path)


def test_versions_follow_what_runs_saw_and_survive_deletion_and_erasure(days: Days) -> None:
    days.run(2)
    assert days.versions() == []

    days.write(
        "INSERT INTO raw.customers VALUES ('ann', 'DE', 'gold', TRUE), ('ben', NULL, NULL, TRUE)"
    )
    days.run(3)
    first = [("ann", "gold", 3, None), ("ben", None, 3, None)]
    assert days.versions() == first
    types = days.versions("country, has_marketing_consent, is_reachable, signup_date")
    assert types[1] == ("ben", None, True, True, date(2025, 1, 1), 3, None)

    days.run(4)
    assert days.versions() == first

    # What was not known before stays unknown for the time before.
    days.write("UPDATE raw.customers SET tier = 'silver', country = 'FR' WHERE customer_id = 'ben'")
    days.run(5)
    ben = [("ben", None, None, 3, 5), ("ben", "silver", "FR", 5, None)]
    assert days.versions("subscription_tier, country")[1:] == ben

    days.write("DELETE FROM raw.customers WHERE customer_id = 'ann'")
    days.run(6)
    assert days.versions()[0] == ("ann", "gold", 3, 6)

    days.write("INSERT INTO raw.customers VALUES ('ann', 'DE', 'gold', TRUE)")
    days.run(7)
    assert days.versions()[:2] == [("ann", "gold", 3, 6), ("ann", "gold", 7, None)]

    days.erase(Person("ann", "erased-1", "2026-01-07T12:00:00"))
    days.write("UPDATE raw.customers SET consent = FALSE WHERE customer_id = 'erased-1'")
    days.run(8)
    assert days.versions("subscription_tier, has_marketing_consent")[2:] == [
        ("erased-1", "gold", True, 3, 6),
        ("erased-1", "gold", True, 7, 8),
        ("erased-1", "gold", False, 8, None),
    ]
