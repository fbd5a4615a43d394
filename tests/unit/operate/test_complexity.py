"""What there is to understand in a model is counted in its own words."""

from __future__ import annotations

import re
from pathlib import Path

from operate.health.complexity import ModelFile, model_files
from tests.support.definitions import PROJECT


def write(project: Path, name: str, text: str) -> None:
    path = project / "models" / "marts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


SQL = """
MODEL (
  name marts.orders,
  kind FULL,
  audits (forall(criteria := (CASE WHEN a THEN 1 END = 1))),
  description 'With JOIN and CASE; in words'
);

WITH days AS (
  SELECT 1 AS day -- JOIN nothing
), weeks AS (
  @time_spine(1, 2, 'day')
)
SELECT CASE WHEN 'a JOIN b' = 'x' THEN (CASE WHEN TRUE THEN 1 END) END AS cased
FROM days
LEFT JOIN weeks ON TRUE
JOIN (SELECT 1 AS nested) AS other ON TRUE
"""


def test_words_in_texts_comments_and_the_header_do_not_count(tmp_path: Path) -> None:
    write(tmp_path, "orders.sql", SQL)
    (found,) = model_files(tmp_path)
    assert found == ModelFile("marts.orders", "models/marts/orders.sql", 2, 2, 2, 9)
    assert found.complexity == 2 + 2 + 2 + 0.9
    assert found.as_dict()["complexity"] == found.complexity


def test_a_file_of_blueprints_is_several_models(tmp_path: Path) -> None:
    header = (
        "MODEL (\n  name marts.@{table}_by_day,\n  blueprints (\n    (table := orders, n := 1),\n"
        "    (table := returns, n := 2)\n  ),\n  kind FULL\n);\nSELECT 1 AS one"
    )
    write(tmp_path, "by_day.sql", header)
    assert [one.model for one in model_files(tmp_path)] == [
        "marts.orders_by_day",
        "marts.returns_by_day",
    ]


def test_python_models_have_lines_and_seeds_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "score.py", '@model(\n    "ml.scores",\n)\ndef execute() -> None: ...\n')
    write(tmp_path, "helper.py", "x = 1\n")
    write(tmp_path, "regions.sql", "MODEL (name seeds.regions, kind SEED (path 'a.csv'))\n")
    assert model_files(tmp_path) == [ModelFile("ml.scores", "models/marts/score.py", 0, 0, 0, 4)]


def test_every_file_of_the_project_that_is_a_model_is_counted() -> None:
    found = model_files(PROJECT)
    files = {
        path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / "models").rglob("*.*")
        if path.suffix in {".sql", ".py"} and "models/seeds" not in path.as_posix()
    }
    assert {one.file for one in found} == files
    assert {"intermediate.int_weeks", "ml.customer_features_now"} <= {one.model for one in found}
    assert all(re.fullmatch(r"[a-z]+\.\w+", one.model) for one in found)
