"""Reads a model's prepared query when it is asked for, instead of all of them at every start.

SQLMesh keeps the optimised query of each model in its cache and reads them, twice with one worker,
whenever it reads the models of an environment. A run renders queries anew for its interval and asks
for hardly any of them, but reading them was most of the time of a run with nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlmesh.core.model import SqlModel

from operate import prepared


def put(original: Callable[..., Any], cache: Any, model: Any) -> None:
    """OptimizedQueryCache.put: nothing is rendered to be cached before it is asked for."""


def with_optimized_query(
    original: Callable[..., Any], cache: Any, model: Any, name: str | None = None
) -> bool:
    """OptimizedQueryCache.with_optimized_query: wait until the query of the model is rendered."""
    if not isinstance(model, SqlModel):
        return False
    renderer = model._query_renderer

    def render(*args: Any, **options: Any) -> Any:
        # With a moment or the like SQLMesh renders anew and has no use for the cache.
        others = (value for key, value in options.items() if key not in prepared.TABLE_NAMES)
        if not args and not any(others):
            del renderer.render
            original(cache, model, name)
        return type(renderer).render(renderer, *args, **options)

    renderer.render = render
    return True
