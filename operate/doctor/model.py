"""What an examination says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

OK, NOTE, PROBLEM = "ok", "note", "problem"


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        about: What it is about.
        state: `ok`, `note` (worth knowing, nothing is broken) or `problem`.
        found: What was found.
        advice: What to do.
    """

    about: str
    state: str
    found: str
    advice: str = ""

    def as_dict(self) -> dict[str, str]:
        """The diagnosis as plain values."""
        return asdict(self)


def ok(about: str, found: str) -> Diagnosis:
    """All is well."""
    return Diagnosis(about, OK, found)


def note(about: str, found: str, advice: str) -> Diagnosis:
    """Worth knowing."""
    return Diagnosis(about, NOTE, found, advice)


def problem(about: str, found: str, advice: str) -> Diagnosis:
    """Something to be done."""
    return Diagnosis(about, PROBLEM, found, advice)


def shown(path: Path, root: Path) -> str:
    """A path as people know it."""
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
