"""The errors a user can cause: each says what is wrong, where, and what to do about it."""

from __future__ import annotations

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_BUSY = 75


class PatronError(Exception):
    """A problem the user can solve; the command line prints it without a traceback.

    Args:
        what: What is wrong, one sentence without a full stop.
        where: The file, table, stream, page or line it is about; several lines for several.
        remedy: What the user can do, one sentence without a full stop.
    """

    exit_code = EXIT_FAILED

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"  where:  {_indented(self.where)}")
        if self.remedy:
            parts.append(f"  remedy: {_indented(self.remedy)}")
        return "\n".join(parts)


class BusyError(PatronError):
    """Somebody else holds what this command needs; trying again later may work."""

    exit_code = EXIT_BUSY

    def __str__(self) -> str:
        return " | ".join(part for part in (self.what, self.where, self.remedy) if part)


class UsageError(PatronError):
    """The command was called in a way that cannot work."""

    exit_code = EXIT_USAGE


def _indented(text: str) -> str:
    return text.replace("\n", "\n" + " " * 10)
