"""Generated histories of a shop: deliveries in any order, runs and reconciles between them."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st
from streams import DAYS, STREAMS

Key = tuple[int, int, int]


@dataclass(frozen=True)
class Send:
    """The till sends rows in a new file; late ones are older versions than what was sent before.

    Attributes:
        rows: Number, day and variant of each.
    """

    stream: str
    rows: tuple[Key, ...]
    is_late_version: bool = False


@dataclass(frozen=True)
class Resend:
    """The till sends a file of before again, under a new name."""

    back: int


@dataclass(frozen=True)
class Replace:
    """The office exports all its rows anew; what it had before and has no more is deleted."""

    stream: str
    rows: tuple[Key, ...]


@dataclass(frozen=True)
class Run:
    """Time goes on, and `sqlmesh run` builds what is due, or of that only staging's tables."""

    days: int
    is_whole: bool


@dataclass(frozen=True)
class Reconcile:
    """`patron reconcile`, perhaps on a later day."""

    days: int


@dataclass(frozen=True)
class Cycle:
    """`patron run` after loading: it follows what was loaded, where it can."""

    days: int


Delivery = Send | Resend | Replace
Step = Delivery | Run | Reconcile | Cycle

# Streams that others depend on come more often.
_STREAMS = st.sampled_from([*STREAMS, "orders", "orders", "order_items", "customers"])


def _rows(stream: str) -> st.SearchStrategy[tuple[Key, ...]]:
    keys = st.integers(0, STREAMS[stream].keys - 1)
    # Most rows are ordinary ones.
    variants = st.sampled_from((0, 0, 1, 1, 2, 3))
    row = st.tuples(keys, st.integers(0, len(DAYS) - 1), variants)
    return st.lists(row, min_size=1, max_size=6).map(tuple)


_SEND = _STREAMS.flatmap(
    lambda name: st.builds(Send, st.just(name), _rows(name), st.sampled_from((False, False, True)))
)
_REPLACE = _STREAMS.flatmap(
    lambda name: st.builds(Replace, st.just(name), st.one_of(st.just(()), _rows(name)))
)
_RESEND = st.builds(Resend, st.integers(0, 3))
_DELIVERIES = st.lists(st.one_of(_SEND, _SEND, _SEND, _REPLACE, _RESEND), min_size=1, max_size=8)
_BUILD = st.one_of(
    st.builds(Run, st.integers(1, 9), st.sampled_from((False, False, False, True))),
    st.builds(Reconcile, st.integers(0, 3)),
    st.builds(Cycle, st.integers(0, 9)),
)
FIRST = tuple(
    Send(name, tuple((key, (key * 7) % 20, 0) for key in range(stream.keys)))
    for name, stream in STREAMS.items()
)


@dataclass(frozen=True)
class History:
    """What happens to a shop.

    Attributes:
        is_running: Whether the shop begins with rows that are built, or with nothing.
        ends_compared: Whether it ends with a comparison of everything, or with a cycle.
    """

    is_running: bool
    ends_compared: bool
    steps: tuple[Step, ...]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Some deliveries, a build, again some deliveries, and so on; deliveries come last."""
    steps: list[Step] = []
    for _ in range(draw(st.integers(1, 2))):
        steps += draw(_DELIVERIES)
        steps.append(draw(_BUILD))
    steps += draw(_DELIVERIES)
    return History(draw(st.booleans()), draw(st.booleans()), tuple(steps))
