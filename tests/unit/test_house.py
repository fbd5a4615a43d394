"""The rules of the house that are about Python: who imports whom, and what help may cost."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("patron", "simulate", "ingest", "ml", "reports", "operate")
HEAVY = {"pandas", "sklearn", "sqlmesh", "altair", "scipy", "vl_convert", "numpy", "joblib"}


def imported(path: Path, *, everywhere: bool) -> set[str]:
    """Top-level names of the modules a file imports, at module level or anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if everywhere else iter(tree.body)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "operate"])
def test_no_package_imports_another(package: str) -> None:
    allowed = {package, "patron"} if package != "patron" else {"patron"}
    for path in (PROJECT / package).rglob("*.py"):
        others = (imported(path, everywhere=True) & set(PACKAGES)) - allowed
        assert not others, f"{path.relative_to(PROJECT)} imports {', '.join(sorted(others))}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_it_is(package: str) -> None:
    for path in (PROJECT / package).rglob("*.py"):
        if path.read_text(encoding="utf-8").strip():
            tree = ast.parse(path.read_text(encoding="utf-8"))
            assert ast.get_docstring(tree), f"{path.relative_to(PROJECT)} has no docstring"


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from patron.cli import patron, COMMANDS; import click\n"
        "context = click.Context(patron)\n"
        "for name in COMMANDS: patron.get_command(context, name).get_help(context)\n"
        f"print(','.join(sorted(set(sys.modules) & {HEAVY!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_every_command_has_help_with_an_example() -> None:
    import click

    from patron.cli import COMMANDS, patron

    def walk(command: click.Command, name: str) -> list[str]:
        text = command.get_help(click.Context(command, info_name=name))
        missing = [] if "Example" in text else [name]
        if isinstance(command, click.Group):
            context = click.Context(command)
            for child in command.list_commands(context):
                found = command.get_command(context, child)
                assert found is not None
                missing += walk(found, f"{name} {child}")
        return missing

    assert set(COMMANDS) == set(patron.list_commands(click.Context(patron)))
    assert walk(patron, "patron") == []
