"""What differs between two versions of a contract, and what of it breaks readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from patron.contract_audits import arguments
from patron.contract_columns import Check, Column
from patron.contract_promises import Freshness
from patron.contracts import Contract

WINTER, SUMMER = date(2026, 1, 15), date(2026, 7, 15)
_WHOLE = ("TINYINT", "SMALLINT", "INT", "BIGINT", "INT128")
_REAL = ("FLOAT", "DOUBLE")
_BOUNDS = ("min_v", "max_v")


class Level(IntEnum):
    """How much of the version a change raises."""

    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        about: The column, or the promise: grain, freshness, accuracy, ...
        text: What changed, as the rest of a sentence.
        level: How much of the version it raises; a major change breaks readers.
        column: The column it is about, if it is one.
    """

    about: str
    text: str
    level: Level
    column: str | None = None

    @property
    def is_breaking(self) -> bool:
        """Whether somebody who relied on the old promise may be let down."""
        return self.level is Level.MAJOR

    def __str__(self) -> str:
        return f"{'column ' if self.column else ''}{self.about}: {self.text}"


def changes(old: Contract, new: Contract) -> list[Change]:
    """What differs, breaking changes first."""
    found = [*_columns(old, new), *_checks(old, new), *_promises(old, new)]
    return sorted(found, key=lambda change: -change.level)


def _columns(old: Contract, new: Contract) -> Iterator[Change]:
    for name, promised in old.columns.items():
        if name not in new.columns:
            yield Change(name, "it is gone", Level.MAJOR, name)
            continue
        for text, level in _column(promised, new.columns[name]):
            yield Change(name, text, level, name)
    for name in new.columns:
        if name not in old.columns:
            yield Change(name, "it is new", Level.MINOR, name)


def _column(old: Column, new: Column) -> Iterator[tuple[str, Level]]:
    if (kept := _type_kept(old.type, new.type)) is not None:
        how = "was widened" if kept else "is no longer"
        yield f"its type {how} {old.type}: now {new.type}", Level.MINOR if kept else Level.MAJOR
    yield from _flag(old.required, new.required, "null is", "allowed", "no longer allowed")
    yield from _flag(old.unique, new.unique, "values", "may repeat", "no longer repeat")
    yield from _bound("least value", old.min, new.min, rises=True)
    yield from _bound("greatest value", old.max, new.max, rises=False)
    yield from _values(old, new)
    for name, before, after in (
        ("pattern", old.regex, new.regex),
        ("parent", old.references, new.references),
    ):
        if before is not None and before != after:
            yield f"its {name} is no longer {before}: now {after or 'any'}", Level.MAJOR
        elif before != after:
            yield f"its {name} is now {after}", Level.MINOR


def _flag(
    old: bool, new: bool, what: str, looser: str, tighter: str
) -> Iterator[tuple[str, Level]]:
    if old and not new:
        yield f"{what} {looser}", Level.MAJOR
    elif new and not old:
        yield f"{what} {tighter}", Level.MINOR


def _bound(what: str, old: Any, new: Any, *, rises: bool) -> Iterator[tuple[str, Level]]:
    if old == new:
        return
    if old is None:
        yield f"its {what} is now {new}", Level.MINOR
    elif new is None:
        yield f"its {what} is no longer {old}: now any", Level.MAJOR
    else:
        # Of two that cannot be compared, such as a number and a variable, nobody knows.
        tighter = _comparable(old, new) and (new > old) is rises
        yield f"its {what} was {old}: now {new}", Level.MINOR if tighter else Level.MAJOR


def _comparable(old: Any, new: Any) -> bool:
    return all(isinstance(each, int | float) for each in (old, new)) or (
        isinstance(old, date) and isinstance(new, date)
    )


def _values(old: Column, new: Column) -> Iterator[tuple[str, Level]]:
    before, after = old.accepted_values, new.accepted_values
    if set(before) == set(after):
        return
    if not after:
        yield "its values may be any", Level.MAJOR
    elif not before:
        yield f"its values are now {', '.join(map(str, after))}", Level.MINOR
    elif added := [str(value) for value in after if value not in before]:
        yield f"it may be {', '.join(added)}, too", Level.MAJOR
    else:
        gone = [str(value) for value in before if value not in after]
        yield f"it is no longer {', '.join(gone)}", Level.MINOR


