"""How many histories are tried: HYPOTHESIS_PROFILE=nightly for many new ones, else few."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

SLOW = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
    "print_blob": True,
}
# A part of the test tries this many; shrinking repeats a failing history many times.
settings.register_profile("ci", max_examples=2, database=None, phases=(Phase.generate,), **SLOW)
settings.register_profile("nightly", max_examples=70, **SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
