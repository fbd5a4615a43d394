"""Making a shop's folder and letting it go on, so that a kill leaves nothing half written."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from patron.errors import PatronError, UsageError
from simulate.deliver import DeliveryWriter, Summary
from simulate.files import open_engine
from simulate.orders import Portion, portion_count, portions
from simulate.seasons import DAY_SECONDS
from simulate.settings import MAX_DAYS, MAX_LIFE_DAYS, ShopSpec
from simulate.state import Folders, State, beside, read_state, write_state
from simulate.streams import STREAMS
from simulate.truth import OrderValues, order_values
from simulate.window import Delivery
from simulate.world import build_world

Report = Callable[[int, int], None]


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
    partial = _fresh_beside(folders)
    world = build_world(spec)
    delivery = Delivery(world, 0, spec.days * DAY_SECONDS, 0)
    values = OrderValues()
    guess = order_values(world, world.until_day)
    count = portion_count(world, 0, world.until_day)

    def observed() -> Iterator[Portion]:
        for done, portion in enumerate(portions(world, 0, world.until_day)):
            values.add(portion, delivery, guess)
            yield portion
            report(done + 1, count)

    with open_engine() as engine:
        writer = DeliveryWriter(engine, delivery, partial)
        summary = writer.write(observed(), count, lambda: values.factor)
    state = State(spec, order_value_factor=values.factor)
    write_state(partial.truth, state, folders.relation)
    _put_in_place(partial, folders)
    return summary


def advance(folders: Folders, days: int, *, report: Report) -> Summary:
    """Let a shop go on as if `days` had passed, and deliver what is new or has changed.

    The files are written beside their place and moved there when all are complete, the state last:
    after a kill the same call delivers the same files.

    Raises:
        PatronError: If there is no shop, or it was made by another version.
    """
    if not 1 <= days <= MAX_DAYS:
        raise UsageError(f"--days must be between 1 and {MAX_DAYS:,}, not {days:,}")
    state = read_state(folders)
    partial = _fresh_beside(folders)
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
        writer = DeliveryWriter(engine, delivery, partial)
        summary = writer.write(observed(), count, lambda: state.order_value_factor)
    _remove_unfinished(folders, later.batch)
    _add_files(partial, folders)
    write_state(folders.truth, later, folders.relation)
    return summary


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
    if folders.owner not in (None, folders.out) and folders.owner.is_dir():
        raise PatronError(
            "the folder for the truth is that of another shop",
            where=f"{folders.truth} belongs to {folders.owner}",
            remedy="choose another one with --truth",
        )
    known = {stream.name for stream in STREAMS} if folders.has_shop else set()
    _refuse_strange_files(folders.out, known, "--out")
    if folders.owner is None:
        _refuse_strange_files(folders.truth, set(), "--truth")


def _refuse_strange_files(folder: Path, known: set[str], option: str) -> None:
    if folder.is_dir() and any(entry.name not in known for entry in folder.iterdir()):
        raise PatronError(
            "the folder holds files that are not a simulated shop's",
            where=str(folder),
            remedy=f"choose another {option}; nothing was changed",
        )


def _remove_unfinished(folders: Folders, batch: int) -> None:
    """Drop what a killed advance has delivered already."""
    for stream in STREAMS:
        for path in (folders.out / stream.name).glob("[0-9]*"):
            if int(path.name[:4]) >= batch:
                path.unlink()


def _add_files(partial: Folders, final: Folders) -> None:
    """Move complete files to where they belong."""
    for source, target in ((partial.out, final.out), (partial.truth, final.truth)):
        for path in sorted(path for path in source.rglob("*") if path.is_file()):
            path.replace(target / path.relative_to(source))
        shutil.rmtree(source)


def _fresh_beside(folders: Folders) -> Folders:
    """Empty folders beside the shop's, for what is not complete yet."""
    partial = Folders(beside(folders.out, "partial"), beside(folders.truth, "partial"))
    for path in (partial.out, partial.truth):
        if path.exists():
            shutil.rmtree(path)
        path.mkdir(parents=True)
    return partial


def _put_in_place(partial: Folders, final: Folders) -> None:
    """Move a complete shop to its place: without its files, there is no shop in between."""
    old = [beside(path, "old") for path in (final.out, final.truth)]
    for path, aside in zip((final.out, final.truth), old, strict=True):
        shutil.rmtree(aside, ignore_errors=True)
        if path.exists():
            path.replace(aside)
    partial.truth.replace(final.truth)
    partial.out.replace(final.out)
    for aside in old:
        shutil.rmtree(aside, ignore_errors=True)
