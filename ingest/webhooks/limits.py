"""How much one client may ask for: a bucket of requests that fills up again over time."""

from __future__ import annotations

from collections import OrderedDict

MAX_CLIENTS = 10_000


class RateLimit:
    """At most `rate` requests per second and client on average, and a second's worth at once."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float) -> float:
        """Take one request; gives 0, or the seconds after which to come again."""
        left, before = self._buckets.pop(client, (self._rate, now))
        left = min(self._rate, left + (now - before) * self._rate)
        missing = max(0.0, 1.0 - left)
        self._buckets[client] = (left if missing else left - 1.0, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return missing / self._rate
