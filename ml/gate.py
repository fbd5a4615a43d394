"""The data gate: whether a shop's history can carry predictions at all."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from ml.errors import TooLittleData
from ml.settings import Settings, load_settings


@dataclass(frozen=True)
class GateResult:
    """What the gate saw, and why it stays closed if it does.

    Attributes:
        customers: Customers with an order.
        history_days: Days since the first order.
        repeat_customers: Customers with three orders or more.
        reasons: Why no predictions are made; empty when the gate is open.
    """

    customers: int
    history_days: int
    repeat_customers: int
    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether predictions may be made."""
        return not self.reasons

    def require(self) -> None:
        """Refuse to go on behind a closed gate.

        Raises:
            TooLittleData: If the gate is closed, with the reasons.
        """
        if self.reasons:
            raise TooLittleData(
                f"too little data for predictions: {'; '.join(self.reasons)}",
                where="ml.customer_features_now",
                remedy="load more history and run again; until then the reports use rules",
            )


def check(connection: duckdb.DuckDBPyConnection, settings: Settings | None = None) -> GateResult:
    """Look at `ml.customer_features_now` of an open database."""
    row = connection.execute(
        "SELECT COUNT(*), COALESCE(MAX(tenure_days), 0),"
        " COALESCE(SUM(CASE WHEN order_count >= 3 THEN 1 ELSE 0 END), 0)"
        " FROM ml.customer_features_now"
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return judge(int(row[0]), int(row[1]), int(row[2]), settings or load_settings())


def judge(
    customers: int, history_days: int, repeat_customers: int, settings: Settings
) -> GateResult:
    """The verdict on counts that somebody else made."""
    needs = (
        (customers, settings.min_customers, "customers with an order"),
        (history_days, settings.min_history_days, "days of history"),
        (repeat_customers, settings.min_repeat_customers, "customers with three orders or more"),
    )
    reasons = tuple(
        f"{found:,} {name}, {needed:,} needed" for found, needed, name in needs if found < needed
    )
    return GateResult(customers, history_days, repeat_customers, reasons)
