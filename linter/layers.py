"""Which layer may read which, and what models are called there."""

from __future__ import annotations

import re
from pathlib import Path

from sqlglot import exp
from sqlmesh.core.linter.rule import Rule, RuleViolation
from sqlmesh.core.model import Model

from linter.completeness import is_ours

MAY_READ = {
    "seeds": set[str](),
    "staging": {"raw", "staging"},
    "intermediate": {"staging", "intermediate", "seeds", "ml"},
    "marts": {"staging", "intermediate", "marts", "seeds", "ml"},
    "ml": {"staging", "intermediate", "ml", "seeds"},
    "quality": {"raw", "staging", "intermediate", "marts", "ml", "quality", "seeds"},
}
# What the shop delivers is judged before anything is made of it, so marts may tell of that too.
OF_SOURCES = {"source_quality"}
NAMES = {
    "staging": re.compile(r"(stg|checked|refused)_\w+"),
    "intermediate": re.compile(r"int_\w+"),
    "marts": re.compile(r"(dim|fct|mart)_\w+"),
}


def parts(name: str) -> tuple[str, str]:
    """Schema and table of a model's name, with or without catalog."""
    table = exp.to_table(name, dialect="duckdb")
    return table.db, table.name


class LayerOrder(Rule):
    """Data flow one way: staging reads raw, marts never do."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse a model that reads a layer it must not."""
        if not is_ours(model):
            return None
        schema, table = parts(model.name)
        for dependency in sorted(model.depends_on):
            read_schema, read_table = parts(dependency)
            if schema == "marts" and read_schema == "quality" and read_table in OF_SOURCES:
                continue
            if read_schema not in MAY_READ.get(schema, set()):
                return self.violation(f"{model.name} must not read {read_schema}.{read_table}")
            if read_schema == schema == "staging" and not read_table.startswith("checked_"):
                return self.violation(f"{model.name} reads {read_table}: no staging on staging")
            if schema == "intermediate" and read_schema == "ml" and "predictions" not in table:
                return self.violation(f"{model.name} must not read ml: features come from here")
        return None


class LayerName(Rule):
    """Names tell the layer, and folders tell the schema."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse a model that is named or filed against the rules."""
        if not is_ours(model):
            return None
        schema, table = parts(model.name)
        pattern = NAMES.get(schema)
        if pattern and not pattern.fullmatch(table):
            return self.violation(f"{model.name} is not named like {pattern.pattern}")
        path = Path(str(model._path or ""))
        if path.suffix == ".sql" and not _is_blueprint(path) and path.stem != table:
            return self.violation(f"{model.name} is in {path.name}: name the file {table}.sql")
        if schema not in path.parts:
            return self.violation(f"{model.name} is not filed under models/{schema}/")
        return None


class AuditTablesDeclared(Rule):
    """A table that an audit reads is a parent of the model.

    SQLMesh gives an audit the right version of its model's parents only; any other table is read
    from production, whatever the environment.
    """

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse audits that read tables which are not parents."""
        if not is_ours(model):
            return None
        known = {parts(name) for name in model.depends_on} | {parts(model.name)}
        for audit, arguments in model.audits_with_args:
            for table in self._tables(model, audit, arguments):
                if table not in known:
                    return self.violation(
                        f"audit {audit.name} of {model.name} reads {'.'.join(table)}: "
                        "add it to depends_on"
                    )
        return None

    @staticmethod
    def _tables(
        model: Model, audit: object, arguments: dict[str, exp.Expression]
    ) -> set[tuple[str, str]]:
        query = model.render_audit_query(audit, **arguments)
        named = {(table.db, table.name) for table in query.find_all(exp.Table)}
        return {table for table in named if table[0] and not table[0].startswith("sqlmesh__")}


def _is_blueprint(path: Path) -> bool:
    return "blueprints" in path.read_text(encoding="utf-8")
