"""Reading YAML that people write: mistakes are messages with a line or a key."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import yaml

from patron.errors import PatronError
from patron.names import suggestion

if TYPE_CHECKING:
    from pydantic import BaseModel

Checked = TypeVar("Checked", bound="BaseModel")


def read_yaml(path: Path) -> Any:
    """Read a YAML file; a syntax error or a key given twice is a message with its line."""
    try:
        text = path.read_text(encoding="utf-8")
        try:
            return yaml.load(text, Loader=_Fast)  # noqa: S506
        except yaml.YAMLError:
            # The slower parser says better where a mistake is.
            return yaml.load(text, Loader=_Exact)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise PatronError(
            f"the file is not valid YAML: {problem}",
            where=f"{path}:{mark.line + 1}" if mark else str(path),
            remedy="check indentation, colons and quotes there",
        ) from error


def checked(kind: type[Checked], body: Any, path: Path, within: str = "") -> Checked:
    """What was read from a file as the model of its keys.

    Args:
        kind: The model.
        body: What was read.
        path: The file.
        within: The key under which it stands, if it is not the whole file.

    Raises:
        PatronError: If a key is unknown, missing or has a wrong value; names file, key and remedy.
    """
    from pydantic import ValidationError

    try:
        return kind.model_validate(body)
    except ValidationError as error:
        found = error.errors()
        first = next((e for e in found if e["type"] == "extra_forbidden"), found[0])
        trail = ".".join(str(part) for part in (within, *first["loc"]) if part != "")
        what, remedy = _explained(kind, first)
        raise PatronError(
            what, where=f"{path}: {trail}" if trail else str(path), remedy=remedy
        ) from None


def _explained(kind: type[BaseModel], error: Any) -> tuple[str, str | None]:
    name = str(error["loc"][-1]) if error["loc"] else "the file"
    if error["type"] == "extra_forbidden":
        return f"unknown key '{name}'", suggestion(name, _keys(kind, error["loc"][:-1]))
    if error["type"] == "missing":
        return f"the key '{name}' is missing", f"add '{name}:'"
    message = error["msg"].removeprefix("Value error, ")
    return f"'{name}' is not valid: {message[0].lower()}{message[1:]}", None


def _keys(kind: type[BaseModel], trail: tuple[str | int, ...]) -> list[str]:
    for part in trail:
        field = kind.model_fields.get(str(part))
        if field is not None:
            kind = next(_models(field.annotation), kind)
    return list(kind.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if hasattr(annotation, "model_fields"):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


class _UniqueKeys(yaml.constructor.SafeConstructor):
    """Refuses a key given twice instead of keeping the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


class _Exact(_UniqueKeys, yaml.SafeLoader):
    """Written in Python."""


_FastParser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Fast(_UniqueKeys, _FastParser):  # type: ignore[misc]
    """Written in C where that is there."""
