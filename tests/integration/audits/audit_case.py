"""What an audit is tried on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DAILY = "INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y-%m-%d'))"


@dataclass(frozen=True)
class Case:
    """Tables on which an audit is silent, and what makes it speak.

    Attributes:
        call: The audit as a model calls it.
        good: Statements that make `marts.checked` and what it is compared with.
        damage: Statement after which the audit must speak.
        failed: The rows it then returns.
        kind: Kind of the model that is audited.
        variables: Variables other than those of config.yaml.
    """

    call: str
    good: str
    damage: str
    failed: list[tuple[Any, ...]]
    kind: str = "FULL"
    variables: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return f"{self.call.partition('(')[0]}: {' '.join(self.damage.split())}"
