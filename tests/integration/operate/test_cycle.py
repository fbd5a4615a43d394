"""The cycle and the status, on real packages and small shops."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from stock import Stock

from ml import registry
from operate import scoring
from operate.cycle import StepResult, run_cycle
from operate.steps import Request
from patron.cli import patron
from patron.errors import PatronError, UsageError
from patron.lock import writer_lock
from patron.shop import Shop


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_SHOP", "unset")


def call(shop: Path, *arguments: str) -> Result:
    return CliRunner().invoke(patron, ["--shop", str(shop), *arguments])


def test_cycle_stops_where_it_fails_and_tells_each_step(fresh: Stock) -> None:
    told: list[StepResult] = []
    request = Request(Shop(fresh.shop, fresh.project), "2025-01-11T01:00:00")
    result = run_cycle(request, ("ingest", "transform"), 0, told.append)
    assert [(line.step, line.outcome) for line in told] == [("ingest", "failed")]
    assert result.error is not None
    assert result.page is None


def test_transform_step_builds_then_has_nothing_to_do(fresh: Stock) -> None:
    request = Request(Shop(fresh.shop, fresh.project), "2025-01-11T01:00:00")
    first = run_cycle(request, ("transform",), 0, lambda _: None)
    assert [(line.outcome, line.detail) for line in first.steps] == [
        ("done", "7 models built; 1 audit found something, see 'patron status'")
    ]
    second = run_cycle(request, ("transform",), 0, lambda _: None)
    assert [(line.outcome, line.detail) for line in second.steps] == [
        ("skipped", "every model is up to date")
    ]


def test_steps_without_a_model_are_skipped(planned: Stock) -> None:
    request = Request(Shop(planned.shop, planned.project))
    result = run_cycle(request, ("score",), 0, lambda _: None)
    assert [(line.step, line.outcome, line.detail) for line in result.steps] == [
        ("score", "skipped", "no trained model")
    ]


def test_a_champion_that_cannot_be_used_counts_as_missing(tmp_path: Path, planned: Stock) -> None:
    shop = Shop(tmp_path / "models", planned.project)
    request = Request(shop, "2025-01-11T01:00:00")
    for task in registry.TASKS:
        card = {"task": task, "version": "first", "libraries": registry.library_versions()}
        registry.save(shop, card, "final", "judged")
        registry.promote(shop, task, "first")
    (trained,) = run_cycle(request, ("train",), 0, lambda _: None).steps
    assert (trained.outcome, trained.detail) == ("skipped", "every task has a champion")
    with (registry.task_folder(shop, "churn") / "first" / "model.joblib").open("ab") as file:
        file.write(b"x")
    assert set(scoring.champions(shop)) == {"clv", "next_order"}
    (trained,) = run_cycle(request, ("train",), 0, lambda _: None).steps
    assert (trained.outcome, "nothing has been published yet" in trained.detail) == ("failed", True)
    for task in ("clv", "next_order"):
        (registry.task_folder(shop, task) / "champion.json").unlink()
    (scored,) = run_cycle(request, ("score",), 0, lambda _: None).steps
    assert (scored.outcome, scored.detail) == (
        "skipped",
        "churn cannot be used: the model's file is missing or not the one that was registered",
    )


def test_run_without_sources_fails_with_what_to_do(tmp_path: Path) -> None:
    ended = call(tmp_path / "empty", "run", "--only", "ingest", "--json")
    assert isinstance(ended.exception, PatronError)
    document = json.loads(ended.stdout)
    assert document["steps"][0]["outcome"] == "failed"
    assert "sources.yaml" in document["error"]


def test_report_before_anything_was_published_says_so(tmp_path: Path) -> None:
    ended = call(tmp_path / "empty", "run", "--only", "report")
    assert isinstance(ended.exception, PatronError)
    assert "nothing has been published yet" in str(ended.exception)


def test_a_moment_that_is_none_is_refused(tmp_path: Path) -> None:
    ended = call(tmp_path / "empty", "run", "--execution-time", "tomorrow")
    assert ended.exit_code == 2
    assert "'tomorrow' is not a time such as 2026-03-02T06:00" in ended.stderr
    assert not isinstance(ended.exception, UsageError)


def test_status_of_an_empty_shop(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = call(tmp_path / "empty", "status", "--json")
    assert ended.exit_code == 0, ended.output
    found = json.loads(ended.stdout)
    assert found["loads"] == found["models"] == found["champions"] == found["published"] == []
    assert found["writer"] is None


def test_status_of_a_folder_that_is_not_there_makes_none(tmp_path: Path) -> None:
    ended = call(tmp_path / "nowhere", "status")
    assert isinstance(ended.exception, PatronError)
    assert "there is no such shop folder" in str(ended.exception)
    assert not (tmp_path / "nowhere").exists()


def test_status_beside_a_writer_says_what_is_not_known(planned: Stock) -> None:
    with writer_lock(Shop(planned.shop, planned.project), "a load"):
        shown = call(planned.shop, "status")
        found = json.loads(call(planned.shop, "status", "--json").stdout)
    assert "Loaded: not known while another process writes" in shown.stdout
    assert "staging" in shown.stdout
    assert shown.stderr == ""
    assert found["loads"] is None
    assert found["as_published"]


def test_a_piped_run_tells_each_step_once(planned: Stock) -> None:
    ended = call(planned.shop, "run", "--only", "score")
    assert ended.output.count("no trained model") == 1


def test_status_shows_models_findings_and_publication(planned: Stock) -> None:
    found = json.loads(call(planned.shop, "status", "--json").stdout)
    assert {row["models"]: (row["count"], row["failed"]) for row in found["models"]} == {
        "intermediate": (2, 0),
        "marts": (3, 0),
        "ml": (1, 0),
        "staging": (1, 0),
    }
    assert [row["sample_keys"] for row in found["findings"]] == ["day=2025-01-04"]
    assert found["published"][0]["as_of_date"] == "2025-01-11"


def test_status_shows_a_failed_run_while_readers_keep_the_last_good_one(planned: Stock) -> None:
    planned.execute("INSERT INTO source.sales VALUES (9001, '2025-01-11', 3, -5)")
    assert planned.sqlmesh("2025-01-12T01:00", "run", "prod").code == 1
    found = json.loads(call(planned.shop, "status", "--json").stdout)
    assert [(row["model"], row["error"]) for row in found["failures"]] == [
        ("staging.stg_sales", "audits: forall")
    ]
    assert found["published"][0]["as_of_date"] == "2025-01-11"
    shown = call(planned.shop, "status")
    assert "staging.stg_sales" in shown.output
