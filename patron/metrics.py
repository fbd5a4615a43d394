"""What the numbers mean: the definitions in metrics/*.yaml, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from patron.errors import PatronError
from patron.names import suggestion
from patron.yaml_file import checked, read_yaml

FOLDER = "metrics"
RELEASED = "released.yaml"
# The base of numbers over time has its members in rows, every other table in columns.
BASE = "intermediate.int_kpi_days"
EVERYTHING = "all"

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
Kind = Literal["sum", "ratio", "distinct_count", "average", "derived"]
Unit = Literal["money", "count", "share", "score", "days", "stars", "ratio"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Table = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z][a-z0-9_]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(_Strict):
    """What a metric should reach, while it is valid.

    Attributes:
        value: The target, or the name of a variable of config.yaml.
        warning: The share of the target by which it may be missed and still be watched only.
        valid_from: First day; none where it always was.
        valid_until: Last day; none where nobody knows.
        grain: The length of period it is for; every one where a metric does not add up over time.
        dimension: Whose target it is, with `member`; of the whole shop where not said.
        member: Member of the dimension.
    """

    value: float | Name
    warning: Annotated[float, Field(ge=0, lt=1)] = 0.0
    valid_from: date | None = Field(None, alias="from")
    valid_until: date | None = Field(None, alias="until")
    grain: Grain | None = None
    dimension: Name = EVERYTHING
    member: str = EVERYTHING

    @model_validator(mode="after")
    def _in_order(self) -> Target:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("'until' is before 'from'")
        return self


class Certified(_Strict):
    """Who vouches for a definition, and since when."""

    by: str
    when: date


class Deprecated(_Strict):
    """Since when a metric should not be used, and what to use instead."""

    since: date
    replaced_by: Name | None = None


class Metric(_Strict):
    """One metric, with what its family says for all.

    Attributes:
        name: What it is called in queries.
        model: The table that the expression is over, where readers find it.
        base: The table with the same columns by dimension and member, if there is one.
        time_column: The day of a row; none for a table that tells of now only.
        expression: An aggregate over the rows of a period; names of metrics where it is derived.
        at: Other expressions for lengths of period, where a count does not add up.
        kind: How it is made.
        over: Which rows tell of a period: those `within` it, all `so_far`, or the `last` in it.
        settles_after_days: Days after a period in which its value may still change.
        judged_while_running: Whether a ratio or state so far may be held against its target.
        materiality: The share of change that matters.
    """

    name: Name
    label: str
    description: str
    owner: Name
    model: Table
    base: Table | None = None
    time_column: Name | None = None
    expression: str
    at: dict[Grain, str] = {}
    kind: Kind
    over: Literal["within", "so_far", "last"] = "within"
    filter: str | None = None
    dimensions: dict[Name, Name] = {}
    grains: tuple[Grain, ...] = GRAINS
    unit: Unit
    format: str
    direction: Literal["up", "down", "neither"]
    targets: tuple[Target, ...] = ()
    materiality: Annotated[float, Field(gt=0)]
    settles_after_days: Annotated[int, Field(ge=0)] = 0
    judged_while_running: bool = True
    certified: Certified | None = None
    version: Annotated[int, Field(ge=1)]
    deprecated: Deprecated | None = None

    @property
    def source(self) -> str:
        """The table that it is computed over for each dimension and member."""
        return self.base or self.model

    @property
    def adds_up(self) -> bool:
        """Whether a longer period has more of it, and one without rows has none."""
        return self.kind in {"sum", "distinct_count"} and self.over == "within" and self.is_timed

    @property
    def is_timed(self) -> bool:
        """Whether its table tells of more days than the last."""
        return self.time_column is not None

    @model_validator(mode="before")
    @classmethod
    def _named_dimensions(cls, body: Any) -> Any:
        if isinstance(body, dict) and isinstance(body.get("dimensions"), list):
            return body | {"dimensions": {each: each for each in body["dimensions"]}}
        return body

    @model_validator(mode="after")
    def _consistent(self) -> Metric:
        if self.targets and self.direction == "neither":
            raise ValueError("a target needs a direction, 'up' or 'down'")
        for target in self.targets:
            self._check_target(target)
        if self.over != "within" and not self.is_timed:
            raise ValueError(f"'over: {self.over}' needs a time_column")
        if self.certified and self.deprecated and self.deprecated.since < self.certified.when:
            raise ValueError("it was certified after it was deprecated")
        return self

    def _check_target(self, target: Target) -> None:
        if self.adds_up and target.grain is None:
            raise ValueError(f"a target of a {self.kind} needs a 'grain', it grows with time")
        if target.grain and target.grain not in self.grains:
            raise ValueError(f"a target is for a {target.grain}, which is not among its grains")
        if target.dimension not in {EVERYTHING, *self.dimensions}:
            raise ValueError(
                f"a target is for '{target.dimension}', which is none of its dimensions"
            )


def read_metrics(folder: Path) -> dict[str, Metric]:
    """All metrics of a folder by name.

    Args:
        folder: The folder of the YAML files, one family each.

    Raises:
        PatronError: If a definition is not valid; names file, metric, key and remedy.
    """
    return dict(_read(folder, _signature(folder)))


def _signature(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells whether a file was changed."""
    files = ((path, path.stat()) for path in sorted(folder.glob("*.yaml")))
    return tuple((path.name, stat.st_mtime_ns, stat.st_size) for path, stat in files)


