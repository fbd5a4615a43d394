"""The samples that a row is in, by the hash of its key."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

from macros.sample_halvings import MAX_HALVINGS


@macro()
def hash_halvings(
    evaluator: MacroEvaluator, key: exp.Expression, applies: exp.Boolean | None = None
) -> str:
    """How often the keys can be halved until this one is left out, 0 to 16.

    Half of all keys have 0, a quarter 1, and so on: keys with k or more are the share 1 / 2^k whose
    MD5 is lowest. A smaller share is within the larger one, and each engine draws the same keys.
    Where a blueprint also makes a model that keeps everything, `applies` says which this is.

    Example: `@hash_halvings(customer_id) >= cutoffs.sample_halvings`
    """
    if applies and not applies.this:
        return "0"
    hashed = f"SUBSTRING(MD5(({key.sql('duckdb')})::TEXT), 1, {MAX_HALVINGS // 4})"
    whens = " ".join(
        f"WHEN {hashed} >= '{2 ** (MAX_HALVINGS - 1 - halvings):0{MAX_HALVINGS // 4}x}'"
        f" THEN {halvings}"
        for halvings in range(MAX_HALVINGS)
    )
    return f"CASE {whens} ELSE {MAX_HALVINGS} END"
