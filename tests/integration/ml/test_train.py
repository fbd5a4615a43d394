"""Training as a user meets it: results, messages, promotion, crashes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import duckdb
import pytest
from prediction_data import build, buying_days, publish, with_days

from ml import registry
from ml.errors import TooLittleData
from ml.train import train_all
from patron.errors import PatronError, UsageError
from patron.shop import Shop
from tests.support.command import forked
from tests.support.forks import forks


def patron(shop: Shop, *arguments: str) -> subprocess.CompletedProcess[str]:
    return forked(shop.root, *arguments)


def files(shop: Shop) -> dict[str, bytes]:
    folder = shop.artifacts / "models"
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_each_task_has_a_champion_with_a_full_card(trained: Shop) -> None:
    for task in registry.TASKS:
        bundle = registry.load_champion(trained, task)
        assert bundle is not None
        card = bundle.card
        assert card["version"].startswith(f"{task.replace('_', '-')}-2026-03-15-")
        assert set(card["libraries"]) == set(registry.LIBRARIES)
        assert max(card["data"]["training_cutoffs"]) < min(card["data"]["holdout_cutoffs"])
        assert set(card["importance"]) == set(card["features"])
        for predictors in card["metrics"].values():
            assert len(predictors) >= 2
            for measured in predictors.values():
                for interval in measured.values():
                    assert interval["low"] <= interval["high"]


def test_a_short_history_means_a_shorter_horizon_and_the_card_says_so(trained: Shop) -> None:
    card = registry.read_card(trained, "clv", registry.versions(trained, "clv")[0])
    assert card["wanted_horizon_days"] == 365
    assert card["horizon_days"] == 90
    shown = patron(trained, "models", "show", "clv")
    assert "looks 90 days ahead, not 365: the history is too short to judge more" in shown.stderr


def test_models_beat_naive_baselines_on_held_out_time(trained: Shop) -> None:
    clv, churn, next_order = (
        registry.read_card(trained, task, registry.versions(trained, task)[0])["metrics"]
        for task in registry.TASKS
    )
    revenue = {name: values["gini"]["value"] for name, values in clv["revenue"].items()}
    assert revenue["model"] > revenue["previous_period"]
    auc = {name: values["roc_auc"]["value"] for name, values in churn["all_customers"].items()}
    assert auc["model"] > auc["recency"]
    mae = {
        name: values["mae"]["value"] for name, values in next_order["days_to_next_order"].items()
    }
    assert mae["model"] < min(mae["constant"], mae["mean_gap"])


@pytest.mark.slow
def test_the_same_data_make_the_same_bytes(trained: Shop, untrained: Shop) -> None:
    train_all(untrained)
    assert files(untrained) == files(trained)


def test_training_again_changes_nothing(trained: Shop) -> None:
    before = files(trained)
    (result,) = train_all(trained, ["next-order"])
    assert (result.outcome, result.reason) == ("unchanged", "same data, same model as the champion")
    assert files(trained) == before


def test_a_model_that_is_not_better_is_kept_in_the_registry_only(
    trained: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (champion,) = registry.versions(trained, "churn")
    folder = registry.task_folder(trained, "churn")
    _rename(folder / champion, "churn-2026-02-01-earlier0")
    (folder / "champion.json").write_text(
        json.dumps({"version": "churn-2026-02-01-earlier0", "history": []})
    )
    (kept,) = train_all(trained, ["churn"])
    assert kept.outcome == "kept"
    assert kept.reason == "the new model is not better than the champion beyond the noise"
    assert kept.comparison["all_customers.brier"].value == 0
    assert registry.versions(trained, "churn") == ["churn-2026-02-01-earlier0", champion]
    (forced,) = train_all(trained, ["churn"], force=True)
    assert forced.outcome == "promoted"
    current = registry.champion(trained, "churn")
    assert current is not None
    assert (current.version, current.history) == (champion, ("churn-2026-02-01-earlier0",))


def test_a_better_model_is_promoted(trained: Shop) -> None:
    (champion,) = registry.versions(trained, "churn")
    bundle = registry.load(trained, "churn", champion)
    worse = bundle.judged.__class__(**{**vars(bundle.judged), "shift": 1.5})
    card = {**bundle.card, "version": "churn-2026-02-01-worse000"}
    registry.save(trained, card, worse, worse)
    registry.promote(trained, "churn", "churn-2026-02-01-worse000")
    (result,) = train_all(trained, ["churn"])
    assert result.outcome == "promoted"
    assert result.reason == "better than churn-2026-02-01-worse000 beyond the noise"
    assert result.comparison["all_customers.brier"].high < 0


def test_an_unusable_champion_is_replaced(trained: Shop) -> None:
    (version,) = registry.versions(trained, "churn")
    model = registry.task_folder(trained, "churn") / version / "model.joblib"
    os.truncate(model, 100)
    (result,) = train_all(trained, ["churn"])
    assert result.outcome == "repaired"
    assert result.reason.startswith("made again from the same data: the model's file is missing")
    assert registry.load_champion(trained, "churn") is not None


def test_before_anything_is_published_there_is_nothing_to_train_on(shop: Shop) -> None:
    said = patron(shop, "train")
    assert said.returncode == 1
    assert "patron: nothing has been published yet" in said.stderr
    assert "Traceback" not in said.stderr


def test_too_little_data_is_said_plainly(tmp_path: Path) -> None:
    shop = Shop(root=tmp_path, project=Path(__file__).parents[3])
    connection = with_days(buying_days(80, 100))
    build(connection)
    publish(connection, shop.published)
    said = patron(shop, "train")
    assert said.returncode == 1
    assert "patron: too little data for predictions: 80 customers with an order" in said.stderr
    assert "days of history, 180 needed" in said.stderr
    assert "remedy: load more history and run again" in said.stderr
    assert not (shop.artifacts / "models" / "clv").exists()


def test_tables_of_another_release_are_told_plainly(untrained: Shop) -> None:
    with duckdb.connect(str(untrained.published)) as connection:
        connection.execute("ALTER TABLE ml.feature_cutoffs DROP COLUMN customer_count")
    said = patron(untrained, "train", "churn")
    assert said.returncode == 1
    assert "patron: the shop's tables were built by another release of Patron" in said.stderr
    assert "customer_count" in said.stderr
    assert "remedy: run 'patron run' first" in said.stderr


def test_a_history_that_cannot_be_split_is_said_plainly(tmp_path: Path) -> None:
    shop = Shop(root=tmp_path, project=Path(__file__).parents[3])
    connection = with_days(buying_days(700, 181))
    build(connection)
    publish(connection, shop.published)
    with pytest.raises(TooLittleData, match="too short to judge a prediction over 90 days"):
        train_all(shop, ["next_order"])


def test_a_wrong_task_is_a_usage_error(untrained: Shop) -> None:
    with pytest.raises(UsageError, match="no prediction task 'sales'"):
        train_all(untrained, ["sales"])
    assert patron(untrained, "train", "sales").returncode == 2


def test_models_say_when_none_was_trained(untrained: Shop) -> None:
    assert "no model trained yet" in patron(untrained, "models").stderr
    shown = patron(untrained, "models", "show", "churn")
    assert shown.returncode == 1
    assert "no model trained yet for churn" in shown.stderr
    assert "remedy: train one with 'patron train churn'" in shown.stderr


def test_models_are_listed_shown_and_rolled_back(trained: Shop) -> None:
    listed = json.loads(patron(trained, "models", "list", "--json").stdout)
    assert [(row["task"], row["is_champion"], row["is_usable"]) for row in listed] == [
        (task, True, True) for task in registry.TASKS
    ]
    card = json.loads(patron(trained, "models", "show", "churn", "--json").stdout)
    assert card["task"] == "churn"
    back = patron(trained, "models", "rollback", "churn")
    assert back.returncode == 1
    assert "no earlier champion to go back to" in back.stderr


TRAIN_AND_DIE = """
import os, signal, sys
import joblib
from pathlib import Path
from ml.train import train_all
from patron.shop import find_shop

