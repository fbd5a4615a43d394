"""What runs a source's connector: an installed package, a manifest, or the shop's own program."""

from __future__ import annotations

import os
from pathlib import Path

from ingest.airbyte.environment import connector, extractor
from ingest.configs import AirbyteSource
from ingest.sources import Source
from patron.errors import PatronError

DECLARED = Path(__file__).with_name("declared.py")


def command(project: Path, source: Source[AirbyteSource]) -> tuple[str, ...]:
    """The command of the connector, to which the protocol's arguments are added.

    Raises:
        PatronError: If the declaration is ambiguous or something is not there.
    """
    config, where = source.config, place(source)
    given = [name for name in ("connector", "manifest", "executable") if getattr(config, name)]
    if len(given) != 1 or (config.version is not None) != (given == ["connector"]):
        raise PatronError(
            f"source '{source.name}' must name one connector",
            where=where,
            remedy="give it 'connector' and its exact 'version', or 'manifest', or 'executable'",
        )
    environment = extractor(project)
    environment.require(where)
    if config.manifest:
        python = str(environment.program("python"))
        return (python, "-I", str(DECLARED), str(_file(source, config.manifest, "manifest")))
    if config.executable:
        return (str(_executable(source, config.executable)),)
    package = connector(project, config.connector or "", config.version or "", where)
    package.require(where)
    return (str(package.program(config.connector or "")),)


def place(source: Source[AirbyteSource]) -> str:
    """Where the source is declared, for messages."""
    return source.where.removesuffix(".streams")


def _file(source: Source[AirbyteSource], given: str, key: str) -> Path:
    path = (source.folder / Path(given).expanduser()).resolve()
    if not path.is_file():
        raise PatronError(
            f"the {key} of source '{source.name}' does not exist",
            where=str(path),
            remedy=f"check '{key}: {given}' of the source in sources.yaml",
        )
    return path


def _executable(source: Source[AirbyteSource], given: str) -> Path:
    path = _file(source, given, "executable")
    if not os.access(path, os.X_OK):
        raise PatronError(
            f"the executable of source '{source.name}' cannot be run",
            where=str(path),
            remedy=f"run 'chmod +x {path}'",
        )
    return path
