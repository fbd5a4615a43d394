"""One key made of several."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


@macro()
def surrogate_key(evaluator: MacroEvaluator, *parts: exp.Expression) -> str:
    """A text of 32 hexadecimal digits that is the same for the same parts, and for no others.

    SQLMesh's `@generate_surrogate_key` joins the parts by '|', so that 'a|', 'b' and 'a', '|b' get
    the same key. Here each part stands with its length, and an unknown one is unlike any text.

    Example: `@surrogate_key(customer_id, valid_from)`
    """
    if not parts:
        raise SQLMeshError("@surrogate_key takes the columns that make the key")
    texts = [f"({part.sql('duckdb')})::TEXT" for part in parts]
    measured = [
        f"CASE WHEN {text} IS NULL THEN '-' ELSE CONCAT(LENGTH({text})::TEXT, ':', {text}) END"
        for text in texts
    ]
    joined = measured[0] if len(measured) == 1 else f"CONCAT({', '.join(measured)})"
    return f"MD5({joined})"