def die(*arguments, **options):
    os.kill(os.getpid(), signal.SIGKILL)

owner = joblib if sys.argv[2] == "dump" else Path
setattr(owner, sys.argv[2], die)
train_all(find_shop(sys.argv[1]), ["churn"], force=True)
"""


@pytest.mark.parametrize("before", ["dump", "rename", "replace"])
def test_a_killed_training_leaves_the_champion_there_was(trained: Shop, before: str) -> None:
    champions = {task: registry.champion(trained, task) for task in registry.TASKS}
    for task in registry.TASKS:
        (version,) = registry.versions(trained, task)
        folder = registry.task_folder(trained, task)
        _rename(folder / version, f"{task}-earlier")
        (folder / "champion.json").write_text(
            json.dumps({"version": f"{task}-earlier", "history": []})
        )
    program = ("-c", TRAIN_AND_DIE, str(trained.root), before)
    done = forks().run(program, trained.project, os.environ, seconds=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    for task in registry.TASKS:
        bundle = registry.load_champion(trained, task)
        assert bundle is not None
        assert bundle.version == f"{task}-earlier"
    (result,) = train_all(trained, ["churn"], force=True)
    assert result.outcome == "promoted"
    current = registry.champion(trained, "churn")
    undisturbed = champions["churn"]
    assert current is not None
    assert undisturbed is not None
    assert current.version == undisturbed.version
    assert not list((trained.artifacts / "models").rglob(".*.tmp"))


def test_training_needs_a_published_copy(shop: Shop) -> None:
    with pytest.raises(PatronError, match="nothing has been published yet"):
        train_all(shop)


def _rename(folder: Path, version: str) -> None:
    """The same model under another version: what an earlier training would have left."""
    path = folder / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": version}))
    folder.rename(folder.with_name(version))
