"""What a check says: a state, what was measured, who owns it and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

HEALTHY = "healthy"
WARNING = "warning"
CRITICAL = "critical"
NOT_MEASURED = "not measured"
SEVERITIES = (WARNING, CRITICAL)
DATA_TEAM = "data_team"


class NotMeasured(Exception):  # noqa: N818
    """A check cannot say anything now: neither good nor bad, and open alerts stay as they are."""


@dataclass(frozen=True)
class Check:
    """What one check found about one thing.

    Attributes:
        kind: Which check, as docs/monitoring.md lists them.
        subject: The table, source, step, metric or model it is about.
        state: `healthy`, `warning`, `critical` or `not measured`.
        title: What is so, in a few words.
        detail: The evidence, in one line.
        value: What was measured.
        threshold: What it was held against.
        owner: Who answers for it.
        advice: What to do about it.
        since: Since when it is so, where that is known (UTC).
    """

    kind: str
    subject: str
    state: str
    title: str
    detail: str = ""
    value: float | None = None
    threshold: float | None = None
    owner: str = DATA_TEAM
    advice: str = ""
    since: datetime | None = None

    @property
    def key(self) -> str:
        """What tells its alert from all others."""
        return f"{self.kind}:{self.subject}"

    @property
    def is_finding(self) -> bool:
        """Whether somebody should look at it."""
        return self.state in SEVERITIES

    def as_dict(self) -> dict[str, Any]:
        """The check as plain values."""
        return asdict(self)


def graded(value: float, warning: float, critical: float) -> str:
    """The state of a figure that should be low."""
    if value > critical:
        return CRITICAL
    return WARNING if value > warning else HEALTHY
