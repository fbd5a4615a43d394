"""What happened is told by views, so that every table stays what its sources make it."""

from __future__ import annotations

from sqlmesh.core.linter.rule import Rule, RuleViolation
from sqlmesh.core.model import Model

from linter.completeness import is_ours
from linter.layers import parts

TAG = "history"
RECORDS = {("quality", "model_runs"), ("quality", "audit_results"), ("raw", "load_log")}


class HistoryIsViewed(Rule):
    """Models on records of runs and loads are views in quality with the tag history.

    No build makes a record again. A table made of one would differ from a build from scratch, and
    would show what happened until it was built, without the run that publishes it.
    """

    def check_model(self, model: Model) -> RuleViolation | None:
        """Refuse tables made of records, and views on them without the tag."""
        if not is_ours(model):
            return None
        read = self._records_read(model)
        if not read:
            return None
        if TAG in model.tags and model.kind.is_view and parts(model.name)[0] == "quality":
            return None
        return self.violation(
            f"{model.name} reads {', '.join(read)}, a record of what happened: "
            f"make it a view in quality with the tag {TAG}"
        )

    def _records_read(self, model: Model) -> list[str]:
        found = []
        for name in sorted(model.depends_on):
            table = parts(name)
            parent = self.context.get_model(name)
            if table in RECORDS or (parent is not None and TAG in parent.tags):
                found.append(".".join(table))
        return found
