"""The command `patron ingest install-airbyte`."""

from __future__ import annotations

import click


@click.command(
    "install-airbyte",
    epilog="Example: patron ingest install-airbyte --connector source-faker==7.2.1",
)
@click.option(
    "--connector",
    "connectors",
    multiple=True,
    metavar="NAME==VERSION",
    help="Also this connector. Default: those that sources.yaml names.",
)
@click.pass_context
def install_airbyte(ctx: click.Context, connectors: tuple[str, ...]) -> None:
    """Install Airbyte's environment and connectors, each in its own folder.

    What is there already stays. Afterwards loads need no package registry.
    """
    from ingest.airbyte.install import wanted
    from patron.console import progress, say

    with progress("installing") as bar:
        for environment in wanted(ctx.obj(), connectors):
            if environment.is_installed:
                say(f"{environment.label} is there")
                continue
            bar.update(bar.task_ids[0], description=f"installing {environment.label}")
            environment.install()
            click.echo(f"installed {environment.label} in {environment.folder}")
