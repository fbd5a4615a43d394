"""Quarantine: reasons, what is refused, and how much of it is allowed."""

from __future__ import annotations

import pytest
from sqlmesh.utils.errors import SQLMeshError

from tests.support.definitions import rendered, value


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("-1", "negative; odd"), ("-2", "negative"), ("3", "odd"), ("2", None), ("NULL", None)],
)
def test_reasons_that_hold_are_joined(amount: str, expected: str | None) -> None:
    sql = "SELECT @rejection_reasons('negative', amount < 0, 'odd', amount % 2 <> 0)"
    assert value(f"{sql} FROM (SELECT {amount} AS amount)") == expected


@pytest.mark.parametrize(
    "call",
    [
        "@rejection_reasons()",
        "@rejection_reasons('odd')",
        "@refused_rows()",
        "@refused_rows(staging.checked_orders)",
    ],
)
def test_arguments_come_in_pairs(call: str) -> None:
    with pytest.raises(SQLMeshError, match=r"takes (reason|model), "):
        rendered(f"SELECT {call}")


def test_stream_has_its_own_limit_or_that_of_all() -> None:
    limits = {"max_rejected_share": 0.02, "max_rejected_share_by_stream": {"returns": 0.15}}
    assert float(value("SELECT @rejected_share_limit(staging.checked_returns)", **limits)) == 0.15
    assert float(value("SELECT @rejected_share_limit(staging.checked_orders)", **limits)) == 0.02
