"""Whether other processes are still there."""

from __future__ import annotations

import os


def is_alive(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_of_another(pid: str) -> bool:
    """Whether a text is the number of a process that is alive and is not this one.

    What is named after its process is left to it as long as this is so.
    """
    return pid.isdecimal() and int(pid) != os.getpid() and is_alive(int(pid))
