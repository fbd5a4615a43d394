"""Spares hundreds of tiny runs the work that has nothing to do with their rows.

Rendering a model or an audit for given times depends on nothing else, and reading the models from
the cache is always the same: both are remembered, for the models of these tests never change.
The copy for readers is not written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlmesh.core.model import SqlModel
from sqlmesh.core.model.definition import _Model
from sqlmesh.core.snapshot.cache import SnapshotCache

from operate import guard, publish

TIMES = ("start", "end", "execution_time", "runtime_stage", "this_model", "table_mapping")
SURROUNDINGS = ("snapshot", "snapshots", "engine_adapter", "deployability_index")


@contextmanager
def warm_rendering() -> Iterator[None]:
    """While this lasts, each query and audit is rendered once for each time."""
    # Before the methods look different from those that it knows.
    guard.install()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "publish_if_behind", lambda *_: None)
        patch.setattr(SqlModel, "render_query", _remembered(SqlModel.render_query))
        patch.setattr(_Model, "render_audit_query", _remembered(_Model.render_audit_query))
        patch.setattr(SnapshotCache, "get_or_load", _loaded_once(SnapshotCache.get_or_load))
        yield


def _remembered(render: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[object, ...], Any] = {}

    def remembering(model: Any, *audit: Any, **options: Any) -> Any:
        if options.get("start") is None:
            # Not for days: while models are read, it depends on how many of them have been.
            return render(model, *audit, **options)
        key = (
            model.fqn,
            model.data_hash,
            bool(options.get("snapshots")),
            *(_audit_key(one, options) for one in audit),
            *(str(options.get(name)) for name in TIMES),
        )
        if key not in known:
            known[key] = render(model, *audit, **options)
        found = known[key]
        return found.copy() if found is not None else None

    return remembering


def _loaded_once(load: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[Any, Any] = {}

    def get_or_load(cache: Any, snapshot_ids: Any, loader: Any) -> tuple[dict[Any, Any], set[Any]]:
        wanted = set(snapshot_ids)
        if not wanted <= known.keys():
            loaded, _ = load(cache, snapshot_ids, loader)
            known.update(loaded)
        return {key: _fresh(known[key]) for key in wanted if key in known}, wanted & known.keys()

    return get_or_load


def _fresh(snapshot: Any) -> Any:
    """The snapshot as the cache holds it: its intervals are added afterwards."""
    return snapshot.copy(update={"intervals": [], "dev_intervals": []})


def _audit_key(audit: Any, options: dict[str, Any]) -> tuple[object, ...]:
    """Which audit with which arguments."""
    names = sorted(set(options) - {*TIMES, *SURROUNDINGS})
    return audit.name, *(f"{name}={_text(options[name])}" for name in names)


def _text(value: object) -> str:
    return value.sql() if hasattr(value, "sql") else f"{type(value).__name__} {value}"
