"""How many histories are tried: many new ones at night, else few that are always the same."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

from tests.support.depth import at_night

SLOW = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
    "print_blob": True,
}
# A part of the test tries this many; shrinking repeats a failing history many times.
settings.register_profile("ci", max_examples=1, database=None, phases=(Phase.generate,), **SLOW)
settings.register_profile("nightly", max_examples=70, **SLOW)
settings.load_profile("nightly" if at_night() else "ci")
