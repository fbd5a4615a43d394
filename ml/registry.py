"""The registry of trained models: `artifacts/models/<task>/<version>/`, and which one is champion.

A version is written beside its place and renamed into it, and the champion is one small file that
is replaced in one step: whatever is killed leaves the champion there was. A model is unpickled only
after its card, its hash and the library versions have been checked.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from ml.errors import UnusableModel
from ml.stored import ChampionInfo, as_json, file_hash, remove, write_durably
from ml.structure import changed, structure
from patron.errors import PatronError, UsageError
from patron.lock import writer_lock
from patron.shop import Shop

TASKS = ("clv", "churn", "next_order")
FORMAT = 2
"""Grows when a stored model of an earlier release can no longer be used."""

LIBRARIES = ("scikit-learn", "scipy", "numpy", "joblib")
MODEL_FILE = "model.joblib"
CARD_FILE = "card.json"
CHAMPION_FILE = "champion.json"


@dataclass(frozen=True)
class Bundle:
    """A loaded model.

    Attributes:
        card: What is known about it.
        final: Learned from the newest labels: what scores.
        judged: Learned without the holdout: what the metrics of the card were measured on, and
            what a challenger is compared with.
    """

    card: dict[str, Any]
    final: Any
    judged: Any

    @property
    def version(self) -> str:
        """The version of the model."""
        return str(self.card["version"])


def library_versions() -> dict[str, str]:
    """The versions a stored model depends on."""
    return {name: installed_version(name) for name in LIBRARIES}


def task_folder(shop: Shop, task: str) -> Path:
    """Where the versions of a task are."""
    if task not in TASKS:
        raise UsageError(f"there is no prediction task {task!r}", remedy=f"use {_listed(TASKS)}")
    return shop.artifacts / "models" / task


@contextmanager
def training_lock(shop: Shop, wait_seconds: float = 0.0) -> Iterator[None]:
    """One training at a time for each shop; runs and reports go on meanwhile."""
    models = _Models(root=shop.artifacts / "models", project=shop.project)
    with writer_lock(models, "patron train", wait_seconds):
        for leftover in models.root.glob("*/.*.tmp"):
            remove(leftover)
        yield


class _Models(Shop):
    """The registry as something to lock: training and the warehouse do not wait for each other."""

    @property
    def lock_file(self) -> Path:
        return self.root / ".training.lock"


def versions(shop: Shop, task: str) -> list[str]:
    """The registered versions of a task, oldest data first."""
    folder = task_folder(shop, task)
    return sorted(path.parent.name for path in folder.glob(f"[!.]*/{CARD_FILE}"))


def save(shop: Shop, card: dict[str, Any], final: Any, judged: Any) -> dict[str, Any]:
    """Register a model; returns its card with the hash of the file.

    The same version again (same data, code and libraries) leaves the one that is there.
    """
    import joblib

    folder = task_folder(shop, card["task"])
    place, draft = folder / card["version"], folder / f".{card['version']}.{os.getpid()}.tmp"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    joblib.dump({"final": final, "judged": judged}, draft / MODEL_FILE)
    complete = {
        **card,
        "format": FORMAT,
        "structure": structure(final, judged),
        "sha256": file_hash(draft / MODEL_FILE),
    }
    write_durably(draft / CARD_FILE, as_json(complete))
    try:
        kept = checked_card(shop, card["task"], card["version"])
    except UnusableModel:
        if place.exists():
            place.rename(draft.with_suffix(".damaged.tmp"))
        draft.rename(place)
        return complete
    remove(draft)
    return kept


def load(shop: Shop, task: str, version: str) -> Bundle:
    """Load a registered model after checking that it is ours, whole and fits code and libraries.

    Raises:
        UnusableModel: If it is not; nothing has been unpickled then.
    """
    import joblib

    card = checked_card(shop, task, version)
    path = task_folder(shop, task) / version / MODEL_FILE
    try:
        stored = joblib.load(path)
        return Bundle(card, stored["final"], stored["judged"])
    except Exception as error:
        # What is registered is whole, so whatever unpickling raises speaks of other code.
        raise UnusableModel(
            f"the model's file cannot be loaded: {error}", where=str(path), remedy=_retrain(task)
        ) from error


def checked_card(shop: Shop, task: str, version: str) -> dict[str, Any]:
    """The card of a version whose file may be unpickled.

    Raises:
        UnusableModel: If anything speaks against that.
    """
    folder = task_folder(shop, task) / version
    card = read_card(shop, task, version)
    remedy = _retrain(task)
    if (card.get("format"), card.get("task"), card.get("version")) != (FORMAT, task, version):
        raise UnusableModel(
            "the model was not registered here, or by another release",
            where=str(folder / CARD_FILE),
            remedy=remedy,
        )
    wanted, found = card.get("libraries", {}), library_versions()
    others = [name for name in LIBRARIES if wanted.get(name) != found[name]]
    differing = [f"{name} {wanted.get(name)}" for name in others]
    if differing:
        raise UnusableModel(
            f"the model was trained with {_listed(differing)}; installed: "
            + _listed([f"{name} {found[name]}" for name in others]),
            where=str(folder),
            remedy=remedy,
        )
    others = changed(card.get("structure", {}))
    if others:
        raise UnusableModel(
            f"the model was made by another release: {_listed(others)} changed since",
            where=str(folder),
            remedy=remedy,
        )
    path = folder / MODEL_FILE
    if not path.is_file() or file_hash(path) != card.get("sha256"):
        raise UnusableModel(
            "the model's file is missing or not the one that was registered",
            where=str(path),
            remedy=remedy,
        )
    return card


def read_card(shop: Shop, task: str, version: str) -> dict[str, Any]:
    """What is written about a version, unchecked."""
    path = task_folder(shop, task) / version / CARD_FILE
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UnusableModel(
            f"there is no model {version} for {task.replace('_', ' ')}",
            where=str(path),
            remedy="see 'patron models list' for what is there",
        ) from error
    except (OSError, ValueError) as error:
        raise UnusableModel(
            f"there is no readable model card: {error}",
            where=str(path),
            remedy="see 'patron models list' for what is there",
        ) from error
    if not isinstance(card, dict):
        raise UnusableModel("the model card is not an object", where=str(path))
    return card


def champion(shop: Shop, task: str) -> ChampionInfo | None:
    """The champion of a task, usable or not; None when none was ever promoted."""
    path = task_folder(shop, task) / CHAMPION_FILE
    if not path.exists():
        return None
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        version, history = str(stored["version"]), tuple(map(str, stored["history"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return ChampionInfo(task, "", {}, (), f"{path} cannot be read: {error}")
    try:
        return ChampionInfo(task, version, checked_card(shop, task, version), history, None)
    except PatronError as error:
        return ChampionInfo(task, version, {}, history, str(error))


def scoring_version(shop: Shop, task: str) -> str | None:
    """The version that scores: the champion or, while that cannot be used, the last that can."""
    for version in _reigns(champion(shop, task)):
        try:
            checked_card(shop, task, version)
        except PatronError:
            continue
        return version
    return None


def load_scoring(shop: Shop, task: str) -> tuple[Bundle | None, dict[str, str]]:
    """Load the model that scores, and why each champion after it cannot be used, newest first."""
    info = champion(shop, task)
    problems: dict[str, str] = {}
    if info and not info.version:
        problems[CHAMPION_FILE] = str(info.problem)
    for version in _reigns(info):
        try:
            return load(shop, task, version), problems
        except PatronError as error:
            problems[version] = str(error)
    return None, problems


def load_champion(shop: Shop, task: str) -> Bundle | None:
    """Load the champion; None when there is none.

    Raises:
        UnusableModel: If there is one that cannot be used.
    """
    info = champion(shop, task)
    if info is None:
        return None
    if info.problem:
        raise UnusableModel(info.problem)
    return load(shop, task, info.version)


def _reigns(info: ChampionInfo | None) -> list[str]:
    """The champion and those before it, newest first, each once."""
    versions = [info.version, *reversed(info.history)] if info else []
    return list(dict.fromkeys(version for version in versions if version))


def promote(shop: Shop, task: str, version: str) -> None:
    """Make a registered, usable version the champion, in one step."""
    checked_card(shop, task, version)
    current = champion(shop, task)
    if current and current.version == version:
        return
    history = [*current.history, current.version] if current and current.version else []
    _switch(shop, task, version, history)


def rollback(shop: Shop, task: str) -> str:
    """Go back to the champion before; returns its version."""
    current = champion(shop, task)
    if current is None or not current.history:
        raise PatronError(
            "there is no earlier champion to go back to",
            where=str(task_folder(shop, task) / CHAMPION_FILE),
            remedy="see 'patron models list', and promote a version by name",
        )
    *older, previous = current.history
    checked_card(shop, task, previous)
    _switch(shop, task, previous, older)
    return previous


def _switch(shop: Shop, task: str, version: str, history: list[str]) -> None:
    path = task_folder(shop, task) / CHAMPION_FILE
    draft = path.with_name(f".champion.{os.getpid()}.tmp")
    write_durably(draft, as_json({"version": version, "history": history}))
    draft.replace(path)


def _retrain(task: str) -> str:
    return f"train anew with 'patron train {task.replace('_', '-')}'"


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(names)
