"""Progress on the terminal."""

from __future__ import annotations

from typing import Any


class Meter:
    """Moves the bar."""

    def __init__(self, bar: Any, task: Any) -> None:
        self._bar, self._task = bar, task
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self._stage = stage
            self._bar.reset(self._task, total=total, description=stage)
        self._bar.update(self._task, completed=done)
