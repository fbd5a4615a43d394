"""Whether contracts changed only as their readers were told: `patron contracts check`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from operate.contracts.changes import Change, Level, changes
from patron.contract_readers import Consumer, Readers
from patron.contracts import Contract, contract_file, read_contracts, released_contracts


@dataclass(frozen=True)
class Verdict:
    """What became of a contract since its last release.

    Attributes:
        contract: The contract; of a table whose contract is gone, as last released.
        released: The contract as last released, if it was.
        consumers: Who reads the table.
        problems: What keeps it from being released, each with its remedy.
        changes: What differs, breaking changes first.
        warnings: What somebody should do some day.
        is_gone: Whether there is no contract any more.
    """

    contract: Contract
    released: Contract | None
    consumers: tuple[Consumer, ...]
    problems: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()
    is_gone: bool = False

    @property
    def is_breaking(self) -> bool:
        """Whether the change breaks readers."""
        return self.is_gone or any(change.is_breaking for change in self.changes)

    @property
    def status(self) -> str:
        """In a word: new, unchanged, compatible, breaking or gone."""
        if self.released is None:
            return "new"
        if self.is_gone:
            return "gone"
        return "breaking" if self.is_breaking else "compatible" if self.changes else "unchanged"

    @property
    def affected(self) -> list[str]:
        """Who reads the table, and which of the columns that break each names."""
        broken = [c.column for c in self.changes if c.is_breaking and c.column is not None]
        return [_affected(consumer, broken) for consumer in self.consumers]


def check_contracts(project: Path, today: date) -> list[Verdict]:
    """Compare every contract with its last release.

    Args:
        project: The folder of `contracts/`.
        today: The day on which notices are judged.

    Raises:
        PatronError: If a file is no contract.
    """
    released = released_contracts(project)
    contracts = {contract.model: contract for contract in read_contracts(project)}
    readers = Readers(project)
    found = [
        _judged(project, contract, released.get(model), readers.of(contract), today)
        for model, contract in contracts.items()
    ]
    found += [
        _gone(contract, readers.of(contract), today)
        for model, contract in released.items()
        if model not in contracts
    ]
    return sorted(found, key=lambda verdict: verdict.contract.model)


def earliest(old: Contract, level: Level, given: date) -> date:
    """The day from which a change may count, of which readers are told on a day."""
    days = old.notice_days.breaking if level is Level.MAJOR else old.notice_days.other
    return given + timedelta(days=days)


def _judged(
    project: Path, new: Contract, old: Contract | None, readers: list[Consumer], today: date
) -> Verdict:
    found = changes(old, new) if old else []
    problems = [*_version_problems(old, new, found), *_notice_problems(old, new, found, today)]
    problems += _deprecation_problems(project, new)
    warnings = tuple(_readers_of_deprecated(new, readers))
    return Verdict(new, old, tuple(readers), tuple(problems), tuple(found), warnings)


def _version_problems(old: Contract | None, new: Contract, found: list[Change]) -> Iterator[str]:
    if old is None or not found:
        return
    level = found[0].level
    major, minor, patch = _numbers(old)
    least = {
        Level.MAJOR: (major + 1, 0, 0),
        Level.MINOR: (major, minor + 1, 0),
        Level.PATCH: (major, minor, patch + 1),
    }[level]
    if _numbers(new) < least:
        why = {
            Level.MAJOR: "it breaks readers",
            Level.MINOR: "it promises more",
            Level.PATCH: "it changed",
        }[level]
        wanted = ".".join(map(str, least))
        yield f"the version is {new.version}, and {why}: write 'version: {wanted}'"


def _notice_problems(
    old: Contract | None, new: Contract, found: list[Change], today: date
) -> Iterator[str]:
    if old is None or not found:
        return
    level = found[0].level
    first = earliest(old, level, today)
    if first == today and level is not Level.MAJOR:
        return
    kind = "a breaking change" if level is Level.MAJOR else "a change"
    days = (first - today).days
    write = f"write 'notice: {{given: {today}, date: {first}, reason: ...}}' and tell the readers"
    notice = new.notice
    if notice is None or notice == old.notice:
        yield f"no notice was given of {kind}, which takes {days} days: {write}"
    elif notice.given > today:
        yield f"the notice is given on {notice.given}, which is not yet: {write}"
    elif old.released is not None and notice.given < old.released:
        yield f"the notice of {notice.given} is older than the release of {old.released}: {write}"
    elif notice.date < earliest(old, level, notice.given):
        yield (
            f"the notice of {notice.given} is for {notice.date}, and {kind} takes {days} days: "
            f"write 'date: {earliest(old, level, notice.given)}' or later"
        )


def _deprecation_problems(project: Path, contract: Contract) -> Iterator[str]:
    going = contract.deprecated
    if going is None:
        return
    if going.removal < going.since + timedelta(days=contract.notice_days.breaking):
        first = going.since + timedelta(days=contract.notice_days.breaking)
        yield (
            f"it is deprecated since {going.since} and goes on {going.removal}, with "
            f"{contract.notice_days.breaking} days of notice promised: write 'removal: {first}' "
            "or later"
        )
    table = going.replaced_by.rpartition(".")[2]
    written = any((project / "models").rglob(f"{table}.*"))
    if not written and not contract_file(project, going.replaced_by).is_file():
        yield f"it is replaced by {going.replaced_by}, which does not exist: correct 'replaced_by'"


def _readers_of_deprecated(contract: Contract, readers: list[Consumer]) -> Iterator[str]:
    going = contract.deprecated
    if going is None:
        return
    for reader in readers:
        yield (
            f"{reader} reads a table that goes on {going.removal}: let it read {going.replaced_by}"
        )


def _gone(old: Contract, readers: list[Consumer], today: date) -> Verdict:
    going = old.deprecated
    problems = []
    if going is None:
        first = earliest(old, Level.MAJOR, today)
        problems.append(
            "its contract is gone, and it was never deprecated: bring the contract back with "
            f"'deprecated: {{since: {today}, replaced_by: ..., removal: {first}}}'"
        )
    elif today < going.removal:
        problems.append(
            f"its contract is gone, and it was promised until {going.removal}: bring it back until "
            "then"
        )
    problems += [f"{reader} still reads it" for reader in readers if reader.kind != "other"]
    return Verdict(old, old, tuple(readers), tuple(problems), is_gone=True)


def _affected(consumer: Consumer, broken: list[str]) -> str:
    named = [column for column in broken if consumer.names(column)]
    return f"{consumer} ({', '.join(named)})" if named else str(consumer)


def _numbers(contract: Contract) -> tuple[int, ...]:
    return tuple(int(part) for part in contract.version.split("."))
