"""The command `patron`: a thin group that loads each command's package only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from typing import NoReturn

import click

from patron import __version__
from patron.errors import PatronError
from patron.shop import Shop, find_shop


@dataclass(frozen=True)
class Entry:
    """Where a command lives and what its line in `patron --help` says."""

    target: str
    summary: str


COMMANDS = {
    "init": Entry("ingest.cli:init", "Scaffold sources.yaml and folders for a shop."),
    "simulate": Entry("simulate.cli:simulate", "Make a simulated shop, or let one go on."),
    "ingest": Entry("ingest.cli:ingest", "Load the declared sources into raw tables."),
    "run": Entry("operate.cli:run", "Run the whole cycle: ingest, models, scores, reports."),
    "reconcile": Entry("operate.reconcile_cli:reconcile", "Build again what late data made stale."),
    "forget": Entry("operate.forget_cli:forget", "Erase the personal data of customers, for good."),
    "train": Entry("operate.train_cli:train", "Train predictions and promote the better model."),
    "models": Entry("ml.cli:models", "List, promote and roll back trained models."),
    "report": Entry("reports.builder.cli:report", "Build the reports."),
    "monitor": Entry("operate.monitor.cli:monitor", "Check everything and send alerts."),
    "metrics": Entry("operate.metrics.cli:metrics", "Show what numbers mean; see it kept."),
    "contracts": Entry("operate.contracts.cli:contracts", "Show what marts promise; see it kept."),
    "impact": Entry("operate.lineage.cli:impact", "Show what a change of a model would reach."),
    "doctor": Entry("operate.doctor.cli:doctor", "Examine an installation; say what to do."),
    "backup": Entry("operate.backup.cli:backup", "Write one archive of a shop."),
    "restore": Entry("operate.backup.cli:restore", "Bring a backup back."),
    "status": Entry("operate.cli:status", "Show what is loaded, built, trained and published."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when needed, so that help is immediate."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The commands in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command's module and return it."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, attribute = entry.target.split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the summaries without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: patron --shop shops/berlin run",
)
@click.version_option(__version__, prog_name="patron")
@click.option(
    "--shop",
    "shop_folder",
    metavar="DIR",
    help="The folder of sources.yaml, data/ and site/. Default: $PATRON_SHOP, else the project.",
)
@click.pass_context
def patron(ctx: click.Context, shop_folder: str | None) -> None:
    """Patron: customer intelligence for e-commerce, from raw orders to the executive report.

    What SQLMesh does well stays SQLMesh: 'sqlmesh plan dev', 'sqlmesh run', 'sqlmesh test'.
    """
    ctx.obj = LazyShop(shop_folder)


class LazyShop:
    """The shop of this call, looked up when a command needs it (help needs none)."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder

    def __call__(self) -> Shop:
        """Find the shop and make this process and its children use it."""
        shop = find_shop(self._folder)
        shop.activate()
        return shop


def main() -> NoReturn:
    """Run the command line; a user's mistake is one message, not a traceback."""
    os.environ.setdefault("SQLMESH__DISABLE_ANONYMIZED_ANALYTICS", "true")
    try:
        status = patron.main(standalone_mode=False)
    except PatronError as error:
        _fail(f"patron: {error}", error.exit_code)
    except OSError as error:
        _fail(f"patron: {_of_the_system(error)}", 1)
    except click.exceptions.Abort:
        _fail("patron: stopped", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    sys.exit(status if isinstance(status, int) else 0)


def _of_the_system(error: OSError) -> PatronError:
    return PatronError(
        f"the system refuses a file: {error.strerror or error}",
        where=str(error.filename) if error.filename else None,
        remedy="check permissions, disk space and that the folder is not read-only",
    )


def _fail(message: str, code: int) -> NoReturn:
    sys.stderr.write(message + "\n")
    sys.exit(code)
