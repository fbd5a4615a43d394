"""Airbyte's own environments: one for the extractor, one for each connector.

They are made by `patron ingest install-airbyte` and by nothing else. Each is complete when its
marker says for what it was made; one that was interrupted or is out of date is made anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from patron.errors import PatronError

HOME_VARIABLE = "PATRON_AIRBYTE_HOME"
HOME = ".venv-airbyte"
LOCK = Path("requirements") / "airbyte.lock"
MARKER = "patron-installed"
COMMAND = "patron ingest install-airbyte"


@dataclass(frozen=True)
class Environment:
    """A virtual environment and what it is made for.

    Attributes:
        folder: Where it is.
        label: What it is, for people.
        purpose: What the marker says when it is complete.
        requirements: The arguments of the installer.
    """

    folder: Path
    label: str
    purpose: str
    requirements: tuple[str, ...]

    @property
    def is_installed(self) -> bool:
        """Whether it is complete and up to date."""
        marker = self.folder / MARKER
        return marker.is_file() and marker.read_text(encoding="utf-8") == self.purpose

    def program(self, name: str) -> Path:
        """A program in it."""
        return self.folder / "bin" / name

    def require(self, where: str) -> None:
        """Fail with the command that installs it.

        Raises:
            PatronError: If it is not there, not complete, or out of date.
        """
        if not self.is_installed:
            raise PatronError(
                f"{self.label} is not installed",
                where=where,
                remedy=f"run '{COMMAND}'; afterwards no load needs the package registry",
            )

    def install(self) -> None:
        """Make it, from scratch; who waited here for another process finds it made."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self.folder.with_name(f".{self.folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.is_installed:
                return
            shutil.rmtree(self.folder, ignore_errors=True)
            for command in self._commands():
                self._run(command)
            (self.folder / MARKER).write_text(self.purpose, encoding="utf-8")

    def _commands(self) -> list[list[str]]:
        """With the uv beside our Python where there is one, else with pip, which is slower."""
        python = str(self.program("python"))
        uv = Path(sys.executable).with_name("uv")
        if uv.is_file():
            install = [str(uv), "pip", "install", "--quiet"]
            return [
                [str(uv), "venv", "--quiet", "--python", sys.executable, str(self.folder)],
                [*install, "--python", python, *self.requirements],
            ]
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        return [
            [sys.executable, "-m", "venv", str(self.folder)],
            [*install, *self.requirements],
        ]

    def _run(self, command: list[str]) -> None:
        # A source imports a small part of what is installed, and that is compiled then.
        environment = {**os.environ, "UV_LINK_MODE": "copy", "UV_COMPILE_BYTECODE": "0"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise PatronError(
                f"{self.label} cannot be installed: " + "\n    ".join(said[-12:]),
                where=str(self.folder),
                remedy="check name and version, the package registry and the disk, then run "
                f"'{COMMAND}' again",
            )


def extractor(project: Path) -> Environment:
    """The environment of the extractor, exactly as locked."""
    lock = project / LOCK
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return Environment(
        home(project) / "extractor",
        "Airbyte's environment",
        f"{LOCK.name} {digest}",
        ("--require-hashes", "--requirement", str(lock)),
    )


def connector(project: Path, name: str, version: str, where: str) -> Environment:
    """The environment of one version of one connector.

    Raises:
        PatronError: If the name or the version is not exact.
    """
    if not re.fullmatch(r"source-[a-z0-9]+(-[a-z0-9]+)*", name):
        raise PatronError(
            f"'{name}' is not the name of a connector that is a source",
            where=where,
            remedy="write it like source-faker; Patron installs the package airbyte-source-faker",
        )
    if not re.fullmatch(r"\d+(\.\d+)*([a-z]+\d*)?", version):
        raise PatronError(
            f"'{version}' is not the exact version of a connector",
            where=where,
            remedy="write it like 7.2.1, in quotes",
        )
    package = f"airbyte-{name}=={version}"
    folder = home(project) / "connectors" / f"{name}-{version}"
    return Environment(folder, f"connector {name} {version}", package, (package,))


def home(project: Path) -> Path:
    """The folder of all these environments; shops of one clone share it."""
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen).expanduser().resolve() if chosen else project / HOME
