"""Can the machine go on: room on the disk, and the writer lock."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from operate.monitor.model import HEALTHY, Check, graded
from operate.monitor.scene import Scene
from patron.lock import Holder

GIB = 1024**3


def disk(scene: Scene) -> Iterator[Check]:
    """How full the disk of the shop is, and whether a second warehouse would fit."""
    usage = shutil.disk_usage(scene.shop.data)
    used = 1 - usage.free / usage.total
    limits = scene.limits
    state = graded(used, limits.max_disk_used_share, limits.critical_disk_used_share)
    yield Check(
        "disk",
        str(scene.shop.data),
        state,
        "The disk is nearly full" if state != HEALTHY else "There is room on the disk",
        f"{usage.free / GIB:.1f} of {usage.total / GIB:.1f} GiB are free",
        round(used, 4),
        limits.max_disk_used_share,
        advice="make room; 'patron doctor' says what the shop needs",
    )


def lock(scene: Scene, held: Holder | None) -> Iterator[Check]:
    """How long somebody has been writing."""
    minutes = scene.age_hours(held.since) * 60 if held and held.since else 0.0
    limits = scene.limits
    state = graded(minutes, limits.max_lock_minutes, limits.critical_lock_minutes)
    yield Check(
        "lock",
        "writer lock",
        state,
        "One process has been writing for long" if state != HEALTHY else "Writers take turns",
        str(held) if held else "nobody is writing",
        round(minutes, 1),
        limits.max_lock_minutes,
        advice="see whether the process still works, else end it; a kill leaves nothing behind",
        since=held.since if held else None,
    )
