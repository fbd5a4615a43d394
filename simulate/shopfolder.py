"""Making a shop's folder and letting it go on, so that a kill leaves nothing half written."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from patron.errors import PatronError, UsageError
from simulate.files import DEFECT_COLUMNS, open_engine, write_stream, write_table
from simulate.orders import Portion, portion_count, portions
from simulate.seasons import DAY_SECONDS
from simulate.settings import MAX_DAYS, MAX_LIFE_DAYS, ShopSpec
from simulate.streams import EVENTS, REFERENCES, STREAMS, Stream
from simulate.truth import OrderValues, order_values, truth_tables
from simulate.window import Delivery
from simulate.world import build_world

# Of the simulated shop; another version makes another shop of the same seed.
VERSION = 1
STATE_FILE = "state.json"
DEFECT_FOLDER = "injected_defects"
Report = Callable[[int, int], None]


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
        return self.out.is_dir() and (self.truth / STATE_FILE).is_file()


@dataclass(frozen=True)
class Summary:
    """What has been written.

    Attributes:
        rows: Per stream.
        defects: Injected ones, per kind.
    """

    rows: dict[str, int]
    defects: dict[str, int]


def create(spec: ShopSpec, folders: Folders, *, force: bool, report: Report) -> Summary:
    """Make a shop from scratch.

    Everything is written beside its place and moved there at the end, the delivered files last:
    where they are, the shop is complete.

    Args:
        spec: What shop to make.
        folders: Where.
        force: Whether to replace a shop that is there.
        report: Called with portions done and portions in all.

    Raises:
        PatronError: If something is there and may not be replaced.
    """
    _check_replaceable(folders, force=force)
    partial = Folders(*(_beside(path, "partial") for path in (folders.out, folders.truth)))
    for path in (partial.out, partial.truth):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
    world = build_world(spec)
    delivery = Delivery(world, 0, spec.days * DAY_SECONDS, 0)
    with open_engine() as engine:
        values = OrderValues()
        guess = order_values(world, world.until_day)
        count = portion_count(world, 0, world.until_day)

        def observed() -> Iterator[Portion]:
            for done, portion in enumerate(portions(world, 0, world.until_day)):
                values.add(portion, delivery, guess)
                yield portion
                report(done + 1, count)

        summary = _deliver(engine, delivery, partial, observed(), count, initial=True)
        state = State(spec, order_value_factor=values.factor)
        _write_truth(engine, delivery, partial.truth, values.factor)
    _write_state(partial.truth, state)
    _put_in_place(partial, folders)
    return summary


def advance(folders: Folders, days: int, *, report: Report) -> Summary:
    """Let a shop go on as if `days` had passed, and deliver what is new or has changed.

    The state is replaced last: after a kill the same call writes the same files again.

    Raises:
        PatronError: If there is no shop, or it was made by another version.
    """
    if not 1 <= days <= MAX_DAYS:
        raise UsageError(f"--days must be between 1 and {MAX_DAYS:,}, not {days:,}")
    state = read_state(folders)
    _remove_unfinished(folders, state.batch + 1)
    later = replace(state, advanced_days=state.advanced_days + days, batch=state.batch + 1)
    world = build_world(state.spec, later.until_day)
    delivery = Delivery(
        world, state.until_day * DAY_SECONDS, later.until_day * DAY_SECONDS, later.batch
    )
    first_day = max(0, state.until_day - MAX_LIFE_DAYS)
    count = portion_count(world, first_day, later.until_day)

    def observed() -> Iterator[Portion]:
        for done, portion in enumerate(portions(world, first_day, later.until_day)):
            yield portion
            report(done + 1, count)

    with open_engine() as engine:
        summary = _deliver(engine, delivery, folders, observed(), count, initial=False)
        _write_truth(engine, delivery, folders.truth, state.order_value_factor)
    _write_state(folders.truth, later)
    return summary


def read_state(folders: Folders) -> State:
    """The state of the shop in some folders.

    Raises:
        PatronError: If there is none, or it cannot be used.
    """
    path = folders.truth / STATE_FILE
    if not folders.has_shop:
        raise PatronError(
            "there is no simulated shop to advance",
            where=f"{folders.out} with its truth in {folders.truth}",
            remedy="make one with 'patron simulate'",
        )
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        version = values.pop("version")
        state = State(**{**values, "spec": ShopSpec.from_json(values["spec"])})
    except (ValueError, KeyError, TypeError) as error:
        raise PatronError(
            "the state of the simulated shop cannot be read",
            where=str(path),
            remedy="make the shop again with 'patron simulate --force'",
        ) from error
    if version != VERSION:
        raise PatronError(
            f"the shop was made by version {version} of the simulator, this is version {VERSION}",
            where=str(path),
            remedy="make the shop again with 'patron simulate --force'",
        )
    return state


def _deliver(
    engine: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    folders: Folders,
    parts: Iterator[Portion],
    count: int,
    *,
    initial: bool,
) -> Summary:
    """Write the files of a delivery: one per stream, or one per stream and portion."""
    suffix = delivery.world.spec.file_format
    rows = {stream.name: 0 for stream in STREAMS}
    defects: list[pd.DataFrame] = []

    def write(stream: Stream, frame: pd.DataFrame, part: str) -> None:
        if frame.empty and not (initial and part in ("", "-000")):
            return
        name = f"{delivery.batch:04d}-{'initial' if initial else 'advance'}{part}.{suffix}"
        path = folders.out / stream.name / name
        written = write_stream(engine, stream, frame, _beside(path, "partial"), delivery.batch)
        _beside(path, "partial").replace(path)
        rows[stream.name] += written.rows
        defects.append(written.defects)

    for reference in REFERENCES:
        write(reference, reference.rows(delivery), "")
    for number, portion in enumerate(parts):
        for event in EVENTS:
            write(event, event.rows(delivery, portion), f"-{number:03d}" if count > 1 else "")
    listed = pd.concat([*_extra_columns(delivery), *(part for part in defects if len(part))])
    listed = listed.astype(dict.fromkeys(DEFECT_COLUMNS[:4], "string") | {"batch": "int64"})
    path = folders.truth / DEFECT_FOLDER / f"{delivery.batch:04d}.parquet"
    write_table(engine, listed, _beside(path, "partial"))
    _beside(path, "partial").replace(path)
    found = listed["defect"].value_counts().sort_index()
    return Summary(rows, {str(name): int(number) for name, number in found.items()})


def _extra_columns(delivery: Delivery) -> list[pd.DataFrame]:
    listed = [
        (stream.name, None, "extra_column", column, delivery.batch)
        for stream in STREAMS
        for column in stream.extra_columns
        if delivery.batch == 0
    ]
    return [pd.DataFrame(listed, columns=list(DEFECT_COLUMNS))]


def _write_truth(
    engine: duckdb.DuckDBPyConnection, delivery: Delivery, folder: Path, value_factor: float
) -> None:
    for name, frame in truth_tables(delivery, value_factor):
        path = folder / f"{name}.parquet"
        write_table(engine, frame, _beside(path, "partial"))
        _beside(path, "partial").replace(path)


def _write_state(folder: Path, state: State) -> None:
    path = folder / STATE_FILE
    partial = _beside(path, "partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(json.dumps(state.to_json(), indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _check_replaceable(folders: Folders, *, force: bool) -> None:
    """Refuse to replace what is not a shop of ours, or a shop without being told to."""
    for path in (folders.out, folders.truth):
        if path.exists() and not path.is_dir():
            raise PatronError("a file is where the folder should be", where=str(path))
    if folders.has_shop and not force:
        raise PatronError(
            "there is a simulated shop already",
            where=str(folders.out),
            remedy="keep it with --if-missing, replace it with --force, or choose another --out",
        )
    known = {stream.name for stream in STREAMS}
    if folders.out.is_dir() and any(entry.name not in known for entry in folders.out.iterdir()):
        raise PatronError(
            "the folder holds files that are not a simulated shop's",
            where=str(folders.out),
            remedy="choose another --out; nothing was changed",
        )
    if (
        folders.truth.is_dir()
        and any(folders.truth.iterdir())
        and not (folders.truth / STATE_FILE).is_file()
    ):
        raise PatronError(
            "the folder holds files that are not a simulated shop's truth",
            where=str(folders.truth),
            remedy="choose another --truth; nothing was changed",
        )


def _remove_unfinished(folders: Folders, batch: int) -> None:
    """Drop what a killed advance left behind."""
    for stream in STREAMS:
        for path in (folders.out / stream.name).glob("*"):
            if path.name.startswith(".") or int(path.name[:4]) >= batch:
                path.unlink()


def _put_in_place(partial: Folders, final: Folders) -> None:
    """Move a complete shop to its place: without its files, there is no shop in between."""
    old = _beside(final.out, "old")
    shutil.rmtree(old, ignore_errors=True)
    if final.out.exists():
        final.out.replace(old)
    shutil.rmtree(final.truth, ignore_errors=True)
    partial.truth.replace(final.truth)
    partial.out.replace(final.out)
    shutil.rmtree(old, ignore_errors=True)


def _beside(path: Path, word: str) -> Path:
    """A hidden name in the same folder, ending like the original."""
    return path.with_name(f".{word}-{path.name}")
