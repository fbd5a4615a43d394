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

PAGES = "reports/pages"
MODELS = "models"
# A page that asks for metric('aov') reads the table of all metrics.
KPIS = "marts.mart_kpis"
_ASKS = re.compile(r"\bmetric\(['\"]")


@dataclass(frozen=True)
class Consumer:
    """Somebody who reads a mart.

    Attributes:
        name: A page, a metric, a model, or what the contract calls them.
        text: What they are made of, where it is known.
    """

    kind: Literal["page", "metric", "model", "other"]
    name: str
    text: str = field(default="", repr=False, compare=False)

    def names(self, column: str) -> bool:
        """Whether the text names a column."""
        return re.search(rf"\b{re.escape(column)}\b", self.text) is not None

    def __str__(self) -> str:
        return self.name if self.kind == "other" else f"{self.kind} {self.name}"


class Readers:
    """The pages, metrics and models of a project, read once.

    Args:
        project: The folder of `reports/`, `metrics/` and `models/`.
    """

    def __init__(self, project: Path) -> None:
        self._pages_and_models = [*_pages(project), *_models(project)]
        self._metrics = list(_metrics(project))

    def of(self, contract: Contract) -> list[Consumer]:
        """Who reads a mart: pages, models and metrics by name, then whom the contract names."""
        found = [each for each in self._pages_and_models if _reads(each, contract.model)]
        found += [metric for table, metric in self._metrics if table == contract.model]
        return found + [Consumer("other", name) for name in contract.consumers]


def _reads(consumer: Consumer, model: str) -> bool:
    if consumer.name == model:
        return False
    if model == KPIS and consumer.kind == "page" and _ASKS.search(consumer.text):
        return True
    return re.search(rf"\b{re.escape(model)}\b", consumer.text) is not None


def _pages(project: Path) -> Iterator[Consumer]:
    for path in sorted((project / PAGES).rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        yield Consumer("page", path.relative_to(project).as_posix(), text)


def _models(project: Path) -> Iterator[Consumer]:
    folder = project / MODELS
    for path in sorted([*folder.rglob("*.sql"), *folder.rglob("*.py")]):
        schema = path.relative_to(folder).parts[0]
        yield Consumer("model", f"{schema}.{path.stem}", path.read_text(encoding="utf-8"))


def _metrics(project: Path) -> Iterator[tuple[str | None, Consumer]]:
    for path in sorted((project / METRICS).glob("*.yaml")):
        family = read_yaml(path) if path.name != RELEASED else {}
        for name, metric in family.get("metrics", {}).items():
            table = metric.get("model", family.get("model"))
            yield table, Consumer("metric", name, str(metric))
