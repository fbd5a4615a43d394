"""Running the extractor: one process for all sources, a staged file from each that can be read."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ingest.airbyte.connectors import place
from ingest.airbyte.environment import extractor
from ingest.configs import AirbyteSource
from ingest.sources import Source
from ingest.temporary import private_folder
from patron.console import say
from patron.durable import flush
from patron.errors import PatronError
from patron.shop import Shop

EXTRACTOR = Path(__file__).with_name("extractor")
# Connectors get these of our environment and no secrets of other sources.
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
PASSED = ("PATH", "HOME", "LANG", *CERTIFICATES, *PROXIES, *map(str.lower, PROXIES))
QUIET = {
    "AIRBYTE_OFFLINE_MODE": "1",
    "DO_NOT_TRACK": "1",
    "NO_LIVE_PROGRESS": "1",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}
FOLDERS = (
    "AIRBYTE_PROJECT_DIR",
    "AIRBYTE_INSTALL_DIR",
    "AIRBYTE_CACHE_ROOT",
    "AIRBYTE_TEMP_DIR",
    "AIRBYTE_LOGGING_ROOT",
    "TMPDIR",
)
REMEDIES = {
    "config_error": "check 'config' of the source and the secrets it names, then load again",
    "query": "correct the name that the query of the stream reads from",
    "transient_error": "load again later; the connector had tried several times",
    "local": "check the disk and its permissions, then load again",
}
REMEDY = "look at what the source answers, then load again"
TAIL = 15
Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One source to be extracted.

    Attributes:
        source: As declared.
        command: What runs its connector.
        streams: Names that its queries read.
        perhaps: Names that may be streams, or else tables that a query defines itself.
        states: Where to continue, by the connector's stream.
        target: The file to be written; it appears when it is complete.
    """

    source: Source[AirbyteSource]
    command: tuple[str, ...]
    streams: tuple[str, ...]
    target: Path
    perhaps: tuple[str, ...] = ()
    states: dict[str, Any] = field(default_factory=dict)

    def job(self, temp: Path) -> Json:
        """The request as the extractor reads it.

        Args:
            temp: Where it may make a folder of its own.
        """
        return {
            "temp": str(temp / self.source.name),
            "name": self.source.name,
            "command": self.command,
            "manifest": self.manifest and str(self.manifest),
            "config": self.source.config.config,
            "streams": self.streams,
            "perhaps": self.perhaps,
            "full_refresh": self.source.config.full_refresh,
            "states": self.states,
            "target": str(self.part),
        }

    @property
    def manifest(self) -> Path | None:
        """The file that declares the connector, where one does."""
        given = self.source.config.manifest
        return self.source.folder / Path(given).expanduser() if given else None

    @property
    def part(self) -> Path:
        """The file while it is being written."""
        return self.target.with_suffix(".part")

    def complete(self) -> None:
        """Make the file appear, durably and at once."""
        flush(self.part)
        self.part.replace(self.target)


def extract(shop: Shop, requests: Sequence[Request]) -> dict[str, PatronError]:
    """Extract sources, in one process.

    Returns:
        Why a source could not be extracted, by its name; the others have their file.
    """
    for request in requests:
        request.part.unlink(missing_ok=True)
        request.target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with private_folder(shop) as temp:
        results, said = _run(shop, temp, requests)
    failures = {}
    for request in requests:
        result = results.get(request.source.name)
        if result and result["ok"]:
            request.complete()
            _tell(request, result["streams"])
        else:
            request.part.unlink(missing_ok=True)
            failures[request.source.name] = _failure(request, result, said)
    return failures


def _run(shop: Shop, temp: Path, requests: Sequence[Request]) -> tuple[dict[str, Json], str]:
    """The result of each source, and what the process said besides."""
    job = {"sources": [request.job(temp) for request in requests]}
    with (temp / "extractor.log").open("w+b") as log:
        process = subprocess.Popen(
            [str(extractor(shop.project).program("python")), "-I", str(EXTRACTOR)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=_environment(temp),
            start_new_session=True,
            cwd=temp,
        )
        # It ends itself and its connectors when this pipe closes: with us, whatever ends us.
        with process:
            results = _results(process, json.dumps(job).encode() + b"\n")
        return results, _tail(log)


def _results(process: subprocess.Popen[bytes], job: bytes) -> dict[str, Json]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the extractor was started without pipes")
    try:
        process.stdin.write(job)
        process.stdin.flush()
    except BrokenPipeError:
        return {}
    lines = [json.loads(line) for line in process.stdout]
    return {line["source"]: line for line in lines}


def _environment(temp: Path) -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED if name in os.environ}
    return {**passed, **QUIET, **dict.fromkeys(FOLDERS, str(temp))}


def _tell(request: Request, streams: Json) -> None:
    for name, facts in streams.items():
        if facts["undeclared"]:
            fields = ", ".join(facts["undeclared"])
            say(f"{request.source.name}: {name} has fields that no schema declares: {fields}")


def _failure(request: Request, result: Json | None, said: str) -> PatronError:
    """Source, stream, cause and remedy of an extraction that failed."""
    name, where = request.source.name, place(request.source)
    if result is None:
        return PatronError(
            f"source '{name}' was not read: the extractor ended early{said}",
            where=where,
            remedy="nothing was loaded; check memory and disk, then load again",
        )
    stream = result["stream"]
    return PatronError(
        f"source '{name}' was not read: {result['cause']}",
        where=f"{where}, the connector's stream {stream}" if stream else where,
        remedy=f"nothing of it was loaded; {REMEDIES.get(result['kind'], REMEDY)}",
    )


def _tail(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()[-TAIL:]
    return "".join(f"\n    {line}" for line in lines)
