"""Finding the components: every module of this package that has COMPONENTS."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from reports.builder import components
from reports.builder.components.base import Component


@cache
def registered() -> Mapping[str, Component]:
    """All components by name."""
    found: dict[str, Component] = {}
    for module in sorted(pkgutil.iter_modules(components.__path__), key=lambda each: each.name):
        loaded = importlib.import_module(f"{components.__name__}.{module.name}")
        for component in getattr(loaded, "COMPONENTS", ()):
            found[component.name] = component
    return MappingProxyType(found)
