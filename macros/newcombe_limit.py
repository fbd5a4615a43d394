"""An interval for the difference of two shares."""

from __future__ import annotations

from statistics import NormalDist

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator
from sqlmesh.utils.errors import SQLMeshError


@macro()
def newcombe_limit(
    evaluator: MacroEvaluator,
    count: exp.Expression,
    total: exp.Expression,
    other_count: exp.Expression,
    other_total: exp.Expression,
    side: exp.Expression,
) -> str:
    """The lower or upper end of the interval of `count / total - other_count / other_total`.

    R. G. Newcombe, Statistics in Medicine 17 (1998), method 10: built from the Wilson intervals of
    both shares, it stays within -1 and 1 and holds where a share is small or zero. It covers with
    the probability `confidence_level`.

    Example: `@newcombe_limit(buyers, customers, other_buyers, other_customers, 'lower')`
    """
    if side.name not in ("lower", "upper"):
        raise SQLMeshError(f"@newcombe_limit knows 'lower' and 'upper', got '{side.name}'")
    z = NormalDist().inv_cdf(0.5 + float(str(evaluator.var("confidence_level"))) / 2)
    ours = (count.sql("duckdb"), total.sql("duckdb"))
    others = (other_count.sql("duckdb"), other_total.sql("duckdb"))
    sign = -1 if side.name == "lower" else 1
    reach = f"SQRT(POWER({_reach(*ours, z, sign)}, 2) + POWER({_reach(*others, z, -sign)}, 2))"
    return f"({_share(*ours)} - {_share(*others)} {'-' if sign < 0 else '+'} {reach})"


def _share(count: str, total: str) -> str:
    return f"(({count})::DOUBLE / NULLIF(({total})::DOUBLE, 0))"


def _reach(count: str, total: str, z: float, sign: int) -> str:
    """From a share to an end of its Wilson interval."""
    n, p, square = f"NULLIF(({total})::DOUBLE, 0)", _share(count, total), f"{z * z!r}::DOUBLE"
    spread = f"{z!r}::DOUBLE * SQRT({p} * (1 - {p}) / {n} + {square} / (4 * {n} * {n}))"
    end = f"({p} + {square} / (2 * {n}) {'-' if sign < 0 else '+'} {spread}) / (1 + {square} / {n})"
    return f"({end} - {p})"
