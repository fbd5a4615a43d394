"""What metrics meant when they were last released: metrics/released.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from patron.errors import PatronError
from patron.metric_queries import DIALECT, compiled
from patron.metrics import RELEASED, Metric
from patron.yaml_file import read_yaml

HEADER = (
    "# What each metric meant when it was released. Written by 'patron metrics release'; a metric\n"
    "# that means something else has to have a higher version, see docs/metrics.md.\n"
)
Meaning = dict[str, Any]


def meanings(metrics: Mapping[str, Metric]) -> dict[str, Meaning]:
    """Of each metric all that makes its number, and its version."""
    return {name: _meaning(metric, metrics) for name, metric in sorted(metrics.items())}


def released(folder: Path) -> dict[str, Meaning]:
    """The meanings that were released; none where nothing was.

    Raises:
        PatronError: If the file is damaged.
    """
    path = folder / RELEASED
    if not path.is_file():
        return {}
    found = read_yaml(path)
    metrics = found.get("metrics") if isinstance(found, dict) else None
    if not isinstance(metrics, dict) or not all(_is_meaning(each) for each in metrics.values()):
        raise PatronError(
            "the file of released metrics is damaged",
            where=str(path),
            remedy="restore it from version control",
        )
    return metrics


def write(folder: Path, metrics: Mapping[str, Metric]) -> None:
    """Keep what the metrics mean now as what is released."""
    import yaml

    text = yaml.safe_dump({"metrics": meanings(metrics)}, sort_keys=False, width=10_000)
    (folder / RELEASED).write_text(HEADER + text, encoding="utf-8")


def differences(now: Meaning, before: Meaning) -> list[str]:
    """What makes the number and is not as it was."""
    return [
        key for key in dict.fromkeys((*now, *before)) if now.get(key) != before.get(key)
        and key != "version"
    ]  # fmt: skip


def _meaning(metric: Metric, metrics: Mapping[str, Metric]) -> Meaning:
    found: Meaning = {
        "version": metric.version,
        "model": metric.model,
        "expression": compiled(metric, metrics).sql(DIALECT),
        "over": metric.over,
    }
    if metric.base:
        found["base"] = metric.base
    if metric.time_column:
        found["time_column"] = metric.time_column
    by_grain = {grain: compiled(metric, metrics, grain).sql(DIALECT) for grain in metric.grains}
    at = {grain: sql for grain, sql in by_grain.items() if sql != found["expression"]}
    return found | ({"at": at} if at else {})


def _is_meaning(found: object) -> bool:
    return isinstance(found, dict) and isinstance(found.get("version"), int)
