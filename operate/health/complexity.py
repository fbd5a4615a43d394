"""How much there is to understand in a model: counted in the words of its file, not by parsing.

150 files take less than a tenth of a second, so it can be done on every day's run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

LINES_PER_POINT = 10
_NAME = re.compile(r"^\s*name\s+([\w.@{}]+)", re.MULTILINE)
_PYTHON_NAME = re.compile(r"@model\(\s*\"([\w.]+)\"")
_BLUEPRINTS = re.compile(r"\bblueprints\s*\(")
_BLUEPRINT = re.compile(r"\(([^()]*)\)")
_PAIR = re.compile(r"(\w+)\s*:=\s*'?(\w+)'?")
_NOISE = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_JOIN = re.compile(r"\bJOIN\b", re.IGNORECASE)
_CASE = re.compile(r"\bCASE\b", re.IGNORECASE)
_CTE = re.compile(r"\b\w+\s+AS\s+\(\s*(?:SELECT|WITH|@)", re.IGNORECASE)


@dataclass(frozen=True)
class ModelFile:
    """A model and what there is in its query.

    Attributes:
        file: Path inside the project.
        lines: Of the query; of a Python model, of the file.
    """

    model: str
    file: str
    joins: int
    ctes: int
    cases: int
    lines: int

    @property
    def complexity(self) -> float:
        """Joins, common table expressions and cases, and a point for every ten lines."""
        return self.joins + self.ctes + self.cases + self.lines / LINES_PER_POINT

    def as_dict(self) -> dict[str, object]:
        """The row of quality.model_complexity."""
        return {**asdict(self), "complexity": self.complexity}


def model_files(project: Path) -> list[ModelFile]:
    """The models of a project, by name; seeds have no query and are left out."""
    found: list[ModelFile] = []
    for path in sorted((project / "models").rglob("*.*")):
        text = path.read_text(encoding="utf-8") if path.suffix in {".sql", ".py"} else ""
        file = path.relative_to(project).as_posix()
        if path.suffix == ".sql":
            found += _sql_models(text, file)
        elif name := _PYTHON_NAME.search(text):
            found.append(ModelFile(name[1], file, 0, 0, 0, text.count("\n")))
    return sorted(found, key=lambda one: one.model)


def _sql_models(text: str, file: str) -> Iterator[ModelFile]:
    header, _, query = _NOISE.sub("''", text).partition(");")
    name = _NAME.search(header)
    if name is None or not query.strip():
        return
    counts = (len(_JOIN.findall(query)), len(_CTE.findall(query)), len(_CASE.findall(query)))
    for model in _names(name[1], text):
        yield ModelFile(model, file, *counts, query.strip().count("\n") + 1)


def _names(name: str, text: str) -> Iterator[str]:
    """The name of a model, or of all models of a file with blueprints."""
    start = _BLUEPRINTS.search(text)
    if start is None:
        yield name
        return
    for blueprint in _BLUEPRINT.findall(_until_closed(text[start.end() :])):
        filled = name
        for key, value in _PAIR.findall(blueprint):
            filled = filled.replace(f"@{{{key}}}", value).replace(f"@{key}", value)
        yield filled


def _until_closed(text: str) -> str:
    """What comes before the parenthesis that closes one opened before the text."""
    depth = 1
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return text[:at]
    return text
