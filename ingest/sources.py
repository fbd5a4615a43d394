"""`sources.yaml`: what a shop declares to be loaded, read and checked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from ingest.configs import (
    CONFIGS,
    LOADERS,
    Mapping,
    SourceConfig,
    StreamConfig,
)
from ingest.contract import Table, load_contract
from patron.errors import PatronError
from patron.names import suggestion
from patron.shop import Shop
from patron.yaml_file import checked, read_yaml

MAPPINGS_FOLDER = Path(__file__).with_name("mappings")


Config_co = TypeVar("Config_co", bound=SourceConfig, covariant=True)


@dataclass(frozen=True)
class Source(Generic[Config_co]):
    """One declared source, ready to be opened.

    Attributes:
        name: Its name in sources.yaml.
        config: What to read and how.
        folder: The folder that relative paths start from.
        where: Where its streams are declared, for messages.
    """

    name: str
    config: Config_co
    folder: Path
    where: str


AnySource = Source[SourceConfig]


def load_sources(shop: Shop) -> tuple[AnySource, ...]:
    """Read the sources of a shop.

    Raises:
        PatronError: If the file is missing or says something that cannot be meant.
    """
    path = shop.sources_file
    if not path.is_file():
        raise PatronError(
            "the shop has no sources.yaml, so there is nothing to load",
            where=str(path),
            remedy="run 'patron init' and edit it, or 'patron init --mapping NAME --path PATH'",
        )
    declared = read_yaml(path)
    sources = declared.get("sources") if isinstance(declared, dict) else None
    if not isinstance(sources, dict) or not sources:
        raise PatronError(
            "the file declares no sources",
            where=str(path),
            remedy="give it a key 'sources' with one entry per source; 'patron init' shows how",
        )
    _check_keys(path, "", declared, ("sources",))
    return tuple(_source(path, str(name), body, shop.root) for name, body in sources.items())


def mapping_names() -> tuple[str, ...]:
    """The mappings that Patron ships."""
    return tuple(sorted(path.stem for path in MAPPINGS_FOLDER.glob("*.yaml")))


def load_mapping(name: str, where: str) -> Mapping:
    """Read a mapping.

    Raises:
        PatronError: If there is none of that name.
    """
    path = MAPPINGS_FOLDER / f"{name}.yaml"
    if name not in mapping_names():
        raise PatronError(
            f"unknown mapping '{name}'", where=where, remedy=suggestion(name, mapping_names())
        )
    mapping: Mapping = checked(Mapping, read_yaml(path), path, "")
    _check_streams(path, "streams", mapping.streams)
    return mapping


def _source(path: Path, name: str, body: Any, folder: Path) -> AnySource:
    key = f"sources.{name}"
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise PatronError(
            f"'{name}' cannot be the name of a source",
            where=f"{path}: {key}",
            remedy="use letters, digits and _",
        )
    if not isinstance(body, dict):
        raise PatronError(
            "a source must be a set of keys",
            where=f"{path}: {key}",
            remedy="give it 'loader' and 'streams', or 'mapping' and 'path'",
        )
    if "mapping" in body:
        return _mapped_source(path, name, body, folder)
    _check_loader(path, key, body)
    model = CONFIGS[body["loader"]]
    config = checked(model, _resolved(body, path, key), path, key)
    _check_streams(path, f"{key}.streams", config.streams)
    return Source(name, config, folder, f"{path}: {key}.streams")


def _mapped_source(path: Path, name: str, body: dict[str, Any], folder: Path) -> AnySource:
    key = f"sources.{name}"
    mapping = load_mapping(str(body["mapping"]), f"{path}: {key}.mapping")
    model, defined = CONFIGS[mapping.loader], mapping.defines()
    own = {given: value for given, value in body.items() if given != "mapping"}
    fixed = {"loader", *defined}
    _check_keys(path, f"{key}.", own, tuple(set(_keys(model)) - fixed))
    config = checked(model, {**_resolved(own, path, key), **defined}, path, key)
    where = f"mapping {body['mapping']} (source {name} of {path}): streams"
    return Source(name, config, folder, where)


def _check_loader(path: Path, key: str, body: dict[str, Any]) -> None:
    loader = body.get("loader")
    if loader is None:
        raise PatronError(
            "the source names neither a loader nor a mapping",
            where=f"{path}: {key}",
            remedy=f"add 'loader: files' (known: {', '.join(LOADERS)}) or 'mapping: NAME' "
            f"(known: {', '.join(mapping_names())})",
        )
    if loader not in LOADERS:
        raise PatronError(
            f"unknown loader '{loader}'",
            where=f"{path}: {key}.loader",
            remedy=suggestion(str(loader), LOADERS),
        )


def _check_streams(path: Path, key: str, streams: dict[str, StreamConfig]) -> None:
    contract = load_contract()
    for stream, config in streams.items():
        if stream not in contract.streams:
            raise PatronError(
                f"unknown stream '{stream}'",
                where=f"{path}: {key}.{stream}",
                remedy=suggestion(stream, contract.streams),
            )
        columns = contract.table(stream).column_names
        if config.cursor is not None and config.cursor not in columns:
            raise PatronError(
                f"the cursor '{config.cursor}' is not a column of stream {stream}",
                where=f"{path}: {key}.{stream}.cursor",
                remedy=suggestion(config.cursor, columns),
            )
        if config.overlap is not None:
            _check_overlap(f"{path}: {key}.{stream}.overlap", contract.table(stream), config)


def _check_overlap(where: str, table: Table, config: StreamConfig) -> None:
    if config.cursor is None:
        raise PatronError(
            "an overlap is measured back from a cursor, and the stream has none",
            where=where,
            remedy="add for instance 'cursor: updated_at', or remove 'overlap'",
        )
    kind = table.column(config.cursor).kind
    is_number = str(config.overlap).isdigit()
    fits = {"timestamp": not is_number, "date": True, "integer": is_number}
    if not fits.get(kind, False):
        raise PatronError(
            f"the overlap '{config.overlap}' does not fit the cursor {config.cursor}, a {kind}",
            where=where,
            remedy="write a duration such as '10 minutes' for times and dates, a number for ids",
        )


def _keys(model: type[BaseModel]) -> list[str]:
    """The keys of a model as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _check_keys(path: Path, key: str, body: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in body:
        if name not in known:
            raise PatronError(
                f"unknown key '{name}'",
                where=f"{path}: {key}{name}",
                remedy=suggestion(str(name), known),
            )


def _resolved(value: Any, path: Path, key: str) -> Any:
    """Replace `${NAME}` by the environment everywhere but in SQL."""
    if isinstance(value, dict):
        return {
            name: inner
            if name in ("streams", "tables")
            else _resolved(inner, path, f"{key}.{name}")
            for name, inner in value.items()
        }
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda found: _environment(found[1], path, key), value)
    return value


def _environment(name: str, path: Path, key: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise PatronError(
            f"the environment variable {name} is not set",
            where=f"{path}: {key}",
            remedy=f"export {name}=..., for instance from a file .env that only you can read",
        ) from None
