from __future__ import annotations

import hashlib
import json
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml import registry
from ml.errors import UnusableModel
from ml.features import Scaling
from patron.errors import BusyError, PatronError, UsageError
from patron.lock import writer_lock
from patron.shop import Shop

LOADED: list[str] = []


class TellsWhenLoaded:
    """Something whose unpickling leaves a trace."""

    def __reduce__(self) -> tuple[Any, ...]:
        return LOADED.append, ("loaded",)


def register(shop: Shop, version: str, final: object = "model") -> Path:
    card = {"task": "clv", "version": version, "libraries": registry.library_versions()}
    registry.save(shop, card, final, "judged")
    return registry.task_folder(shop, "clv") / version


def edit_card(folder: Path, **changes: object) -> None:
    path = folder / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_was_saved_is_loaded(shop: Shop) -> None:
    folder = register(shop, "clv-1")
    bundle = registry.load(shop, "clv", "clv-1")
    assert (bundle.final, bundle.judged, bundle.version) == ("model", "judged", "clv-1")
    stored = hashlib.sha256((folder / "model.joblib").read_bytes()).hexdigest()
    assert bundle.card["sha256"] == stored
    assert registry.versions(shop, "clv") == ["clv-1"]


def test_nothing_is_unpickled_that_is_not_ours(shop: Shop) -> None:
    folder = register(shop, "clv-1")
    (folder / "model.joblib").write_bytes(pickle.dumps(TellsWhenLoaded()))
    with pytest.raises(UnusableModel, match="not the one that was registered"):
        registry.load(shop, "clv", "clv-1")
    assert not LOADED


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"libraries": {"scikit-learn": "0.1"}}, "trained with scikit-learn 0.1, scipy None"),
        ({"task": "churn"}, "not registered here, or by another release"),
        ({"version": "clv-2"}, "not registered here, or by another release"),
        ({"format": 0}, "not registered here, or by another release"),
        ({"sha256": "0" * 64}, "not the one that was registered"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(
    shop: Shop, change: dict[str, object], message: str
) -> None:
    edit_card(register(shop, "clv-1"), **change)
    with pytest.raises(UnusableModel, match=message) as caught:
        registry.load(shop, "clv", "clv-1")
    assert "remedy: train anew with 'patron train clv'" in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_a_damaged_card_is_refused(shop: Shop, content: str) -> None:
    (register(shop, "clv-1") / "card.json").write_text(content)
    with pytest.raises(UnusableModel, match="card"):
        registry.load(shop, "clv", "clv-1")


def test_a_version_that_there_is_not_is_told(shop: Shop) -> None:
    register(shop, "clv-1")
    with pytest.raises(UnusableModel, match="there is no model clv-2 for clv") as caught:
        registry.promote(shop, "clv", "clv-2")
    assert "patron models list" in str(caught.value)


def test_a_truncated_or_missing_model_is_refused(shop: Shop) -> None:
    folder = register(shop, "clv-1")
    os.truncate(folder / "model.joblib", 3)
    with pytest.raises(UnusableModel, match="missing or not the one"):
        registry.load(shop, "clv", "clv-1")
    (folder / "model.joblib").unlink()
    with pytest.raises(UnusableModel, match="missing or not the one"):
        registry.load(shop, "clv", "clv-1")


def test_a_damaged_version_is_replaced_and_a_whole_one_kept(shop: Shop) -> None:
    folder = register(shop, "clv-1", final="first")
    register(shop, "clv-1", final="second")
    assert registry.load(shop, "clv", "clv-1").final == "first"
    os.truncate(folder / "model.joblib", 3)
    register(shop, "clv-1", final="third")
    assert registry.load(shop, "clv", "clv-1").final == "third"


def test_champions_are_promoted_and_rolled_back(shop: Shop) -> None:
    assert registry.champion(shop, "clv") is None
    assert registry.load_champion(shop, "clv") is None
    for version in ("clv-1", "clv-2", "clv-3"):
        register(shop, version, final=version)
        registry.promote(shop, "clv", version)
    registry.promote(shop, "clv", "clv-3")
    current = registry.champion(shop, "clv")
    assert current is not None
    assert (current.version, current.history, current.is_usable) == (
        "clv-3",
        ("clv-1", "clv-2"),
        True,
    )
    assert registry.rollback(shop, "clv") == "clv-2"
    loaded = registry.load_champion(shop, "clv")
    assert loaded is not None
    assert loaded.final == "clv-2"
    assert registry.rollback(shop, "clv") == "clv-1"
    with pytest.raises(PatronError, match="no earlier champion to go back to"):
        registry.rollback(shop, "clv")


def test_an_unusable_champion_says_why(shop: Shop) -> None:
    edit_card(register(shop, "clv-1"), libraries={})
    with pytest.raises(UnusableModel):
        registry.promote(shop, "clv", "clv-1")
    register(shop, "clv-2")
    registry.promote(shop, "clv", "clv-2")
    edit_card(registry.task_folder(shop, "clv") / "clv-2", format=0)
    current = registry.champion(shop, "clv")
    assert current is not None
    assert current.problem is not None
    assert "by another release" in current.problem
    with pytest.raises(UnusableModel, match="by another release"):
        registry.load_champion(shop, "clv")


def test_the_last_good_champion_scores_while_the_newest_cannot(shop: Shop) -> None:
    assert registry.load_scoring(shop, "clv") == (None, {})
    for version in ("clv-1", "clv-2", "clv-3"):
        register(shop, version, final=version)
        registry.promote(shop, "clv", version)
    bundle, problems = registry.load_scoring(shop, "clv")
    assert (bundle and bundle.final, problems) == ("clv-3", {})
    folder = registry.task_folder(shop, "clv")
    os.truncate(folder / "clv-3" / "model.joblib", 3)
    edit_card(folder / "clv-2", libraries={"numpy": "1.0"})
    bundle, problems = registry.load_scoring(shop, "clv")
    assert bundle is not None
    assert bundle.final == "clv-1"
    assert registry.scoring_version(shop, "clv") == "clv-1"
    assert list(problems) == ["clv-3", "clv-2"]
    assert "not the one that was registered" in problems["clv-3"]
    assert "trained with" in problems["clv-2"]
    (folder / "clv-1" / "card.json").unlink()
    bundle, problems = registry.load_scoring(shop, "clv")
    assert bundle is None
    assert registry.scoring_version(shop, "clv") is None
    assert list(problems) == ["clv-3", "clv-2", "clv-1"]


def test_a_model_of_other_code_is_refused_before_and_while_it_is_loaded(shop: Shop) -> None:
    scaling = Scaling(("order_count",), *(np.zeros(1) for _ in range(4)))
    folder = register(shop, "clv-1", final=[scaling])
    stored = json.loads((folder / "card.json").read_text())["structure"]
    assert stored == {"ml.features.Scaling": ["columns", "mean", "spread", "low", "high"]}
    for name, fields in (("ml.features.Scaling", ["columns"]), ("ml.gone.Model", [])):
        edit_card(folder, structure={name: fields})
        with pytest.raises(UnusableModel, match=f"made by another release: {name} changed"):
            registry.load(shop, "clv", "clv-1")
    edit_card(folder, structure={"os.path": []})
    with pytest.raises(UnusableModel, match="made by another release"):
        registry.load(shop, "clv", "clv-1")
    content = b"cnowhere\nModel\n."
    (folder / "model.joblib").write_bytes(content)
    edit_card(folder, structure={}, sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(UnusableModel, match="cannot be loaded"):
        registry.load(shop, "clv", "clv-1")


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"version": "x"}'])
def test_a_damaged_champion_file_is_a_problem_not_a_crash(shop: Shop, content: str) -> None:
    register(shop, "clv-1")
    (registry.task_folder(shop, "clv") / "champion.json").write_text(content)
    current = registry.champion(shop, "clv")
    assert current is not None
    assert not current.is_usable
    bundle, problems = registry.load_scoring(shop, "clv")
    assert bundle is None
    assert "champion.json cannot be read" in problems["champion.json"]
    registry.promote(shop, "clv", "clv-1")
    assert registry.load_champion(shop, "clv") is not None


def test_an_unknown_task_is_a_usage_error(shop: Shop) -> None:
    with pytest.raises(UsageError, match="no prediction task 'sales'"):
        registry.champion(shop, "sales")


def test_drafts_of_a_killed_training_are_cleared_and_never_listed(shop: Shop) -> None:
    folder = register(shop, "clv-1").parent
    (folder / ".clv-2.123.tmp").mkdir()
    (folder / ".clv-2.123.tmp" / "card.json").write_text("{}")
    (folder / ".champion.123.tmp").write_text("{")
    assert registry.versions(shop, "clv") == ["clv-1"]
    with registry.training_lock(shop):
        assert sorted(path.name for path in folder.iterdir()) == ["clv-1"]


def test_training_and_the_warehouse_have_locks_of_their_own(shop: Shop) -> None:
    with registry.training_lock(shop), writer_lock(shop, "patron run"):
        pass
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - the other process
        try:
            registry._Models(root=shop.artifacts / "models", project=shop.project)
            with registry.training_lock(shop):
                os.write(writer, b"1")
                os.read(reader, 0)
                import time

                time.sleep(5)
        finally:
            os._exit(0)
    os.read(reader, 1)
    try:
        with (
            pytest.raises(BusyError, match="another process is writing: patron train"),
            registry.training_lock(shop),
        ):
            pass
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
