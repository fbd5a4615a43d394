"""Queries that are prepared once serve every run only where no moment makes a difference."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from sqlmesh.core.macros import RuntimeStage
from sqlmesh.core.model import Model

from operate import prepared
from tests.support.built_shop import models_of
from tests.support.definitions import PROJECT, model_of

TIMES = (
    {"start": "2001-02-03", "end": "2001-02-04", "execution_time": "2001-02-05"},
    {"start": "2026-10-01", "end": "2026-11-20", "execution_time": "2026-11-21"},
)


@cache
def sql_models() -> tuple[Model, ...]:
    """All models of the project that are queries."""
    paths = sorted((PROJECT / "models").rglob("*.sql"))
    return tuple(model for path in paths for model in models_of(path) if model.is_sql)


def rendered(model: Model, moment: int, stage: RuntimeStage) -> str:
    """The query for some days, without what the prepared one is for."""
    found = model.render_query(**TIMES[moment], runtime_stage=stage)
    assert found is not None
    return found.sql()


def test_most_models_are_the_same_always_and_none_of_these_knows_the_day() -> None:
    same = [model for model in sql_models() if prepared.is_the_same_always(model)]
    assert len(same) > len(sql_models()) / 2
    for model in same:
        early = rendered(model, 0, RuntimeStage.CREATING)
        assert early == rendered(model, 1, RuntimeStage.EVALUATING), model.name
        plain = model.render_query()
        assert plain is not None
        assert early == plain.sql(), model.name


@pytest.mark.parametrize(
    "condition",
    [
        "day BETWEEN @start_ds AND @end_ds",
        "day < @execution_date",
        "day < @{execution_ds}::DATE",
        "@IF(@runtime_stage = 'evaluating', day > '2020-01-01', TRUE)",
        "@in_interval(day)",
        "day IN (SELECT day FROM @this_model)",
    ],
)
def test_a_query_that_asks_for_the_moment_is_not(condition: str) -> None:
    path = Path(PROJECT / "models" / "marts" / "mart_probe.sql")
    text = "MODEL (name marts.mart_probe, kind FULL); SELECT day FROM raw.days WHERE "
    assert not prepared.is_the_same_always(model_of(text + condition, path=path))
    assert prepared.is_the_same_always(model_of(text + "day > '2020-01-01'", path=path))


def test_an_incremental_model_is_not() -> None:
    text = """
    MODEL (name staging.stg_probe, kind INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y-%m-%d')));
    SELECT day FROM raw.days
    """
    assert not prepared.is_the_same_always(model_of(text))


def test_only_the_names_of_tables_are_asked_for() -> None:
    asked = {}

    def original(_model: Model, **options: object) -> str:
        asked.update(options)
        return "query"

    text = "MODEL (name marts.mart_probe, kind FULL); SELECT day FROM raw.days"
    mapping = {"raw.days": "raw.days__1"}
    options = {**TIMES[0], "table_mapping": mapping, "runtime_stage": RuntimeStage.EVALUATING}
    assert prepared.render_query(original, model_of(text), **options) == "query"
    assert asked == {"table_mapping": mapping, "snapshots": None, "deployability_index": None}
    asked.clear()
    prepared.render_query(original, model_of(text), expand=("raw.days",), **options)
    assert asked["start"] == "2001-02-03"
