"""Whether the process in whose name something is still works on it."""

from __future__ import annotations

import os
import subprocess
import sys

from patron.processes import is_alive, is_of_another


def ended() -> int:
    """The number of a process that is gone."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_this_process_and_its_parent_are_alive() -> None:
    assert is_alive(os.getpid())
    assert is_alive(os.getppid())


def test_a_process_of_somebody_else_is_alive() -> None:
    assert is_alive(1), "who may not signal it is told so, and not that it is gone"


def test_a_process_that_ended_is_not() -> None:
    gone = ended()
    assert not is_alive(gone)
    assert not is_of_another(str(gone))


def test_what_is_in_our_own_name_is_not_of_another() -> None:
    assert is_of_another(str(os.getppid()))
    assert not is_of_another(str(os.getpid()))


def test_what_is_no_number_is_of_nobody() -> None:
    assert not any(map(is_of_another, ("", "shop", "-1", "²")))
