"""Which environments a shop's Airbyte sources need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingest.airbyte.environment import Environment, connector, extractor
from patron.errors import UsageError
from patron.shop import Shop
from patron.yaml_file import read_yaml


def wanted(shop: Shop, named: Sequence[str] = ()) -> list[Environment]:
    """The extractor's environment and those of the connectors, each once.

    Args:
        shop: Whose sources.yaml names connectors; secrets need not be set for this.
        named: Instead of those, connectors as NAME==VERSION.

    Raises:
        PatronError: If a name or version is not exact.
    """
    found = [_named(text) for text in named] if named else _declared(shop)
    packages = [
        connector(shop.project, name, version, where)
        for name, version, where in dict.fromkeys(found)
    ]
    return [extractor(shop.project), *{package.folder: package for package in packages}.values()]


def _named(text: str) -> tuple[str, str, str]:
    name, _, version = text.partition("==")
    if not version:
        raise UsageError(
            f"'{text}' names no version", where="--connector", remedy="write NAME==VERSION"
        )
    return name, version, "--connector"


def _declared(shop: Shop) -> list[tuple[str, str, str]]:
    if not shop.sources_file.is_file():
        return []
    declared = read_yaml(shop.sources_file)
    sources: Any = declared.get("sources") if isinstance(declared, dict) else None
    return [
        (
            str(body["connector"]),
            str(body.get("version", "")),
            f"{shop.sources_file}: sources.{key}",
        )
        for key, body in (sources.items() if isinstance(sources, dict) else ())
        if isinstance(body, dict) and body.get("loader") == "airbyte" and body.get("connector")
    ]
