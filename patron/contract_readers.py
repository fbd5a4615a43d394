"""Who reads what a contract promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from patron.contracts import Contract
from patron.metrics import FOLDER as METRICS
from patron.metrics import RELEASED
from patron.yaml_file import read_yaml


@dataclass(frozen=True)
class Consumer:
    """Somebody who reads a mart.

    Attributes:
        name: A page, a metric, or what the contract calls them.
        text: What they are made of, where it is known.
    """

    kind: Literal["page", "metric", "other"]
    name: str
    text: str = field(default="", repr=False, compare=False)

    def names(self, column: str) -> bool:
        """Whether the text names a column."""
        return re.search(rf"\b{re.escape(column)}\b", self.text) is not None

    def __str__(self) -> str:
        return self.name if self.kind == "other" else f"{self.kind} {self.name}"


def consumers(project: Path, contract: Contract) -> list[Consumer]:
    """Who reads a mart: pages and metrics that name it, then whom the contract names."""
    found = [*_pages_reading(project, contract.model), *_metrics_over(project, contract.model)]
    return found + [Consumer("other", name) for name in contract.consumers]


def _pages_reading(project: Path, model: str) -> Iterator[Consumer]:
    named = re.compile(rf"\b{re.escape(model)}\b")
    for path in sorted((project / "reports" / "pages").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if named.search(text):
            yield Consumer("page", path.relative_to(project).as_posix(), text)


def _metrics_over(project: Path, model: str) -> Iterator[Consumer]:
    for path in sorted((project / METRICS).glob("*.yaml")):
        family = read_yaml(path) if path.name != RELEASED else {}
        for name, metric in family.get("metrics", {}).items():
            if metric.get("model", family.get("model")) == model:
                yield Consumer("metric", name, str(metric))
