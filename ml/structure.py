"""What the classes of a stored model look like, to know without loading it that they still fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

PACKAGE = "ml."


def structure(*models: Any) -> dict[str, list[str]]:
    """The fields of each of our classes that models are made of, by the class's full name."""
    found = {_name(part): [one.name for one in fields(part)] for part in _parts(models)}
    return dict(sorted(found.items()))


def changed(stored: Mapping[str, list[str]]) -> list[str]:
    """The classes that are gone, or have other fields than when the model was stored."""
    return [name for name, names in stored.items() if _fields(name) != names]


def _parts(value: Any) -> Iterator[Any]:
    """Instances of our dataclasses, however deep."""
    if isinstance(value, (list, tuple)):
        inner = list(value)
    elif isinstance(value, dict):
        inner = list(value.values())
    elif is_dataclass(value) and _name(value).startswith(PACKAGE):
        yield value
        inner = [getattr(value, one.name) for one in fields(value)]
    else:
        return
    for part in inner:
        yield from _parts(part)


def _name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _fields(name: str) -> list[str] | None:
    """The fields that a class of ours has now; None where there is no such class."""
    module, _, found = name.rpartition(".")
    if not module.startswith(PACKAGE):
        return None
    try:
        return [one.name for one in fields(getattr(import_module(module), found))]
    except (ImportError, AttributeError, TypeError):
        return None