# SQLMesh loads several files that each read all metrics.
@lru_cache(maxsize=8)
def _read(folder: Path, signature: tuple[tuple[str, int, int], ...]) -> dict[str, Metric]:
    from patron.metric_checks import check_expressions

    found: dict[str, Metric] = {}
    homes: dict[str, Path] = {}
    for name, *_ in signature:
        if name == RELEASED:
            continue
        path = folder / name
        for metric in _family(path):
            if metric.name in found:
                raise PatronError(
                    f"the metric '{metric.name}' is defined twice",
                    where=f"{homes[metric.name]}\n{path}",
                    remedy="rename one of them, or remove it",
                )
            found[metric.name] = metric
            homes[metric.name] = path
    for name, metric in found.items():
        where = f"{homes[name]}: metrics.{name}"
        check_expressions(metric, found, where)
        _check_replacement(metric, found, where)
    return found


def metric_named(metrics: Mapping[str, Metric], name: str) -> Metric:
    """A metric by its name.

    Raises:
        PatronError: If there is none; names the nearest.
    """
    if name not in metrics:
        raise PatronError(f"there is no metric '{name}'", remedy=suggestion(name, metrics))
    return metrics[name]


def _family(path: Path) -> list[Metric]:
    body = read_yaml(path)
    if not isinstance(body, dict) or not isinstance(body.get("metrics"), dict):
        raise PatronError(
            "the file defines no metrics",
            where=str(path),
            remedy="write 'metrics:', and below it one key for each metric",
        )
    shared = {key: value for key, value in body.items() if key != "metrics"}
    if unknown := sorted(set(shared) - SHARED):
        raise PatronError(
            f"unknown key '{unknown[0]}'",
            where=f"{path}: {unknown[0]}",
            remedy=suggestion(unknown[0], [*sorted(SHARED), "metrics"]),
        )
    return [_metric(path, name, shared, each) for name, each in body["metrics"].items()]


# What a family may say once for all of its metrics.
SHARED = {
    "owner", "model", "base", "time_column", "filter", "dimensions", "grains", "materiality",
    "settles_after_days", "judged_while_running", "certified",
}  # fmt: skip


def _metric(path: Path, name: object, shared: dict[str, Any], body: object) -> Metric:
    within = f"metrics.{name}"
    if not isinstance(body, dict):
        where = f"{path}: {within}"
        raise PatronError("a metric is a list of keys", where=where, remedy="add its keys")
    return checked(Metric, shared | body | {"name": name}, path, within)


def _check_replacement(metric: Metric, known: Mapping[str, Metric], where: str) -> None:
    replacement = metric.deprecated.replaced_by if metric.deprecated else None
    if replacement is None:
        return
    if replacement not in known or known[replacement].deprecated:
        raise PatronError(
            f"'{metric.name}' is replaced by '{replacement}', which is no metric to use",
            where=f"{where}.deprecated.replaced_by",
            remedy=suggestion(replacement, (n for n, m in known.items() if not m.deprecated)),
        )
