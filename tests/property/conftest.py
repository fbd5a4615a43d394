"""How many histories are tried: HYPOTHESIS_PROFILE=nightly for many, else few."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

SLOW = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
    "print_blob": True,
}
# Shrinking repeats a failing history many times; the few of CI are always the same ones.
settings.register_profile("ci", max_examples=30, derandomize=True, phases=(Phase.generate,), **SLOW)
settings.register_profile("nightly", max_examples=200, **SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
