"""Groups of customers drawn by hash: the same each day, and not by chance of a generator."""

from __future__ import annotations

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError

DIGITS = 8


@macro()
def is_in_bucket(
    evaluator: MacroEvaluator,
    key: exp.Expression,
    salt: exp.Expression,
    share: exp.Expression,
) -> str:
    """Whether a key belongs to the share of keys whose salted hash is lowest.

    Another salt draws another group. A larger share contains the smaller one.

    Example: `@is_in_bucket(customer_id, @holdout_salt, @holdout_share)`
    """
    wanted = float(share.name)
    if not 0 <= wanted <= 1:
        raise SQLMeshError(f"@is_in_bucket takes a share from 0 to 1, got {wanted}")
    bound = round(wanted * 16**DIGITS)
    if bound >= 16**DIGITS:
        return "TRUE"
    hashed = f"MD5(CONCAT({salt.sql('duckdb')}, ':', ({key.sql('duckdb')})::TEXT))"
    return f"(SUBSTRING({hashed}, 1, {DIGITS}) < '{bound:0{DIGITS}x}')"
