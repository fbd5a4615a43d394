"""What keeps predictions from being made, as errors a user can act on."""

from __future__ import annotations

from patron.errors import PatronError


class TooLittleData(PatronError):  # noqa: N818 - reads as the statement it is
    """The shop's history is too short or too thin for predictions that deserve trust."""


class UnusableModel(PatronError):  # noqa: N818
    """A registered model is missing, damaged, or made for other library versions."""
