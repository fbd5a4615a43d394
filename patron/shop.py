"""Where things are: the project (models and code) and the shop folder (data, models trained, site).

The project is the clone: it holds `config.yaml` and `models/`. A shop folder holds what belongs to
one shop; by default it is the project itself, and `PATRON_SHOP` or `patron --shop` names another,
so that one clone can serve several shops.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from patron.errors import PatronError

SHOP_VARIABLE = "PATRON_SHOP"
TIMEZONE_VARIABLE = "PATRON_TIMEZONE"
PREFIX = "PATRON_"


@dataclass(frozen=True)
class Shop:
    """The folders of one shop, absolute.

    Attributes:
        root: The shop folder: `sources.yaml`, `data/`, `artifacts/`, `site/`.
        project: The clone: `config.yaml`, `models/`, `reports/`.
    """

    root: Path
    project: Path

    @property
    def data(self) -> Path:
        """Databases and landed files."""
        return self.root / "data"

    @property
    def warehouse(self) -> Path:
        """Raw tables and SQLMesh's tables and views: one writer, no readers."""
        return self.data / "warehouse.duckdb"

    @property
    def state(self) -> Path:
        """SQLMesh's own state."""
        return self.data / "state.duckdb"

    @property
    def published(self) -> Path:
        """The copy that readers open: marts, ml and quality of the last good run."""
        return self.data / "published.duckdb"

    @property
    def lock_file(self) -> Path:
        """The file whose lock every writer holds."""
        return self.data / ".writer.lock"

    @property
    def artifacts(self) -> Path:
        """Trained models."""
        return self.root / "artifacts"

    @property
    def site(self) -> Path:
        """Rendered reports."""
        return self.root / "site"

    @property
    def sources_file(self) -> Path:
        """What is ingested, declared."""
        return self.root / "sources.yaml"

    @property
    def settings_file(self) -> Path:
        """Environment variables of this shop: time zone, currency, secrets."""
        return self.root / ".env"

    def require(self) -> None:
        """Make sure that there is such a folder, for commands that would make one by mistake.

        Raises:
            PatronError: If there is none.
        """
        if not self.root.is_dir():
            raise PatronError(
                "there is no such shop folder",
                where=str(self.root),
                remedy="name another with --shop or PATRON_SHOP, or begin one with 'patron init'",
            )

    def activate(self) -> None:
        """Make SQLMesh's config and every child process use this shop.

        What its `.env` says counts where the environment does not say otherwise.

        Raises:
            PatronError: If the project has a `.env` and is not the shop: SQLMesh reads that file
                by itself, over everything else. Also if the time zone is none.
        """
        stray = self.project / self.settings_file.name
        if self.root != self.project and stray.is_file():
            raise PatronError(
                "the settings of the project's own shop would count for every shop",
                where=str(stray),
                remedy="move the file into the folder of the shop that it is for",
            )
        os.environ[SHOP_VARIABLE] = str(self.root)
        if self.settings_file.is_file():
            from dotenv import load_dotenv

            load_dotenv(self.settings_file, override=False)
        _check_timezone(os.environ.get(TIMEZONE_VARIABLE, ""), self.settings_file)

    def untold_settings(self) -> list[str]:
        """What its `.env` sets and this process was not told: SQLMesh itself reads no shop's."""
        if not self.settings_file.is_file():
            return []
        from dotenv import dotenv_values

        # A name without a value sets nothing.
        said = dotenv_values(self.settings_file).items()
        told = {name for name, value in said if value is not None and name.startswith(PREFIX)}
        return sorted(told - set(os.environ))


def find_project() -> Path:
    """The folder of `config.yaml`: the clone this package was installed from.

    Raises:
        PatronError: If the package was installed without its project.
    """
    project = Path(__file__).resolve().parents[1]
    if (project / "config.yaml").is_file() and (project / "models").is_dir():
        return project
    raise PatronError(
        "Patron is installed without its project",
        where=f"no config.yaml beside {Path(__file__).resolve().parent}",
        remedy="clone the repository and run 'make install' in it",
    )


def find_shop(explicit: str | os.PathLike[str] | None = None) -> Shop:
    """The shop that `--shop`, else `PATRON_SHOP`, else the project itself stands for."""
    project = find_project()
    chosen = explicit or os.environ.get(SHOP_VARIABLE) or project
    root = Path(chosen).expanduser().resolve()
    if root.exists() and not root.is_dir():
        raise PatronError(
            "the shop is a file, not a folder",
            where=str(root),
            remedy="name the folder that holds (or shall hold) sources.yaml",
        )
    return Shop(root=root, project=project)


def _check_timezone(name: str, settings: Path) -> None:
    from zoneinfo import ZoneInfo

    if not name:
        return
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise PatronError(
            f"there is no time zone '{name}'",
            where=f"{TIMEZONE_VARIABLE}, in the environment or {settings}",
            remedy="name one like Europe/Berlin or UTC",
        ) from error
