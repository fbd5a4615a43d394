"""SQLMesh's console while `patron` runs it: one progress bar on a terminal, silence elsewhere."""

from __future__ import annotations

import sys
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlmesh.core.console import NoopConsole

from patron.console import err


class CalmConsole(NoopConsole):  # type: ignore[misc]
    """Shows which model is being built and how many batches are left."""

    def __init__(self) -> None:
        super().__init__()
        self._bar: Progress | None = None

    def start_evaluation_progress(
        self, batched_intervals: dict[Any, Any], *_args: Any, **_kwargs: Any
    ) -> None:
        """A plan or run begins to build."""
        if not sys.stderr.isatty():
            return
        columns = (
            TextColumn("  {task.description:<40}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._bar = Progress(*columns, console=err(), transient=True)
        self._bar.start()
        self._bar.add_task("models", total=sum(len(found) for found in batched_intervals.values()))

    def start_snapshot_evaluation_progress(
        self, snapshot: Any, *_args: Any, **_kwargs: Any
    ) -> None:
        """A model's batch begins."""
        if self._bar:
            name = snapshot.name.replace('"', "").split(".", 1)[-1]
            self._bar.update(self._bar.task_ids[0], description=name)

    def update_snapshot_evaluation_progress(self, *_args: Any, **_kwargs: Any) -> None:
        """A model's batch ended."""
        if self._bar:
            self._bar.advance(self._bar.task_ids[0])

    def stop_evaluation_progress(self, success: bool = True) -> None:  # noqa: ARG002
        """Everything was built, or something failed."""
        if self._bar:
            self._bar.stop()
            self._bar = None