def _type_kept(old: str, new: str) -> bool | None:
    """Whether every value of the old type is one of the new; None where they are the same."""
    from sqlglot import exp

    before, after = (exp.DataType.build(text, dialect="duckdb") for text in (old, new))
    names = [_name(before), _name(after)]
    if names[0] == names[1] and before.expressions == after.expressions:
        return None
    for family in (_WHOLE, _REAL):
        if all(name in family for name in names):
            return family.index(names[1]) > family.index(names[0])
    if names == ["DECIMAL", "DECIMAL"]:
        (digits, scale), (more_digits, more_scale) = _digits(before), _digits(after)
        return more_scale >= scale and more_digits - more_scale >= digits - scale
    return False


def _name(kind: Any) -> str:
    name = str(kind.this.value)
    return "TEXT" if name == "VARCHAR" else name


def _digits(kind: Any) -> tuple[int, int]:
    said = [int(part.this.name) for part in kind.expressions]
    return (said[0], said[1] if len(said) > 1 else 0) if said else (18, 3)


def _checks(old: Contract, new: Contract) -> Iterator[Change]:
    before, after = _atoms(old.checks), _atoms(new.checks)
    for key, check in before.items():
        if key not in after:
            yield Change("checks", f"no longer {key}", Level.MAJOR)
            continue
        for bound in _BOUNDS:
            values = [_number(arguments(each).get(bound)) for each in (check, after[key])]
            for text, level in _bound(bound, *values, rises=bound == "min_v"):
                yield Change("checks", f"{key}: {text}", level)
        for text, level in _flag(
            check.blocking, after[key].blocking, "rows that fail", "are shown", "are held back"
        ):
            yield Change("checks", f"{key}: {text}", level)
    for key in after:
        if key not in before:
            yield Change("checks", f"now {key}", Level.MINOR)


def _atoms(checks: tuple[Check, ...]) -> dict[str, Check]:
    """Each single thing that is checked, by what it is apart from its bounds."""
    found = {}
    for check in checks:
        said = arguments(check)
        criteria = (check.model_extra or {}).get("criteria")
        if isinstance(criteria, list):
            del said["criteria"]
        rest = ", ".join(f"{k} {v}" for k, v in said.items() if k not in _BOUNDS)
        for criterion in criteria if isinstance(criteria, list) else [None]:
            found[" ".join(str(part) for part in (check.audit, criterion, rest) if part)] = check
    return found


def _number(text: str | None) -> float | str | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _promises(old: Contract, new: Contract) -> Iterator[Change]:
    if set(old.grain) != set(new.grain):
        text = f"a row was one {', '.join(old.grain)}: now one {', '.join(new.grain)}"
        yield Change("grain", text, Level.MAJOR)
    if old.freshness != new.freshness:
        later = _later(old.freshness, new.freshness)
        yield _said("freshness", old.freshness, new.freshness, worse=later)
    if (old.accuracy.audits, old.accuracy.tolerance) != (
        new.accuracy.audits,
        new.accuracy.tolerance,
    ):
        worse = bool(set(old.accuracy.audits) - set(new.accuracy.audits))
        worse = worse or new.accuracy.tolerance > old.accuracy.tolerance
        yield _said("accuracy", old.accuracy, new.accuracy, worse=worse)
    if old.availability != new.availability:
        worse = new.availability.share < old.availability.share
        yield _said("availability", old.availability, new.availability, worse=worse)
    if old.notice_days != new.notice_days:
        worse = new.notice_days.breaking < old.notice_days.breaking
        worse = worse or new.notice_days.other < old.notice_days.other
        yield _said("notice", _days(old), _days(new), worse=worse)
    if old.deprecated != new.deprecated:
        text = str(new.deprecated or "no longer deprecated")
        yield Change("deprecated", text.rstrip("."), Level.MINOR)
    if old.owner != new.owner:
        yield Change("owner", f"{old.owner} became {new.owner}", Level.PATCH)


def _said(about: str, old: object, new: object, *, worse: bool) -> Change:
    return Change(about, f"was {old}: now {new}", Level.MAJOR if worse else Level.MINOR)


def _days(contract: Contract) -> str:
    days = contract.notice_days
    return f"{days.breaking} days before breaking and {days.other} before other changes"


def _later(old: Freshness, new: Freshness) -> bool:
    """Whether data may come later on any day, be it winter or summer."""
    return any(new.deadline(day) > old.deadline(day) for day in (WINTER, SUMMER))
