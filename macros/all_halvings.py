"""What @hash_halvings can say."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.sample_halvings import MAX_HALVINGS


@macro()
def all_halvings(evaluator: MacroEvaluator, applies: exp.Boolean) -> str:
    """The values of `@hash_halvings(key, applies)`, as a list.

    Joining on each of them rather than comparing lets an engine join by hash.

    Example: `SELECT UNNEST(@all_halvings(@is_history)) AS hash_halvings`
    """
    last = MAX_HALVINGS if applies.this else 0
    return f"[{', '.join(str(halvings) for halvings in range(last + 1))}]"
