"""Where a shop is, and what `advance` must know about it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patron.errors import PatronError, UsageError
from simulate.settings import ShopSpec

# Of the simulated shop; another version makes another shop of the same seed.
VERSION = 2
STATE_FILE = "state.json"


@dataclass(frozen=True)
class State:
    """What `advance` must know: all else follows from it.

    Attributes:
        spec: The arguments of the first history.
        advanced_days: How far the shop has gone on since.
        batch: Number of the last delivery.
        order_value_factor: See `truth.OrderValues`, taken from the first history.
    """

    spec: ShopSpec
    advanced_days: int = 0
    batch: int = 0
    order_value_factor: float = 1.0

    @property
    def until_day(self) -> int:
        """First day, since the opening, that has not been delivered."""
        return self.spec.days + self.advanced_days

    def to_json(self) -> dict[str, Any]:
        """The state as plain values."""
        return {
            "version": VERSION,
            "spec": self.spec.to_json(),
            "advanced_days": self.advanced_days,
            "batch": self.batch,
            "order_value_factor": self.order_value_factor,
        }


@dataclass(frozen=True)
class Folders:
    """Where a shop is.

    Attributes:
        out: The files it delivers.
        truth: What nobody else may read.
    """

    out: Path
    truth: Path

    def __post_init__(self) -> None:
        if self.truth == self.out or self.out in self.truth.parents:
            raise UsageError(
                "the truth would lie inside the shop's files",
                where=str(self.truth),
                remedy="choose a folder for --truth that is not inside --out",
            )
        if self.truth in self.out.parents:
            raise UsageError(
                "the shop's files would lie inside the truth",
                where=str(self.out),
                remedy="choose a folder for --out that is not inside --truth",
            )

    @property
    def has_shop(self) -> bool:
        """Whether a shop has been made here, completely."""
        return self.out.is_dir() and self.owner == self.out

    @property
    def relation(self) -> str:
        """The way from the truth to the files, so that both can be moved together."""
        return os.path.relpath(self.out, self.truth)

    @property
    def owner(self) -> Path | None:
        """Whose truth is in the folder for the truth."""
        try:
            values = json.loads((self.truth / STATE_FILE).read_text(encoding="utf-8"))
            return (self.truth / str(values["out"])).resolve()
        except (OSError, ValueError, KeyError, TypeError):
            return None


def read_state(folders: Folders) -> State:
    """The state of the shop in some folders.

    Raises:
        PatronError: If there is none, or it cannot be used.
    """
    path = folders.truth / STATE_FILE
    if not folders.out.is_dir() or not path.is_file():
        raise PatronError(
            "there is no simulated shop to advance",
            where=f"{folders.out} with its truth in {folders.truth}",
            remedy="make one with 'patron simulate'",
        )
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        version = values.pop("version")
        owner = (folders.truth / values.pop("out")).resolve()
        state = State(**{**values, "spec": ShopSpec.from_json(values["spec"])})
    except (ValueError, KeyError, TypeError) as error:
        raise PatronError(
            "the state of the simulated shop cannot be read",
            where=str(path),
            remedy="make the shop again with 'patron simulate --force'",
        ) from error
    if owner != folders.out:
        raise PatronError(
            "the truth belongs to another shop",
            where=f"{folders.truth} is that of {owner}",
            remedy="name the right folders with --out and --truth",
        )
    if version != VERSION:
        raise PatronError(
            f"the shop was made by version {version} of the simulator, this is version {VERSION}",
            where=str(path),
            remedy="make the shop again with 'patron simulate --force'",
        )
    return state


def write_state(folder: Path, state: State, out: str) -> None:
    """Replace the state at once, after everything it speaks of is on disk."""
    path = folder / STATE_FILE
    partial = beside(path, "partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(json.dumps(state.to_json() | {"out": out}, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def beside(path: Path, word: str) -> Path:
    """A hidden name in the same folder, ending like the original."""
    return path.with_name(f".{word}-{path.name}")
