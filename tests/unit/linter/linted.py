"""Models, as short as they can be, and what rules say of them."""

from __future__ import annotations

from pathlib import Path

from sqlmesh import Context
from sqlmesh.core.config import (
    Config,
    DuckDBConnectionConfig,
    GatewayConfig,
    ModelDefaultsConfig,
)
from sqlmesh.core.linter.rule import Rule

from tests.support.definitions import model_of

GOOD = """
MODEL (name intermediate.int_good, kind FULL, owner data_team, grain id,
  description 'Good rows. One row per id. Answers: which are good?',
  column_descriptions (id = 'The id'));
SELECT 1::INT AS id
"""
SAME_COUNT = "same_row_count(table_name := staging.stg_a)"


def project_in(folder: Path) -> Context:
    """A project in a folder."""
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
