"""Runs a declarative manifest as a connector: `declared.py MANIFEST spec|check|discover|read ...`.

It runs in Airbyte's environment. PyAirbyte can run manifests itself, but then their state is
written and never used, so that every read begins from the start. And an answer that is no JSON
counts there as an answer without records; here it is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from airbyte_cdk.entrypoint import AirbyteEntrypoint, launch
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.concurrent_declarative_source import (
    ConcurrentDeclarativeSource,
)
from airbyte_cdk.sources.declarative.decoders.json_decoder import JsonDecoder
from airbyte_cdk.utils.traced_exception import AirbyteTracedException


def _decode(self: Any, response: Any) -> Iterator[Any]:
    """The JSON of an answer; an empty one has no records, anything else is an error."""
    found = False
    try:
        for element in self._decoder.decode(response) if response.content else ():
            found = True
            yield element
    except AirbyteTracedException as error:
        kind = response.headers.get("Content-Type", "no content type")
        raise AirbyteTracedException(
            message=f"{response.url.partition('?')[0]} answered with {response.status_code} and "
            f"{len(response.content)} bytes of {kind} that are not valid JSON",
            failure_type=FailureType.transient_error,
        ) from error
    if not found:
        yield {}


def main(manifest: str, args: list[str]) -> None:
    """Run one command of the protocol with configuration, catalogue and state."""
    JsonDecoder.decode = _decode
    parsed = AirbyteEntrypoint.parse_args(args)
    given = {name: getattr(parsed, name, None) for name in ("config", "catalog", "state")}
    source = ConcurrentDeclarativeSource
    launch(
        source(
            config=source.read_config(given["config"]) if given["config"] else None,
            catalog=source.read_catalog(given["catalog"]) if given["catalog"] else None,
            state=source.read_state(given["state"]) if given["state"] else [],
            source_config=yaml.safe_load(Path(manifest).read_text(encoding="utf-8")),
        ),
        args,
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
