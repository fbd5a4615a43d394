"""What a simulated shop is asked to be: sizes, dates, seed, and the constants of its behaviour."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from patron.errors import UsageError

FORMATS = ("csv", "parquet")
MAX_CUSTOMERS = 20_000_000
MAX_ORDERS = 200_000_000
MAX_DAYS = 20_000
EARLIEST_START = date(2000, 1, 1)
LATEST_END = date(2100, 1, 1)


@dataclass(frozen=True)
class ShopSpec:
    """The arguments that, with the code's version, decide every byte of a simulated shop.

    Attributes:
        customers: Sign-ups before `end`.
        orders: Orders before `end`.
        days: Length of the history.
        end: First day without data (exclusive, UTC).
        seed: Of all randomness.
        file_format: `csv` or `parquet`.
    """

    customers: int = 10_000
    orders: int = 100_000
    days: int = 1095
    end: date = field(default_factory=lambda: datetime.now(UTC).date())
    seed: int = 1
    file_format: str = "parquet"

    def __post_init__(self) -> None:
        _within("--customers", self.customers, 1, MAX_CUSTOMERS)
        _within("--orders", self.orders, 0, MAX_ORDERS)
        _within("--days", self.days, 1, MAX_DAYS)
        _within("--seed", self.seed, 0, 2**63 - 1)
        if self.file_format not in FORMATS:
            raise UsageError(
                f"unknown file format {self.file_format!r}",
                remedy=f"use one of {', '.join(FORMATS)}",
            )
        if self.start < EARLIEST_START:
            raise UsageError(
                f"the history would begin on {self.start}, before {EARLIEST_START}",
                where="--days and --end",
                remedy="ask for fewer days or a later end",
            )

        if self.end > LATEST_END:
            raise UsageError(f"the history would end after {LATEST_END}", where="--end")

    @property
    def start(self) -> date:
        """The day on which the shop opens."""
        return self.end - timedelta(days=self.days)

    def to_json(self) -> dict[str, Any]:
        """The arguments as plain values."""
        return {**asdict(self), "end": self.end.isoformat()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> ShopSpec:
        """The arguments from plain values."""
        return cls(**{**values, "end": date.fromisoformat(values["end"])})


@dataclass(frozen=True)
class Channel:
    """How customers of an acquisition channel differ from the average customer.

    Attributes:
        name: As in customers.acquisition_channel.
        share: Of sign-ups.
        rate: Factor on the purchase rate.
        lifetime: Factor on the expected lifetime.
        first_order: Probability of an order at sign-up.
    """

    name: str
    share: float
    rate: float
    lifetime: float
    first_order: float


CHANNELS = (
    Channel("organic_search", 0.27, 1.05, 1.10, 0.72),
    Channel("paid_search", 0.21, 0.95, 0.85, 0.78),
    Channel("social", 0.18, 0.75, 0.65, 0.60),
    Channel("direct", 0.13, 1.20, 1.30, 0.80),
    Channel("referral", 0.09, 1.40, 1.60, 0.85),
    Channel("email", 0.07, 1.00, 1.00, 0.70),
    Channel("affiliate", 0.05, 0.65, 0.55, 0.75),
)

# Sign-ups per day, in units of an ordinary early day.
OPENING_RUSH = 8.0
RUSH_DAYS = 45.0
GROWTH = 0.6

# Pareto/NBD: purchase rates are gamma distributed, so are dropout rates; lifetimes are exponential.
RATE_SHAPE = 0.85
DROPOUT_SHAPE = 1.4
MEAN_LIFETIME_DAYS = 1250.0
MAX_LIFETIME_DAYS = 36_500.0
SPEND_SIGMA = 0.5
# Of lost customers.
ERASURE_SHARE = 0.004

# Baskets: lines = 1 + Poisson(EXTRA_LINES x spend^LINES_POWER), units of a line = 1 + Poisson(...).
EXTRA_LINES = 3.4
LINES_POWER = 0.7
EXTRA_UNITS = 0.6
UNITS_POWER = 0.5
FAVOURITES = 6

# Order life.
CANCELLED_SHARE = 0.03
REFUNDED_SHARE = 0.012
LONG_REFUND_SHARE = 0.30
FAILED_PAYMENT_SHARE = 0.02
TAX_SHARE = 0.08
VALID_SHARE = (1 - CANCELLED_SHARE) * (1 - REFUNDED_SHARE)
# Lines of orders that arrived late come back this many times as often.
LATE_RETURN_FACTOR = 1.8
FREE_SHIPPING_CENTS = 5_000
# Nothing happens to an order later than this after its day (see orders.py).
MAX_LIFE_DAYS = 125

CHURN_DAYS = 60
SPEND_DAYS = 365
# A late row comes at most so many days after what it tells.
MAX_LATE_DAYS = 5


@dataclass(frozen=True)
class DefectRates:
    """Shares of rows that are spoilt on purpose; every spoilt row is listed in the truth."""

    duplicate: float = 0.005
    late: float = 0.005
    bad_email: float = 0.01
    negative_order: float = 0.001
    negative_payment: float = 0.0005
    unknown_customer: float = 0.002
    offset_timestamp: float = 0.01
    delivered_before_shipped: float = 0.003
    wrong_rating: float = 0.004
    unknown_order: float = 0.002
    unknown_visitor: float = 0.001
    ended_before_started: float = 0.003
    unknown_recipient: float = 0.002
    negative_spend: float = 0.002
    negative_stock: float = 0.001


DEFECTS = DefectRates()


def parse_end(text: str | None) -> date:
    """The day of `--end`; today (UTC) when it is not given.

    Raises:
        UsageError: If it is no date.
    """
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is not a date", where="--end", remedy="write it as 2026-03-31"
        ) from None


def _within(option: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise UsageError(
            f"{option} must be between {low:,} and {high:,}, not {value:,}", where=option
        )
