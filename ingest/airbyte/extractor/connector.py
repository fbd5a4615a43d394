"""A connector's program, run for one command of the protocol at a time."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import yaml
from airbyte._executors.local import PathExecutor

from ingest.airbyte.extractor.protocol import Json, Trouble, parsed, reported

PATIENCE_SECONDS = 10
LOG_LINES = 20


class Connector(PathExecutor):  # type: ignore[misc]
    """A connector's program; anything but a clean run of it is trouble."""

    def __init__(self, job: Json, temp: Path) -> None:
        super().__init__(name=job["name"], path=Path(job["command"][0]))
        self._command = job["command"]
        self._manifest = job["manifest"]
        self._temp = temp
        self.errors: list[Json] = []

    def ensure_installation(self, *, auto_fix: bool = True) -> None:
        """Nothing: Patron has looked before it started us."""

    def execute(self, args: list[str], **_: object) -> Iterator[str]:
        """What PyAirbyte calls to ask for the specification and the catalogue."""
        if args == ["spec"] and self._manifest:
            yield json.dumps(_specification(Path(self._manifest)))
            return
        for line, _ in self.messages(args):
            yield line.decode()

    def messages(self, args: list[str]) -> Iterator[tuple[bytes, Json]]:
        """The messages of one run, each as written and as parsed."""
        self.errors.clear()
        with (self._temp / "stderr.log").open("w+b") as log:
            process = subprocess.Popen(
                [*self._command, *args],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
            try:
                yield from self._messages(process)
                self._judge(process.wait(), log)
            finally:
                _end(process)

    def _messages(self, process: subprocess.Popen[bytes]) -> Iterator[tuple[bytes, Json]]:
        assert process.stdout is not None  # noqa: S101
        for line in process.stdout:
            message = parsed(line.strip())
            if message is None:
                continue
            trace = message.get("trace") or {}
            if trace.get("type") == "ERROR":
                self.errors.append(trace.get("error") or {})
            yield line, message

    def _judge(self, code: int, log: IO[bytes]) -> None:
        if self.errors:
            raise reported(self.errors)
        if code:
            log.seek(0)
            last = log.read().decode(errors="replace").strip().splitlines()[-LOG_LINES:]
            how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
            raise Trouble(f"the connector {how}" + "".join(f"\n    {line}" for line in last))


def _specification(manifest: Path) -> Json:
    """What a manifest says about its configuration, without starting it."""
    declared = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    spec = declared.get("spec") or {}
    return {
        "type": "SPEC",
        "spec": {"connectionSpecification": spec.get("connection_specification") or {}},
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout:
        process.stdout.close()
