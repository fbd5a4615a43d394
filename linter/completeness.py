"""Every model says who owns it, what a row is, what it answers and how it is checked."""

from __future__ import annotations

import re
from pathlib import Path

from sqlmesh.core.linter.rule import Rule, RuleViolation
from sqlmesh.core.model import Model

TESTS_FOLDER = "tests"
LOGIC = re.compile(
    r"\b(CASE|SUM|COUNT|AVG|MIN|MAX|OVER|GROUP BY|HAVING|DISTINCT|UNION|EXTRACT|REGEXP_\w+)\b|@\w+",
    re.IGNORECASE,
)
RECONCILIATIONS = {
    "same_row_count",
    "sums_agree",
    "sums_agree_by",
    "same_rows",
    "customer_revenue_agrees",
    "foreign_key",
    "contains_all",
}


EXAMPLE = re.compile(r"^```sql\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _examples(page: Path) -> tuple[str, ...]:
    """The queries of a page."""
    return tuple(EXAMPLE.findall(page.read_text(encoding="utf-8")))


def is_ours(model: Model) -> bool:
    """Whether a model is written here, not only declared."""
    return not model.kind.is_external and not model.kind.is_embedded


class NoMissingOwner(Rule):
    """Every model has an owner."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse a model without owner."""
        if is_ours(model) and not model.owner:
            return self.violation(f"{model.name} has no owner; add 'owner <team>'")
        return None


class NoMissingGrain(Rule):
    """Every model says what one row is."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse a model without grain."""
        if is_ours(model) and not model.grains:
            return self.violation(f"{model.name} has no grain; add 'grain <key columns>'")
        return None


class NoMissingDescription(Rule):
    """Every description states the grain and the questions the model answers."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse a model whose description is missing or answers nothing."""
        if not is_ours(model):
            return None
        text = model.description or ""
        for phrase in ("One row", "Answers:"):
            if phrase not in text:
                return self.violation(
                    f"the description of {model.name} lacks '{phrase} ...'; "
                    "state the grain, then the questions it answers"
                )
        return None


class NoMissingColumnDescription(Rule):
    """Every column is described, and nothing else is."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse missing and superfluous column descriptions."""
        if not is_ours(model):
            return None
        columns = set(model.columns_to_types or {})
        described = set(model.column_descriptions)
        if missing := sorted(columns - described):
            return self.violation(f"{model.name} does not describe {', '.join(missing)}")
        if unknown := sorted(described - columns):
            return self.violation(f"{model.name} describes columns it lacks: {', '.join(unknown)}")
        return None


class NoUntestedLogic(Rule):
    """A SQL model with logic has a unit test in tests/models/test_<model>.yaml."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse logic that no unit test looks at."""
        if not is_ours(model) or not model.is_sql or model.kind.is_seed:
            return None
        if not LOGIC.search(model.query.sql(dialect=model.dialect)):
            return None
        short = model.name.rsplit(".", 1)[-1].strip('"')
        test = Path(self.context.path) / TESTS_FOLDER / "models" / f"test_{short}.yaml"
        if test.is_file():
            return None
        return self.violation(
            f"{model.name} has logic and no unit test; write tests/models/{test.name}"
        )


class NoMissingExample(Rule):
    """Every mart is asked a question, with its answer, on a page of docs/marts/."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse a mart that no example query reads."""
        schema, table = model.name.replace('"', "").split(".")[-2:]
        if not is_ours(model) or schema != "marts":
            return None
        pages = Path(self.context.path) / "docs" / "marts"
        asked = re.compile(rf"\bmarts\.{re.escape(table)}\b")
        if any(asked.search(query) for page in pages.glob("*.md") for query in _examples(page)):
            return None
        return self.violation(
            f"{model.name} has no example; add a query in ```sql to a page of docs/marts/"
        )


class NoUnreconciledMart(Rule):
    """Every mart has at least one audit that reconciles it with another table."""

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse a mart that is compared with nothing."""
        schema = model.name.split(".")[-2].strip('"')
        if not is_ours(model) or schema != "marts":
            return None
        if {name for name, _ in model.audits} & RECONCILIATIONS:
            return None
        return self.violation(
            f"{model.name} is reconciled with nothing; "
            f"add one of {', '.join(sorted(RECONCILIATIONS))}"
        )
